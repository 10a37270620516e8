/** The event record: events, histories, and iterating over them. */
import { expect, test } from 'vitest'
import { type QueueEvent, startTestDaemon } from '../../src/index.js'

const START = Date.parse('2026-01-01T00:00:00Z')

function frozen(events?: number) {
  return startTestDaemon({
    clock: { start: new Date(START) },
    log: 'silent',
    ...(events === undefined ? {} : { events }),
  })
}

/** An event in short: time, kind, item and attempt, client, and cause. */
function short({ time, kind, item, attempts, clientId, call }: QueueEvent): string {
  const seconds = (time.getTime() - START) / 1000
  const who = clientId === undefined ? '' : ` ${clientId}`
  return `+${seconds}s ${kind}${item === undefined ? '' : ` #${item}/${attempts}`}${who} (${call})`
}

test('an item keeps its number through new ids and into the dead letter queue', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'q', maxAttempts: 3, deadQueue: true })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const lease = await queue.lease({ batchSize: 2, clientId: 'one' })
  await lease.items[1]?.complete()
  await lease.items[0]?.retry({ at: new Date(START + 600_000) })
  await daemon.clock.advance('10m')
  await queue.lease({ clientId: 'two' })
  await daemon.clock.advance('61s')
  await queue.lease({ clientId: 'three' })
  await daemon.clock.advance('61s')
  const [dead] = await queue.deadQueue.items()
  const history = dead?.history() ?? []
  expect(history.map(short)).toEqual([
    '+0s produced #1/0 (queue.produce)',
    '+0s leased #1/1 one (queue.lease)',
    '+0s retried #1/1 one (queue.retry)',
    '+0s scheduled #1/1 (queue.retry)',
    '+600s item-due #1/1 (clock)',
    '+600s leased #1/2 two (queue.lease)',
    '+660s lease-expired #1/2 two (clock)',
    '+661s leased #1/3 three (queue.lease)',
    '+721s lease-expired #1/3 three (clock)',
    '+721s dead-lettered #1/3 (clock)',
  ])
  expect(history.map(({ number }) => number)).toEqual([...history].map(({ number }) => number).sort((a, b) => a - b))
  expect(history.at(-1)).toMatchObject({ queue: 'q', partition: 0, reference: 'a', deadQueue: 'q-dead' })
  expect(history[1]?.until).toEqual(new Date(START + 60_000))
  expect(history[3]?.until).toEqual(new Date(START + 600_000))
  expect(lease.items[0]?.history()).toEqual(history)
  expect(lease.items[1]?.history().map(short)).toEqual([
    '+0s produced #2/0 (queue.produce)',
    '+0s leased #2/1 one (queue.lease)',
    '+0s completed #2/1 one (queue.complete)',
  ])
  expect(queue.deadQueue.history().map(short)).toEqual([
    '+0s queue-created (queues.create)',
    '+721s dead-lettered #1/3 (clock)',
  ])
  expect(queue.history()).toEqual([...daemon.events].filter((event) => event.queue === 'q'))
})

test('records waiting leases that are served, time out or are abandoned', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'q' })
  const served = queue.lease({ clientId: 'served', requestTimeout: '1m' })
  const late = queue.lease({ clientId: 'late', requestTimeout: '2s' })
  late.catch(() => undefined)
  const patience = new AbortController()
  const gone = queue.lease({ clientId: 'gone', requestTimeout: '1m', signal: patience.signal })
  gone.catch(() => undefined)
  await queue.produce({})
  await served
  await daemon.clock.advance('2s')
  patience.abort()
  await queue.counts()
  expect(queue.history().slice(1).map(short)).toEqual([
    '+0s lease-waiting served (queue.lease)',
    '+0s lease-waiting late (queue.lease)',
    '+0s lease-waiting gone (queue.lease)',
    '+0s produced #1/0 (queue.produce)',
    '+0s leased #1/1 served (queue.lease)',
    '+0s lease-served served (queue.produce)',
    '+2s lease-timed-out late (clock)',
    '+2s lease-abandoned gone (client gone)',
  ])
  expect(queue.history()[2]?.until).toEqual(new Date(START + 2000))
})

test('records imports, deletes, clears, pauses and updates', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'q' })
  const { client } = daemon
  await client.storageItemsImport({
    queueName: 'q',
    items: [{ reference: 'i', expireDeadline: new Date(START + 1e9) }],
  })
  await client.storageItemsDelete({ queueName: 'q', ids: [(await queue.items())[0]?.id ?? ''] })
  await queue.produce({})
  await queue.clear()
  await queue.produce({})
  await (await queue.lease({ clientId: 'c' })).retry({ dead: true })
  queue.pause()
  const held = queue.produce({ reference: 'held' })
  queue.resume()
  await held
  await client.queuesUpdate({ queueName: 'q', maxAttempts: 1 })
  await queue.delete()
  expect(queue.history().map(short)).toEqual([
    '+0s queue-created (queues.create)',
    '+0s imported #1/0 (storage/items.import)',
    '+0s deleted #1/0 (storage/items.delete)',
    '+0s produced #2/0 (queue.produce)',
    '+0s cleared #2/0 (queue.clear)',
    '+0s produced #3/0 (queue.produce)',
    '+0s leased #3/1 c (queue.lease)',
    '+0s retried #3/1 c (queue.retry)',
    '+0s deleted #3/1 (queue.retry)',
    '+0s queue-paused (pause)',
    '+0s queue-resumed (resume)',
    '+0s produced #4/0 (queue.produce)',
    '+0s queue-updated (queues.update)',
    '+0s queue-deleted (queues.delete)',
  ])
})

test('records an item that expires, and one that runs out of attempts without a dead letter queue', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'q', maxAttempts: 1, expireTimeout: '1h' })
  await queue.produce({ reference: 'exhausted' }, { reference: 'expired' })
  await queue.lease({ clientId: 'c' })
  await daemon.clock.advance('2h')
  expect(queue.history().slice(3).map(short)).toEqual([
    '+0s leased #1/1 c (queue.lease)',
    '+60s lease-expired #1/1 c (clock)',
    '+60s attempts-exhausted #1/1 c (clock)',
    '+3600s item-expired #2/0 (clock)',
  ])
})

test('callSites: an event shows where a call in this process was made', async () => {
  await using daemon = await startTestDaemon({ callSites: true })
  const queue = await daemon.createQueue()
  await queue.produce({})
  await daemon.client.queueLease({ queueName: queue.name, batchSize: 1, clientId: 'c', requestTimeout: '1s' })
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ queue_name: queue.name, items: [{}], request_timeout: '1s' })
  await daemon.fetch('/v1/queue.produce', { method: 'POST', headers, body })
  const sites = queue.history().map(({ callSite }) => callSite)
  for (const site of sites) expect(site).toMatch(/^test\/api\/events\.test\.ts:\d+:\d+$/)
  expect(new Set(sites).size).toBe(4)
  await using far = await startTestDaemon({ endpoint: await daemon.listen() })
  await far.queue(queue.name).produce({})
  expect(queue.history().at(-1)?.callSite).toBeUndefined()
})

test('keeps only the latest events, while numbers go on', async () => {
  await using daemon = await frozen(10)
  const queue = await daemon.createQueue()
  for (let number = 0; number < 300; number++) await queue.produce({ reference: `${number}` })
  expect([...daemon.events].map(({ number, reference }) => [number, reference])).toEqual(
    Array.from({ length: 10 }, (_, at) => [292 + at, `${290 + at}`]),
  )
  expect(daemon.events.count).toBe(301)
  await using none = await frozen(0)
  await none.createQueue()
  expect([...none.events]).toEqual([])
})

test('the record grows to its limit and wraps around with every event intact', async () => {
  await using daemon = await frozen(1000)
  const queue = await daemon.createQueue({ name: 'q' })
  for (let round = 0; round < 4; round++) {
    await queue.produce(...Array.from({ length: 300 }, (_, at) => ({ reference: `${round}-${at}` })))
    const lease = await queue.lease({ batchSize: 300, clientId: `c${round}` })
    await lease.complete()
    const last = [...daemon.events].slice(-300)
    expect(last.map((event) => event.reference)).toEqual(lease.items.map((item) => item.reference))
    expect(new Set(last.map((event) => event.clientId))).toEqual(new Set([`c${round}`]))
  }
})

test('for await yields past and future events and ends when the daemon closes', async () => {
  const daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'before' })
  const seen: string[] = []
  const reading = (async () => {
    for await (const { kind, reference = '' } of daemon.events) seen.push(`${kind} ${reference}`.trim())
  })()
  await queue.produce({ reference: 'after' }, { reference: 'that' })
  await daemon.close()
  await reading
  expect(seen).toEqual(['queue-created', 'produced before', 'produced after', 'produced that'])
  const later: string[] = []
  for await (const { kind } of daemon.events) later.push(kind)
  expect(later).toHaveLength(4)
})

test('a server elsewhere has no events', async () => {
  await using server = await frozen()
  await using attached = await startTestDaemon({ endpoint: await server.listen() })
  const queue = await attached.createQueue()
  await queue.produce({})
  const [item] = await queue.items()
  for (const look of [() => attached.events, () => queue.history(), () => item?.history()]) {
    expect(look).toThrow(/^events works only on a daemon inside the test process/)
  }
})

test.each([-1, 1.5, 'many'])('events: refuses %s', async (events) => {
  await expect(startTestDaemon({ events: events as number })).rejects.toThrow(
    `the option events is a number of events, 0 or more; got ${events}`,
  )
})

test('callSites: skip leaves out the files of wrappers', async () => {
  const skip = ['test/support/turns.ts', 'test/api/wrapper']
  await using daemon = await startTestDaemon({ callSites: { skip }, log: 'silent' })
  const queue = await daemon.createQueue({ name: 'q' })
  await queue.produce({})
  expect(queue.history()[0]?.callPath[0]).toMatch(/^test\/api\/events\.test\.ts:\d+:\d+$/)
  await using all = await startTestDaemon({ callSites: { skip: ['events.test.ts'] }, log: 'silent' })
  await all.createQueue({ name: 'q' })
  // If everything is skipped, the wrapper is better than nothing.
  expect([...all.events][0]?.callSite).toMatch(/events\.test\.ts/)
})

test.each([{}, { skip: 'a' }, { skip: [''] }, 'yes'])('callSites: refuses %j', async (callSites) => {
  await expect(startTestDaemon({ callSites: callSites as never })).rejects.toThrow(
    "the option callSites is true, false or { skip: ['src/querator.ts'] }; got",
  )
})

test.each([0, 3])('clock.advance returns everything that fires, with events: %i', async (events) => {
  await using daemon = await frozen(events)
  const queue = await daemon.createQueue({ name: 'q' })
  await queue.produce(...Array.from({ length: 20 }, (_, number) => ({ reference: `item-${number}` })))
  await queue.lease({ batchSize: 20 })
  const fired = await daemon.clock.advance('1m')
  expect(fired).toHaveLength(20)
  expect(fired.at(-1)).toEqual({
    kind: 'lease-expired',
    time: new Date(START + 60_000),
    queue: 'q',
    partition: 0,
    id: (await queue.items()).at(-1)?.id,
    reference: 'item-19',
  })
  expect([...daemon.events]).toHaveLength(events)
})

test('a waiting lease that times out is stamped with its deadline in events and in clock.advance', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'q' })
  const refused = expect(queue.lease({ requestTimeout: '2s', clientId: 'w' })).rejects.toMatchObject({ code: 454 })
  const fired = await daemon.clock.advance('1h')
  await refused
  const told = { kind: 'lease-timed-out', time: new Date(START + 2_000), queue: 'q', clientId: 'w' }
  expect(fired).toEqual([told])
  expect([...daemon.events].filter(({ kind }) => kind === 'lease-timed-out')).toMatchObject([told])
})
