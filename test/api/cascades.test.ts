/** Cascades: what a handler produces says which item it handled. */
import { expect, test } from 'vitest'
import { whileHandling } from '../../src/client/handling.js'
import { type LeasedItem, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'

const START = Date.parse('2026-01-01T00:00:00Z')

function frozen(events?: number) {
  const clock = { start: new Date(START) }
  return startTestDaemon({ clock, log: 'silent', ...(events === undefined ? {} : { events }) })
}

/** Runs a handler of an item of a queue. */
function handling<T>(queue: TestQueue, item: LeasedItem | undefined, handler: () => T): T {
  return whileHandling([{ queue: queue.name, id: item?.id ?? '' }], handler)
}

async function leased(queue: TestQueue, clientId = 'worker'): Promise<LeasedItem> {
  const [item] = (await queue.lease({ clientId })).items
  return item as LeasedItem
}

/** What a queue knows of where its items come from. */
function sources(queue: TestQueue) {
  const events = queue.history().filter(({ kind }) => kind !== 'queue-created')
  return events.map(({ kind, reference, producedBy }) => [kind, reference, producedBy?.reference])
}

test('what a handler produces is produced by its item, and nothing else is', async () => {
  await using daemon = await frozen()
  const [orders, mails] = [await daemon.createQueue({ name: 'orders' }), await daemon.createQueue({ name: 'mails' })]
  await orders.produce({ reference: 'order-1' }, { reference: 'order-2' })
  const [one, two] = [await leased(orders), await leased(orders)]
  const handlers = [one, two].map((item, at) =>
    handling(orders, item, async () => {
      await mails.produce({ reference: `mail-${at}` })
      await mails.items()
      await orders.produce({ reference: `again-${at}` })
    }),
  )
  await mails.produce({ reference: 'other' })
  await Promise.all(handlers)
  expect(sources(mails)).toEqual([
    ['produced', 'mail-0', 'order-1'],
    ['produced', 'mail-1', 'order-2'],
    ['produced', 'other', undefined],
  ])
  expect(sources(orders).slice(-2)).toEqual([
    ['produced', 'again-0', 'order-1'],
    ['produced', 'again-1', 'order-2'],
  ])
  const [first] = mails.history().filter(({ reference }) => reference === 'mail-0')
  expect(first?.producedBy).toEqual({ item: 1, reference: 'order-1', queue: 'orders', attempts: 1 })
  expect(mails.history().find(({ reference }) => reference === 'other')).not.toHaveProperty('producedBy')
})

/** Ways to produce one item from within a process. */
const WAYS: Record<string, (daemon: TestDaemon, queueName: string) => Promise<unknown>> = {
  'a client in JSON': (daemon, queueName) =>
    daemon.clientWith({ encoding: 'json' }).queueProduce({ queueName, requestTimeout: '1s', items: [{}] }),
  'a client in protobuf': (daemon, queueName) =>
    daemon.clientWith({ encoding: 'protobuf' }).queueProduce({ queueName, requestTimeout: '1s', items: [{}] }),
  fetch: (daemon, queueName) => daemon.fetch('/v1/queue.produce', posted({ queueName, body: (text) => text })),
  'fetch with a stream': (daemon, queueName) =>
    daemon.fetch('/v1/queue.produce', posted({ queueName, body: (text) => new Blob([text]).stream() })),
  'an intercepted fetch': async (daemon, queueName) => {
    const undo = daemon.intercept('http://queues.internal')
    await fetch('http://queues.internal/v1/queue.produce', posted({ queueName, body: (text) => text }))
    undo()
  },
}

function posted({
  queueName,
  body,
}: {
  queueName: string
  body: (text: string) => string | ReadableStream
}): RequestInit {
  const text = JSON.stringify({ queue_name: queueName, items: [{}], request_timeout: '1s' })
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: body(text) }
}

test.each(Object.entries(WAYS))('%s says so', async (_, produce) => {
  for (const callSites of [true, false]) {
    await using daemon = await startTestDaemon({ log: 'silent', callSites })
    const queue = await daemon.createQueue({ name: 'orders', partitions: 3 })
    await queue.produce({ reference: 'order-1' })
    const item = await leased(queue)
    await handling(queue, item, () => produce(daemon, 'orders'))
    expect(queue.history().at(-1)).toMatchObject({ kind: 'produced', item: 2, producedBy: { item: 1 } })
  }
})

test('calls other than produce do not say so', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'order-1' })
  const item = await leased(queue)
  await handling(queue, item, async () => {
    await daemon.client.storageItemsImport({ queueName: 'orders', items: [{ reference: 'imported' }] })
    const retry = { queue_name: 'orders', partition: 0, items: [{ id: item.id, retry_at: '2026-01-01T00:01:00Z' }] }
    const headers = { 'content-type': 'application/json' }
    await daemon.fetch('/v1/queue.retry', { method: 'POST', headers, body: JSON.stringify(retry) })
  })
  expect(queue.history().at(-1)).toMatchObject({ kind: 'scheduled', item: 1 })
  expect(queue.history().filter(({ producedBy }) => producedBy !== undefined)).toEqual([])
})

test('an item for later says so in both of its events, and a held one when it comes in', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'order-1' })
  const item = await leased(queue)
  const waits = queue.lease({ clientId: 'waits' })
  queue.pause()
  const held = handling(queue, item, () =>
    queue.produce({ reference: 'later', enqueueAt: new Date(START + 60_000) }, { reference: 'now' }),
  )
  const completed = item.complete()
  queue.resume()
  await Promise.all([held, waits, completed])
  expect(sources(queue).slice(-6)).toEqual([
    ['produced', 'later', 'order-1'],
    ['scheduled', 'later', 'order-1'],
    ['produced', 'now', 'order-1'],
    ['leased', 'now', undefined],
    ['lease-served', undefined, undefined],
    ['completed', 'order-1', undefined],
  ])
})

test('a lease that a handler serves is not produced by it', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'order-1' })
  const item = await leased(queue)
  const waits = queue.lease()
  await handling(queue, item, () => queue.produce({ reference: 'child' }))
  await waits
  expect(sources(queue).slice(-3)).toEqual([
    ['produced', 'child', 'order-1'],
    ['leased', 'child', undefined],
    ['lease-served', undefined, undefined],
  ])
})

test('a copy in a dead letter queue keeps its source, in every attempt', async () => {
  await using daemon = await frozen()
  const orders = await daemon.createQueue({ name: 'orders' })
  const mails = await daemon.createQueue({ name: 'mails', maxAttempts: 1, deadQueue: true })
  await orders.produce({ reference: 'order-1' })
  const item = await leased(orders)
  await handling(orders, item, () => mails.produce({ reference: 'mail-1' }))
  await mails.lease()
  await daemon.clock.advance('61s')
  const [dead] = await mails.deadQueue.items()
  expect(dead?.history()[0]?.producedBy).toMatchObject({ reference: 'order-1' })
  // The handler of a dead letter is a handler of the same item.
  const again = await leased(mails.deadQueue)
  await handling(mails.deadQueue, again, () => orders.produce({ reference: 'repair' }))
  expect(orders.history().at(-1)?.producedBy).toEqual({
    item: dead?.history()[0]?.item,
    reference: 'mail-1',
    queue: 'mails-dead',
    attempts: 1,
  })
})

test('a handler goes on after its lease has run out, or its item is gone', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '10s' })
  await queue.produce({ reference: 'order-1' })
  const slow = await leased(queue, 'slow')
  await daemon.clock.advance('11s')
  const quick = await leased(queue, 'quick')
  const by = async (item: LeasedItem, reference: string) => {
    await handling(queue, item, () => queue.produce({ reference }))
    return queue.history().at(-1)?.producedBy
  }
  expect(await by(slow, 'by slow')).toMatchObject({ item: 1, attempts: 1 })
  expect(await by(quick, 'by quick')).toMatchObject({ item: 1, attempts: 2 })
  await quick.complete()
  expect(await by(quick, 'late')).toMatchObject({ item: 1, attempts: 2 })
  // The queue knows an item whose events are not kept any more.
  await using tiny = await frozen(2)
  const old = await tiny.createQueue({ name: 'old' })
  await old.produce({ reference: 'order-1' })
  const held = await leased(old)
  await old.produce({}, {}, {})
  await handling(old, held, () => old.produce({ reference: 'child' }))
  expect(old.history().at(-1)?.producedBy).toEqual({ item: 1, reference: 'order-1', queue: 'old', attempts: 1 })
  // A handler that is known stays known, whatever the record still keeps.
  await using small = await frozen(4)
  const few = await small.createQueue({ name: 'few' })
  await few.produce({ reference: 'order-1' })
  const item = await leased(few)
  await handling(few, item, async () => {
    await few.produce({ reference: 'first' })
    await item.complete()
    await few.produce(...Array.from({ length: 8 }, () => ({})))
    await few.produce({ reference: 'last' })
  })
  expect(few.history().at(-1)).toMatchObject({ reference: 'last', producedBy: { reference: 'order-1' } })
})

test('an item that is not known produces nothing for certain', async () => {
  await using daemon = await frozen()
  await using other = await frozen()
  const [queue, elsewhere] = [await daemon.createQueue({ name: 'orders' }), await other.createQueue({ name: 'orders' })]
  await queue.produce({ reference: 'order-1' }, { reference: 'order-2' })
  await elsewhere.produce({ reference: 'order-1' })
  const items = (await queue.lease({ batchSize: 2 })).items
  const ids = items.map(({ id }) => ({ queue: 'orders', id }))
  await whileHandling(ids, () => queue.produce({ reference: 'by both' }))
  await whileHandling([{ queue: 'orders', id: 'no id' }], () => queue.produce({ reference: 'by none' }))
  await whileHandling([{ queue: 'no queue', id: items[0]?.id ?? '' }], () => queue.produce({ reference: 'by none' }))
  await handling(queue, items[0], () => elsewhere.produce({ reference: 'in another daemon' }))
  expect([...daemon.events, ...other.events].filter(({ producedBy }) => producedBy)).toEqual([])
})

test('a queue that is made again has another item', async () => {
  await using daemon = await frozen()
  const before = await daemon.createQueue({ name: 'orders' })
  await before.produce({ reference: 'before' })
  const item = await leased(before)
  await before.delete()
  const after = await daemon.createQueue({ name: 'orders' })
  await after.produce({ reference: 'after' })
  await leased(after)
  await handling(after, item, () => after.produce({ reference: 'child' }))
  expect(after.history().at(-1)?.producedBy).toMatchObject({ item: 1, reference: 'before' })
})

test('without a record, in a closed daemon and on a server elsewhere, a handler works as ever', async () => {
  await using none = await frozen(0)
  const quiet = await none.createQueue()
  await quiet.produce({ reference: 'order-1' })
  await handling(quiet, await leased(quiet), () => quiet.produce({}))
  expect([...none.events]).toEqual([])

  await using server = await frozen()
  await using attached = await startTestDaemon({ endpoint: await server.listen() })
  const far = await attached.createQueue()
  await far.produce({ reference: 'order-1' })
  await handling(far, await leased(far), () => far.produce({ reference: 'child' }))
  const produced = [...server.events].findLast(({ kind }) => kind === 'produced')
  expect(produced).toMatchObject({ reference: 'child' })
  expect(produced?.producedBy).toBeUndefined()

  const closed = await frozen()
  const queue = await closed.createQueue()
  await queue.produce({})
  const item = await leased(queue)
  await closed.close()
  await expect(handling(queue, item, () => queue.produce({}))).rejects.toThrow(/closed/)
})

/** A daemon whose test has two orders and their mails: one order was handled twice, the other made several mails at once. */
async function shop() {
  const daemon = await startTestDaemon({ clock: { start: new Date(START) }, callSites: true, log: 'silent' })
  const own = ['orders', 'mails']
  const seen = daemon.forRunner.observe({ title: 'ships orders', timeout: 5000, queues: () => own })
  const orders = await daemon.createQueue({ name: 'orders', leaseTimeout: '10s' })
  const mails = await daemon.createQueue({ name: 'mails' })
  await orders.produce({ reference: 'order-1' }, { reference: 'order-2' })
  const slow = await leased(orders, 'slow')
  await daemon.clock.advance('11s')
  const many = await leased(orders, 'quick')
  await handling(orders, many, async () => {
    for (let mail = 0; mail < 5; mail++) await mails.produce({ reference: `mail-2.${mail}` })
    await mails.produce({ reference: 'order-2' })
  })
  await many.complete()
  const again = await leased(orders, 'quick')
  await handling(orders, again, () => mails.produce({ reference: 'mail-1' }))
  await handling(orders, slow, () => mails.produce({ reference: 'mail-1' }))
  await handling(orders, again, () => mails.produce({}))
  return { daemon, orders, mails, again, report: async () => (await seen?.report([new Error('no')]))?.text ?? '' }
}

test('the report says whose handler produced an item, and what the handler of an item produced', async () => {
  const { daemon, report } = await shop()
  const lines = (await report()).replaceAll(/ \([^)]*cascades\.test\.ts:\d+\)/g, ' (SITE)').split('\n')
  expect(lines.slice(2)).toEqual([
    '  ! order-1 was handed out again, to quick: the lease of slow ran out after 10s',
    '  order-1',
    '    +0s   produced (SITE)',
    '    +0s   leased by slow for 10s, attempt 1 (SITE)',
    '    +10s  lease-expired by slow',
    '    +11s  leased by quick for 10s, attempt 2 (SITE)',
    "    +11s  its handler produced mail-1 in 'mails' (SITE)",
    "    +11s  its handler of attempt 1 produced mail-1 in 'mails' (SITE)",
    "    +11s  its handler produced #11 in 'mails' (SITE)",
    "  order-2: produced +0s, leased by quick +11s, completed +11s; its handler produced mail-2.0, mail-2.1, mail-2.2 and 2 more in 'mails' +11s; its handler produced order-2 in 'mails' +11s",
    "'mails', at the end 9 free (leaseTimeout 1m0s)",
    ...[0, 1, 2, 3, 4].map((mail) => `  mail-2.${mail}: +11s produced by order-2's handler (SITE)`),
    "  order-2: +11s produced by order-2's handler in 'orders' (SITE)",
    "  mail-1: +11s produced by order-1's handler, attempt 2 (SITE)",
    "  mail-1: +11s produced by order-1's handler (SITE)",
    "  #11: +11s produced by order-1's handler, attempt 2 (SITE)",
  ])
  await daemon.close()
})

test('the report names an item for later once, where it was produced', async () => {
  await using daemon = await frozen()
  const seen = daemon.forRunner.observe({ title: 'ships orders', timeout: 5000, queues: () => ['orders'] })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'order-1' })
  const item = await leased(queue)
  const later = { reference: 'later', enqueueAt: new Date(START + 60_000) }
  await handling(queue, item, () => queue.produce(later))
  await item.complete()
  const lines = (await seen?.report([new Error('no')]))?.text.split('\n') ?? []
  expect(lines.slice(2)).toEqual([
    '  later',
    "    +0s  produced by order-1's handler",
    '    +0s  scheduled for 1m0s',
    "  order-1: produced +0s, leased by worker +0s, completed +0s; its handler produced later in 'orders' +0s",
  ])
})
