/** Workers that survive what networks and leases do. examples/red/fault-workers.cjs has each of them with its bug. */

import { setTimeout } from 'node:timers/promises'
import { isQueratorError, type QueratorClient } from 'querator-test'

interface Order {
  readonly id: number
}
type Work = (order: Order) => Promise<unknown>

function orderOf(item: { readonly bytes: Uint8Array }): Order {
  return JSON.parse(new TextDecoder().decode(item.bytes))
}

async function lease(client: QueratorClient, queueName: string, batchSize: number, clientId = 'worker') {
  return client.queueLease({ queueName, clientId, batchSize, requestTimeout: '5s' })
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

/** Places an order. If there is no reply, it tries again, so that the order may be in the queue twice. */
export async function place(client: QueratorClient, queueName: string, order: Order): Promise<void> {
  const items = [{ reference: `order-${order.id}`, utf8: JSON.stringify(order) }]
  const produce = () => client.queueProduce({ queueName, requestTimeout: '5s', items })
  await produce().catch(produce)
}

/** Prints the label of an order, unless another consumer has claimed it. The claims are those of all consumers, as in a database. */
export async function label(
  client: QueratorClient,
  queueName: string,
  { clientId, claims, print }: { clientId: string; claims: Set<number>; print: Work },
): Promise<void> {
  const { items, partition } = await lease(client, queueName, 1, clientId)
  const [item] = items as [(typeof items)[number]]
  const order = orderOf(item)
  if (!claims.has(order.id)) {
    claims.add(order.id)
    await print(order)
  }
  await client.queueComplete({ queueName, partition, ids: [item.id], requestTimeout: '5s' }).catch((error) => {
    if (!isGone(error)) throw error
  })
}

/** Refunds order after order. It waits a moment after a call that is refused, and goes on. */
export async function refundAll(
  client: QueratorClient,
  queueName: string,
  refund: Work,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const request = { queueName, clientId: 'worker', batchSize: 1, requestTimeout: '5s' }
      const { items, partition } = await client.queueLease(request, { signal })
      for (const item of items) await refund(orderOf(item))
      await client.queueComplete({ queueName, partition, ids: items.map(({ id }) => id), requestTimeout: '5s' })
    } catch (error) {
      if (signal.aborted) return
      passing(error)
      await setTimeout(10, undefined, { signal }).catch(() => {})
    }
  }
}

/** Invoices an order, and returns whether it is done. A complete without a reply is made again, until the server tells. */
export async function invoice(client: QueratorClient, queueName: string, send: Work): Promise<'done' | 'open'> {
  const { items, partition } = await lease(client, queueName, 1)
  const [item] = items as [(typeof items)[number]]
  await send(orderOf(item))
  for (;;) {
    const within = { signal: AbortSignal.timeout(50) }
    try {
      await client.queueComplete({ queueName, partition, ids: [item.id], requestTimeout: '5s' }, within)
      return 'done'
    } catch (error) {
      if (isGone(error)) return 'done'
      if (isQueratorError(error)) return 'open'
    }
  }
}

/** Picks an order up. Whether the lease still lasts is for the server to say: its clock is another one. */
export async function pickUp(client: QueratorClient, queueName: string, pick: Work): Promise<void> {
  const { items, partition } = await lease(client, queueName, 1)
  for (const item of items) await pick(orderOf(item))
  await client.queueComplete({ queueName, partition, ids: items.map(({ id }) => id), requestTimeout: '5s' })
}

interface Price {
  readonly version: number
  readonly amount: number
}

/** Takes changes of a price from the queue until there are none. The newest version counts, not the last that comes. */
export async function priceOf(client: QueratorClient, queueName: string, changes: number): Promise<number | undefined> {
  let price: Price | undefined
  for (let change = 0; change < changes; change++) {
    const { items, partition } = await lease(client, queueName, 1)
    const [item] = items as [(typeof items)[number]]
    const next: Price = JSON.parse(new TextDecoder().decode(item.bytes))
    if (price === undefined || next.version > price.version) price = next
    await client.queueComplete({ queueName, partition, ids: [item.id], requestTimeout: '5s' })
  }
  return price?.amount
}
