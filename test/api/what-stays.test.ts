/**
 * Overdue items that a look leaves in place, and how they affect later looks (docs/protocol/queue.md §8, R4 and R5).
 */
import { expect, test } from 'vitest'
import { type LogRecord, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'

const START = new Date('2026-01-01T00:00:00Z')

function daemonAtStart(log: ((record: LogRecord) => void) | 'silent' = 'silent') {
  return startTestDaemon({ clock: { start: START }, log })
}

function after(seconds: number): Date {
  return new Date(START.getTime() + seconds * 1000)
}

function timestamp(seconds: number) {
  return { seconds: BigInt(after(seconds).getTime() / 1000), nanos: 0 }
}

async function references(queue: TestQueue): Promise<string[]> {
  return (await queue.items()).map((item) => item.reference)
}

/** Imports an item leased by a consumer. */
async function importLeased(daemon: TestDaemon, queue: TestQueue, lease: number, expires: number): Promise<void> {
  const times = { leaseDeadline: timestamp(lease), expireDeadline: timestamp(expires) }
  await daemon.client.storageItemsImport({
    queueName: queue.name,
    items: [{ reference: 'imported', isLeased: true, attempts: 1, ...times }],
  })
}

test('R4: an expired lease that stays hides the ends of later leases, and the log says so', async () => {
  const warnings: string[] = []
  await using daemon = await daemonAtStart(({ level, message }) => void (level === 'warn' && warnings.push(message)))
  const queue = await daemon.createQueue({ name: 'q', maxAttempts: 2, leaseTimeout: '1m', deadQueue: true })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  await daemon.clock.advance('1m')
  await queue.lease({ clientId: 'second attempt' })
  await daemon.clock.advance('30s')
  await queue.produce({ reference: 'b' })
  await queue.lease({ clientId: 'first attempt' })
  await queue.deadQueue.delete()
  expect(await daemon.clock.advance('30s')).toEqual([])
  expect(warnings.at(-1)).toContain("an overdue item stays in 'q' and hides later deadlines")
  expect(await daemon.clock.advance('1h')).toEqual([])
  expect(await queue.items()).toMatchObject([
    { reference: 'a', leased: true, leaseDeadline: after(120) },
    { reference: 'b', leased: true, leaseDeadline: after(150) },
  ])
})

test('R4: an expired item that stays hides no lease: its own and others expire in time', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ expireTimeout: '10m', deadQueue: true })
  await queue.produce({ reference: 'free' })
  await importLeased(daemon, queue, 15 * 60, 10 * 60)
  await daemon.clock.advance('10m')
  expect(await references(queue.deadQueue)).toEqual(['free', 'imported'])
  expect(await references(queue)).toEqual(['free', 'imported'])
  expect(await daemon.clock.advance('299s')).toEqual([])
  expect(await daemon.clock.advance('1s')).toMatchObject([{ kind: 'lease-expired', reference: 'imported' }])
})

test('R5: an item moved to the dead letter queue is never copied again, even if others from the same look stay', async () => {
  await using daemon = await daemonAtStart()
  const dead = await daemon.createQueue({ name: 'dead', expireTimeout: '24h' })
  const queue = await daemon.createQueue({ expireTimeout: '10m', leaseTimeout: '10m', deadQueue: 'dead' })
  await queue.produce({ reference: 'held' }, { reference: 'free' })
  await daemon.clock.advance('9m')
  await queue.lease()
  // When this lease expires, the next look comes.
  await importLeased(daemon, queue, 12 * 60, 24 * 60 * 60)
  await daemon.clock.advance('1m')
  expect(await references(dead)).toEqual(['held', 'free'])
  expect(await references(queue)).toEqual(['free', 'imported'])
  await (await dead.lease()).complete()
  expect(await daemon.clock.advance('2m')).toMatchObject([{ kind: 'lease-expired', reference: 'imported' }])
  expect(await references(dead)).toEqual(['free'])
})

test('if all expired items were leased, nothing stays and the log is silent', async () => {
  const warnings: string[] = []
  await using daemon = await daemonAtStart(({ level, message }) => void (level === 'warn' && warnings.push(message)))
  const queue = await daemon.createQueue({ expireTimeout: '10m', leaseTimeout: '10m', deadQueue: true })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await daemon.clock.advance('5m')
  await queue.lease({ batchSize: 2 })
  await daemon.clock.advance('5m')
  expect(await references(queue.deadQueue)).toEqual(['a', 'b'])
  expect(await references(queue)).toEqual([])
  expect(warnings).toEqual([])
})

test('an item whose lease and lifetime end together goes to the tail and expires at the next look', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ expireTimeout: '1m', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  expect(await daemon.clock.advance('1m')).toMatchObject([{ kind: 'lease-expired', reference: 'a' }])
  expect(await daemon.clock.advance('1h')).toEqual([])
  await queue.produce({ reference: 'b' })
  expect(await daemon.clock.advance('1m')).toMatchObject([
    { kind: 'item-expired', reference: 'a' },
    { kind: 'item-expired', reference: 'b' },
  ])
})

test('advance names a dead letter queue only for an item that moved there', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ name: 'q', maxAttempts: 2, deadQueue: true })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  const [expired] = await daemon.clock.advance('1m')
  const [{ id } = { id: '' }] = await queue.items()
  expect(expired).toEqual({ kind: 'lease-expired', time: after(60), queue: 'q', partition: 0, id, reference: 'a' })
  await queue.lease()
  const [moved] = await daemon.clock.advance('1m')
  expect(moved).toEqual({ ...expired, kind: 'dead-lettered', time: after(120), deadQueue: 'q-dead' })
})

test('the history of an item that expires into a dead letter queue shows both events', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ expireTimeout: '1m', deadQueue: true })
  await queue.produce({ reference: 'a' })
  await daemon.clock.advance('1m')
  const kinds = queue.history().flatMap(({ item, kind }) => (item === undefined ? [] : [kind]))
  expect(kinds).toEqual(['produced', 'item-expired', 'dead-lettered'])
})

test('retry warns that dead items are deleted only if there is a dead letter queue and an item is dead', async () => {
  const messages: string[] = []
  await using daemon = await startTestDaemon({
    log: ({ level, message }) => void (level === 'warn' && messages.push(message)),
  })
  const plain = await daemon.createQueue()
  const withDead = await daemon.createQueue({ name: 'orders', deadQueue: true })
  for (const queue of [plain, withDead]) await queue.produce({ reference: 'a' }, { reference: 'b' })
  await (await plain.lease()).items[0]?.retry({ dead: true })
  await (await withDead.lease()).items[0]?.retry()
  expect(messages).toEqual([])
  await (await withDead.lease()).items[0]?.retry({ dead: true })
  expect(messages).toEqual([expect.stringMatching(/^queue\.retry with dead deletes the items of 'orders'/)])
})

test('an item whose life ends with its lease is past its expiry, and the log says so', async () => {
  const messages: string[] = []
  await using daemon = await startTestDaemon({
    clock: { start: new Date('2026-01-01') },
    log: ({ level, message }) => void (level === 'warn' && messages.push(message)),
  })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', expireTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  expect(await daemon.clock.advance('1m')).toMatchObject([{ kind: 'lease-expired' }])
  expect(messages).toEqual([expect.stringMatching(/^an item of 'orders' was past its expiry when its lease ran out/)])
})

test('a queue that comes back after restarts warns once', async () => {
  const messages: string[] = []
  await using daemon = await startTestDaemon({
    clock: { start: new Date('2026-01-01') },
    keeps: 'items',
    log: ({ level, message }) => void (level === 'warn' && messages.push(message)),
  })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', expireTimeout: '1m' })
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  for (let time = 0; time < 3; time++) {
    await queue.lease()
    await daemon.restart({ after: '10m' })
  }
  expect(messages).toEqual([expect.stringMatching(/^an item of 'orders' was past its expiry/)])
  const other = await daemon.createQueue({ name: 'others', leaseTimeout: '1m', expireTimeout: '1m' })
  await other.produce({ reference: 'a' })
  await other.lease()
  await daemon.restart({ after: '10m' })
  expect(messages).toEqual([expect.anything(), expect.stringMatching(/^an item of 'others' was past its expiry/)])
})

test('an expired item is dead-lettered at the end of its life, and expires once even if it is copied twice', async () => {
  await using daemon = await startTestDaemon({ clock: { start: new Date('2026-01-01') }, log: 'silent' })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', expireTimeout: '1h', deadQueue: true })
  await queue.produce({ reference: 'a' })
  const time = new Date('2026-01-01T01:00:00Z')
  expect(await daemon.clock.advance('2h')).toMatchObject([{ kind: 'dead-lettered', time, deadQueue: 'orders-dead' }])
  await queue.deadQueue.clear()
  // The item is still there. A further look copies it again.
  await queue.produce({ reference: 'b' })
  await daemon.clock.advance('2h')
  // Clearing the dead letter queue is part of it.
  const history = ((await queue.items())[0]?.history() ?? []).filter(({ kind }) => kind !== 'cleared')
  expect(history.map(({ kind }) => kind)).toEqual(['produced', 'item-expired', 'dead-lettered', 'dead-lettered'])
  expect(history.slice(1).map((event) => event.time)).toEqual([time, time, time])
})
