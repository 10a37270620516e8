/** Workers that survive what networks and leases do. examples/red/fault-workers.cjs has each of them with its bug. */

import { isQueratorError, type QueratorClient } from 'querator-test'

interface Order {
  readonly id: number
}
type Work = (order: Order) => Promise<unknown>

function orderOf(item: { readonly bytes: Uint8Array }): Order {
  return JSON.parse(new TextDecoder().decode(item.bytes))
}

async function lease(client: QueratorClient, queueName: string, batchSize: number) {
  return client.queueLease({ queueName, clientId: 'worker', batchSize, requestTimeout: '5s' })
}

/** Whether the server no longer has the item under this id: it is completed, or its lease ran out. */
function isGone(error: unknown): boolean {
  return isQueratorError(error) && error.code === 400 && error.message.includes('does not exist')
}

/** Charges an order once. Only the complete is tried again, and an item that is gone by then counts as done. */
export async function charge(client: QueratorClient, queueName: string, pay: Work): Promise<void> {
  const { items, partition } = await lease(client, queueName, 1)
  const [item] = items as [(typeof items)[number]]
  await pay(orderOf(item))
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.queueComplete({ queueName, partition, ids: [item.id], requestTimeout: '5s' })
    } catch (error) {
      if (attempt > 1 && isGone(error)) return
      if (attempt === 3) throw error
    }
  }
}

/** Ships a batch. If one item of it cannot be completed, the others still are. */
export async function shipAll(client: QueratorClient, queueName: string, ship: Work): Promise<void> {
  const { items, partition } = await lease(client, queueName, 10)
  for (const item of items) await ship(orderOf(item))
  const complete = (ids: string[]) => client.queueComplete({ queueName, partition, ids, requestTimeout: '5s' })
  try {
    await complete(items.map(({ id }) => id))
  } catch (error) {
    if (!isGone(error)) throw error
    // Those before the bad one are completed, and are gone now.
    for (const { id } of items) {
      await complete([id]).catch((one) => {
        if (!isGone(one)) throw one
      })
    }
  }
}

/** Mails order after order. A call that takes too long is given up and made again. */
export async function mailAll(
  client: QueratorClient,
  queueName: string,
  mail: Work,
  signal: AbortSignal,
): Promise<void> {
  const within = () => ({ signal: AbortSignal.any([signal, AbortSignal.timeout(100)]) })
  while (!signal.aborted) {
    const request = { queueName, clientId: 'worker', batchSize: 1, requestTimeout: '5s' }
    const leased = await client.queueLease(request, { signal }).catch(() => undefined)
    if (leased === undefined) continue
    const { partition } = leased
    const ids = leased.items.map(({ id }) => id)
    for (const item of leased.items) await mail(orderOf(item))
    const complete = () => client.queueComplete({ queueName, partition, ids, requestTimeout: '5s' }, within())
    await complete().catch(complete)
  }
}

/** @throws unless the error is one of a call, after which a worker goes on */
function passing(error: unknown): void {
  if (!isQueratorError(error)) throw error
}

/** Books order after order, each of them once, however often it is handed out. Goes on after calls that fail. */
export async function bookAll(
  client: QueratorClient,
  queueName: string,
  book: Work,
  signal: AbortSignal,
): Promise<void> {
  const booked = new Set<number>()
  while (!signal.aborted) {
    try {
      const request = { queueName, clientId: 'worker', batchSize: 2, requestTimeout: '5s' }
      const { items, partition } = await client.queueLease(request, { signal })
      for (const item of items) {
        const order = orderOf(item)
        if (!booked.has(order.id)) await book(order)
        booked.add(order.id)
        // If it is not completed, it comes again. The others of the batch must not wait for that.
        await client.queueComplete({ queueName, partition, ids: [item.id], requestTimeout: '5s' }).catch(passing)
      }
    } catch (error) {
      if (!signal.aborted) passing(error)
    }
  }
}
