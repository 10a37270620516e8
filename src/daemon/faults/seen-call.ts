/** A call as faults see it: its queue, its client and its items. */
import type { LogicalQueue } from '../../engine/queue/logical-queue.js'
import type { Queues } from '../../engine/queue/queues.js'
import type { Item } from '../../engine/store/item.js'
import type { Partition } from '../../engine/store/partition.js'
import type { WireRequest } from '../../protocol/exchange.js'
import { METHODS, type Method, type MethodName, methodAt } from '../../protocol/methods.js'
import { namedIn, namedInBody } from '../../transport/named-in-body.js'

/** A call of a client. */
export interface SeenCall {
  readonly name: MethodName
  /** The name as on the wire. */
  readonly wireName: string
  readonly request: WireRequest
  /** The decoded body. */
  readonly message: unknown
  readonly queueName: string
  readonly queue: LogicalQueue | undefined
  /** The client that leases. For complete and retry, the one that holds the first item. Empty if there is none. */
  readonly clientId: string
  readonly ids: readonly string[]
  /** The items of a complete or retry that exist. */
  readonly items: readonly Item[]
  readonly partition: Partition | undefined
  /** The references of the items that it produces, completes or retries. */
  readonly references: readonly string[]
  readonly batchSize: number
}

/** Returns the name of a call as on the wire, such as `queue.produce`. */
export function wireName(name: MethodName): string {
  return METHODS[name].path.slice('/v1/'.length)
}

/** Whether a call takes any partition that is there, so that it keeps away from one that fails. */
export function takesAnyPartition({ name }: SeenCall): boolean {
  return name === 'queueProduce' || name === 'queueLease'
}

/** Reads a decoded request. */
export function seenCall(queues: Queues, name: MethodName, message: unknown, request: WireRequest): SeenCall {
  const { queueName, clientId, ids, partition: number } = namedIn(message)
  const { batchSize = 1, items: given } = Object(message) as { batchSize?: number; items?: unknown }
  const queue = queues.find(queueName)
  const isOfItems = name === 'queueComplete' || name === 'queueRetry'
  const isOfPartition = isOfItems || name.startsWith('storage')
  const partition = isOfPartition ? queue?.partitions[number] : undefined
  const items = isOfItems ? ids.flatMap((id) => partition?.find(id) ?? []) : []
  return {
    name,
    wireName: wireName(name),
    request,
    message,
    queueName,
    queue,
    clientId: clientId || (items.find((item) => item.leased)?.holder?.clientId ?? ''),
    ids,
    items,
    partition,
    references: isOfItems ? items.map(({ reference }) => reference) : referencesOf(given),
    batchSize,
  }
}

/** Reads a request that nobody decodes, because the daemon is away. */
export function readAway(request: WireRequest | undefined): { call: string; queueName: string; clientId: string } {
  if (request === undefined) return { call: 'a connection', queueName: '', clientId: '' }
  const { target, body } = request
  const name = methodAt(target)
  const call = name === undefined ? target : wireName(name)
  if (name === undefined || !ArrayBuffer.isView(body)) return { call, queueName: '', clientId: '' }
  const { queueName, clientId } = namedInBody((METHODS[name] as Method).request, body)
  return { call, queueName, clientId }
}

function referencesOf(items: unknown): string[] {
  return Array.isArray(items)
    ? items.map((item) => String((Object(item) as { reference?: unknown }).reference ?? ''))
    : []
}
