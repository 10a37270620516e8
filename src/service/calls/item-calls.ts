/** The item calls of a queue: produce, lease, complete, retry (docs/protocol/queue.md §2 to §6). */
import type { NewItem, RetryItem } from '../../engine/queue/partition-requests.js'
import type { Leased, Settle } from '../../engine/serving/waiting-leases.js'
import { badRequest } from '../../errors.js'
import { CLIENT_GONE } from '../../protocol/exchange.js'
import { countOf } from '../../protocol/messages/counted.js'
import { MOST_ITEMS } from '../../protocol/messages/queue.js'
import type { AnswerOf, RequestOf } from '../../protocol/methods.js'
import { instantOf, timestampOf } from '../../protocol/timestamp.js'
import { type CallContext, findQueue } from '../context.js'
import { ShownItem } from '../leased-item.js'
import { takeRoom } from '../memory.js'
import { isBlank } from '../names.js'
import { checkLongest, checkShortest, readRequestTimeout, requireTimeout } from '../request-timeout.js'

/** queue.produce (docs/protocol/queue.md §3). */
export function queueProduce(context: CallContext, request: RequestOf<'queueProduce'>): Promise<void> {
  const queue = findQueue(context, request.queueName)
  const timeout = readRequestTimeout(request.requestTimeout)
  queue.assertRunning()
  requireTimeout(timeout)
  checkLongest(timeout, true)
  checkShortest(timeout)
  const count = countOf(request.items)
  if (count === 0) throw badRequest('items cannot be empty; at least one item is required')
  if (count > MOST_ITEMS) throw badRequest(`items is invalid; max_produce_batch_size is 1000 but received ${count}`)
  const items = request.items.map(produced)
  const bytes = takeRoom(context, items)
  const produces = settled<void>((settle) => queue.produce(items, settle))
  return queue.paused ? whileHeld(context, bytes, produces) : produces
}

/** queue.lease (docs/protocol/queue.md §4). Resolves when there is an item, and rejects with 454 when it times out. */
export async function queueLease(
  context: CallContext,
  request: RequestOf<'queueLease'>,
): Promise<AnswerOf<'queueLease'>> {
  const { queueName, clientId, batchSize } = request
  const queue = findQueue(context, queueName)
  const timeout = readRequestTimeout(request.requestTimeout)
  queue.assertRunning()
  if (isBlank(clientId)) throw badRequest('invalid client id; cannot be empty')
  if (batchSize <= 0) throw badRequest('invalid batch size; must be greater than zero')
  if (batchSize > MOST_ITEMS) {
    throw badRequest(`invalid batch size; max_lease_batch_size is 1000, but ${batchSize} was requested`)
  }
  requireTimeout(timeout)
  checkLongest(timeout, false)
  checkShortest(timeout)
  const deadline = context.clock.now() + Math.ceil(Number(timeout) / 1e6)
  const { choice, isOfTest } = context
  const wanted = { clientId, batchSize, deadline, choice, isOfTest }
  const leased = await unlessAbandoned(context, (settle) => queue.lease(wanted, settle))
  const leaseDeadline = timestampOf(leased.end.at, leased.end.early)
  const items = leased.items.map((item) => new ShownItem(item, leaseDeadline))
  return { queueName, partition: leased.partition, items }
}

/** queue.complete (docs/protocol/queue.md §5). */
export function queueComplete(context: CallContext, request: RequestOf<'queueComplete'>): Promise<void> {
  const queue = findQueue(context, request.queueName)
  const partition = queue.partition(request.partition)
  const timeout = readRequestTimeout(request.requestTimeout)
  checkCount('ids', countOf(request.ids))
  requireTimeout(timeout)
  checkLongest(timeout, false)
  return settled((settle) => queue.complete(partition, request.ids, settle))
}

/** queue.retry (docs/protocol/queue.md §6). */
export function queueRetry(context: CallContext, request: RequestOf<'queueRetry'>): Promise<void> {
  const queue = findQueue(context, request.queueName)
  const partition = queue.partition(request.partition)
  checkCount('items', countOf(request.items))
  const items: RetryItem[] = request.items.map(({ id, retryAt, dead }) => {
    return { id, dead, retryAt: retryAt && instantOf(retryAt) }
  })
  return settled((settle) => queue.retry(partition, items, settle))
}

/** Resolves when a lease is settled. If its client goes away first, abandons the lease. */
function unlessAbandoned(context: CallContext, start: (settle: Settle<Leased>) => () => void): Promise<Leased> {
  return new Promise<Leased>((resolve, reject) => {
    let waits = true
    let forget = () => {}
    const answered = <T>(settle: (answer: T) => void) => {
      return (answer: T) => {
        waits = false
        forget()
        settle(answer)
      }
    }
    const abandon = start({ resolve: answered(resolve), reject: answered(reject) })
    if (!waits) return
    forget = context.whenGone(() => {
      abandon()
      reject(CLIENT_GONE)
    })
  })
}

function checkCount(what: 'ids' | 'items', count: number): void {
  if (count === 0) throw badRequest(`${what} is invalid; list of ${what} cannot be empty`)
  if (count > MOST_ITEMS) throw badRequest(`${what} is invalid; max_complete_batch_size is 1000 but received ${count}`)
}

/** Counts the memory of a request while a paused queue holds it. */
function whileHeld<T>({ queues: { memory } }: CallContext, bytes: number, call: Promise<T>): Promise<T> {
  memory.add(bytes)
  return call.finally(() => memory.remove(bytes))
}

function settled<T>(submit: (settle: Settle<T>) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => submit({ resolve, reject }))
}

function produced(item: RequestOf<'queueProduce'>['items'][number]): NewItem {
  const { reference, encoding, kind, bytes, utf8, enqueueAt } = item
  const payload = bytes === '' && utf8 !== '' ? Buffer.from(utf8, 'utf8').toString('latin1') : bytes
  return { reference, encoding, kind, payload, enqueueAt: enqueueAt && instantOf(enqueueAt) }
}
