/**
 * When the lifecycle looks at a partition, what a look does, and how a user learns of it (docs/protocol/queue.md §8, R0
 * to R7).
 */
import { describe, expect, test } from 'vitest'
import { type LogRecord, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'

const START = new Date('2026-01-01T00:00:00Z')

async function daemonWithLog() {
  const records: LogRecord[] = []
  const log = (record: LogRecord) => void records.push(record)
  const daemon = await startTestDaemon({ clock: { start: START }, log })
  const warnings = () => records.filter(({ level }) => level === 'warn').map(({ message }) => message)
  return { daemon, warnings, [Symbol.asyncDispose]: () => daemon.close() }
}

function after(seconds: number): Date {
  return new Date(START.getTime() + seconds * 1000)
}

async function references(queue: TestQueue): Promise<string[]> {
  return (await queue.items()).map((item) => item.reference)
}

async function importItem(daemon: TestDaemon, queue: TestQueue, item: { reference: string; expires: Date }) {
  const { reference, expires } = item
  const given = { reference, expireDeadline: { seconds: BigInt(expires.getTime() / 1000), nanos: 0 } }
  await daemon.client.storageItemsImport({ queueName: queue.name, items: [given] })
}

describe('when looks come', () => {
  test('R0: on a frozen clock a new queue gets its first look with the first advance, and then only when one is requested', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const queue = await daemon.createQueue()
    await importItem(daemon, queue, { reference: 'before', expires: after(1) })
    expect(await daemon.clock.advance('2s')).toMatchObject([{ kind: 'item-expired', reference: 'before' }])
    await importItem(daemon, queue, { reference: 'later', expires: after(3) })
    expect(await daemon.clock.advance('1h')).toEqual([])
    expect(await references(queue)).toEqual(['later'])
  })

  test('R0: on a running clock a new queue gets its first look before it can hold an item', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const queue = await daemon.createQueue()
    daemon.clock.freeze()
    await importItem(daemon, queue, { reference: 'stays', expires: after(0) })
    expect(await daemon.clock.advance('1h')).toEqual([])
    expect(await references(queue)).toEqual(['stays'])
  })

  test('R1: producing a scheduled item requests the look that expires it', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const queue = await daemon.createQueue({ expireTimeout: '1m' })
    await daemon.clock.advance('1ms')
    await queue.produce({ reference: 'a', enqueueAt: after(30) })
    expect(await daemon.clock.advance('30s')).toMatchObject([{ kind: 'item-due' }])
    expect(await daemon.clock.advance('29999ms')).toEqual([])
    expect(await daemon.clock.advance('1ms')).toMatchObject([{ kind: 'item-expired', reference: 'a' }])
  })

  test('R1, R4: a look in between forgets the scheduled item, and the next produce requests another', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const queue = await daemon.createQueue({ expireTimeout: '1m' })
    await queue.produce({ reference: 'a', enqueueAt: after(30) })
    // The first advance brings the first look, while the item is still scheduled.
    expect(await daemon.clock.advance('1h')).toMatchObject([{ kind: 'item-due' }])
    await queue.produce({ reference: 'b' })
    expect(await daemon.clock.advance('1m')).toMatchObject([{ reference: 'a' }, { reference: 'b' }])
  })

  test('R2: a lease requests a look that comes even after it ended, and expires imported items', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const queue = await daemon.createQueue({ leaseTimeout: '20s' })
    await daemon.clock.advance('1ms')
    await queue.produce({})
    await (await queue.lease()).complete()
    await importItem(daemon, queue, { reference: 'imported', expires: after(5) })
    expect(await daemon.clock.advance('19s')).toEqual([])
    expect(await daemon.clock.advance('1s')).toMatchObject([{ kind: 'item-expired', reference: 'imported' }])
  })

  test('R4: an item already expired when its lease ends in one advance hides later deadlines until a produce', async () => {
    await using it = await daemonWithLog()
    const queue = await it.daemon.createQueue({ name: 'q', leaseTimeout: '10s', expireTimeout: '1m' })
    await queue.produce({ reference: 'a' })
    await queue.lease()
    await it.daemon.clock.advance('5s')
    await queue.produce({ reference: 'b' })
    expect(await it.daemon.clock.advance('1m')).toMatchObject([{ kind: 'lease-expired' }, { kind: 'item-expired' }])
    await queue.produce({ reference: 'c' })
    expect(await it.daemon.clock.advance('59s')).toEqual([])
    expect(await it.daemon.clock.advance('1s')).toMatchObject([{ reference: 'a' }, { reference: 'c' }])
    expect(it.warnings()).toEqual([
      "an item of 'q' was past its expiry when its lease ran out. As on Querator, the look that ends a lease does not expire the item: it went back to the tail, and stays until a produce or lease asks for the next look. If one jump of the clock passed both, advance in two steps to see it expire",
    ])
  })

  test('R6: clear, delete, update, reload and coming due request no look', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const queue = await daemon.createQueue({ leaseTimeout: '10s', expireTimeout: '1h' })
    await daemon.clock.advance('1ms')
    await queue.produce({ reference: 'gone' }, { reference: 'leased' }, { reference: 'due', enqueueAt: after(5) })
    await importItem(daemon, queue, { reference: 'imported', expires: after(1) })
    const [gone] = await queue.items()
    const queueName = queue.name
    await daemon.client.storageItemsDelete({ queueName, ids: [gone?.id as string] })
    await daemon.client.queueClear({ queueName, scheduled: true })
    await queue.produce({ reference: 'due', enqueueAt: after(5) })
    await daemon.client.queueReload({ queueName })
    await daemon.client.queuesUpdate({ queueName, leaseTimeout: '1s', expireTimeout: '1s' })
    expect(await daemon.clock.advance('1m')).toMatchObject([{ kind: 'item-due' }])
    expect(await references(queue)).toEqual(['leased', 'imported', 'due'])
  })

  test('looks come in the order in which they were requested, even within one advance', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const queue = await daemon.createQueue({ partitions: 2, expireTimeout: '1m', maxAttempts: 1, deadQueue: true })
    await daemon.clock.advance('1ms')
    await queue.produce({ reference: 'in 0' })
    await queue.produce({ reference: 'in 1' })
    await queue.lease({ batchSize: 1 })
    await daemon.clock.advance('5s')
    await queue.lease({ batchSize: 1 })
    const order = (await queue.items()).sort((a, b) => Number(a.leaseDeadline) - Number(b.leaseDeadline))
    await daemon.clock.advance('1h')
    expect(await references(queue.deadQueue)).toEqual(order.map((item) => item.reference))
  })
})

describe('dead letter queues', () => {
  test('R5: an expired free item is copied and stays, and so does everything behind it, leased or not', async () => {
    await using it = await daemonWithLog()
    const { daemon } = it
    const queue = await daemon.createQueue({ name: 'q', expireTimeout: '30s', leaseTimeout: '20s', deadQueue: true })
    await queue.produce({ reference: 'held first' })
    await queue.lease()
    await queue.produce({ reference: 'free' })
    await queue.produce({ reference: 'free too' })
    await daemon.clock.advance('15s')
    const held = ['held first', 'free', 'free too']
    expect(await references(queue)).toEqual(held)
    await daemon.clock.advance('5s')
    await queue.lease()
    await daemon.clock.advance('10s')
    // The first leased item went to the tail, so the next lease took the item after it.
    expect(await references(queue.deadQueue)).toEqual(['free', 'free too', 'held first'])
    expect(await references(queue)).toEqual(['free too', 'held first'])
    expect(it.warnings()).toEqual([
      expect.stringContaining("copied to its dead letter queue 'q-dead' and stay in 'q' too"),
    ])
  })

  test('R5: the next look copies an item again if its copy is gone, and explain() and the log say why', async () => {
    await using it = await daemonWithLog()
    const { daemon } = it
    const queue = await daemon.createQueue({ name: 'q', expireTimeout: '1m', deadQueue: true })
    await queue.produce({ reference: 'a' })
    await daemon.clock.advance('1m')
    expect(queue.explain()).toContain(
      "a (#1) expired 0s ago; it was copied to 'q-dead' and stays here too, as on Querator, until it is completed or deleted",
    )
    await (await queue.deadQueue.lease()).complete()
    await queue.produce({ reference: 'b' })
    expect(await daemon.clock.advance('1m')).toMatchObject([
      { kind: 'dead-lettered', reference: 'a' },
      { kind: 'dead-lettered', reference: 'b' },
    ])
    expect(await references(queue.deadQueue)).toEqual(['a', 'b'])
    expect(await references(queue)).toEqual(['a', 'b'])
    expect(it.warnings()).toEqual([
      expect.stringContaining("stay in 'q' too"),
      expect.stringContaining("was copied to its dead letter queue 'q-dead' once more"),
    ])
  })

  test('R5: without the dead letter queue, the next look deletes what was copied', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const queue = await daemon.createQueue({ expireTimeout: '1m', deadQueue: true })
    await queue.produce({ reference: 'a' })
    await daemon.clock.advance('1m')
    await daemon.client.queuesUpdate({ queueName: queue.name })
    await queue.produce({ reference: 'b' })
    expect(await daemon.clock.advance('1m')).toMatchObject([{ kind: 'item-expired' }, { kind: 'item-expired' }])
    expect(await references(queue)).toEqual([])
    expect(await references(queue.deadQueue)).toEqual(['a'])
  })

  test('R4: a copied item that stays hides later expiries, and explain() and the log say so', async () => {
    await using it = await daemonWithLog()
    const { daemon } = it
    const queue = await daemon.createQueue({ name: 'q', expireTimeout: '1m', deadQueue: true })
    await queue.produce({ reference: 'a' })
    await daemon.clock.advance('30s')
    await queue.produce({ reference: 'b' })
    await daemon.clock.advance('30s')
    expect(queue.explain().split('\n').slice(1)).toEqual([
      expect.stringMatching(/^ {2}a \(#1\) expired 0s ago; it was copied/),
      'an overdue item hides later deadlines, as on Querator: complete or delete it, or they may pass unnoticed until a produce or lease asks for the next look',
    ])
    expect(it.warnings()[1]).toContain("an overdue item stays in 'q' and hides later deadlines")
    expect(await daemon.clock.advance('1h')).toEqual([])
    expect(queue.explain()).toContain(
      'b (#2) expired 59m30s ago; as on Querator, nothing asks for the look that ends it: produce something and advance the clock by 1m0s, or complete or delete it',
    )
    await queue.produce({ reference: 'c' })
    expect(queue.explain()).toContain('until the server looks at the partition, in 1m0s')
    expect(await daemon.clock.advance('1m')).toMatchObject([{ reference: 'b' }, { reference: 'c' }])
  })

  test('R7: items move to the first partition, request no look there, and free their source ids', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const dead = await daemon.createQueue({ name: 'dead', partitions: 3, expireTimeout: '1m' })
    const queue = await daemon.createQueue({ maxAttempts: 1, deadQueue: 'dead' })
    await daemon.clock.advance('1ms')
    const given = { sourceId: 's', reference: 'a', expireDeadline: { seconds: BigInt(after(9999).getTime() / 1000) } }
    const importIt = () => daemon.client.storageItemsImport({ queueName: queue.name, items: [given] })
    await importIt()
    await queue.produce({ reference: 'b' }, { reference: 'c' })
    await queue.lease({ batchSize: 3 })
    await daemon.clock.advance('1m')
    expect((await dead.items()).map((item) => [item.partition, item.reference])).toEqual([
      [0, 'a'],
      [0, 'b'],
      [0, 'c'],
    ])
    await importIt()
    expect(await references(queue)).toEqual(['a'])
    expect(await daemon.clock.advance('1h')).toEqual([])
    expect(await references(dead)).toEqual(['a', 'b', 'c'])
  })

  test('a waiting lease of a dead letter queue gets all items of one look in one reply', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const queue = await daemon.createQueue({ maxAttempts: 1, deadQueue: true })
    await queue.produce({ reference: 'a' }, { reference: 'b' })
    await queue.lease({ batchSize: 2 })
    const waiting = queue.deadQueue.lease({ batchSize: 5, requestTimeout: '5m' })
    await daemon.clock.advance('1m')
    expect((await waiting).items.map((item) => item.reference)).toEqual(['a', 'b'])
  })

  test('an item leaves for the dead letter queue even if its source id is taken there, and is reported', async () => {
    await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
    const queue = await daemon.createQueue({ maxAttempts: 1, deadQueue: true })
    await queue.produce({ reference: 'a' })
    const [leased] = (await queue.lease()).items
    const taken = { sourceId: leased?.id as string, reference: 'before', expireDeadline: { seconds: 2n ** 33n } }
    await daemon.client.storageItemsImport({ queueName: queue.deadQueue.name, items: [taken] })
    expect(await daemon.clock.advance('1m')).toMatchObject([{ kind: 'dead-lettered', reference: 'a' }])
    expect(await references(queue)).toEqual([])
    expect(await references(queue.deadQueue)).toEqual(['before'])
  })

  test('an item stays if its dead letter queue is gone, and explain() and the log say so', async () => {
    await using it = await daemonWithLog()
    const { daemon } = it
    const queue = await daemon.createQueue({ name: 'q', maxAttempts: 1, deadQueue: true })
    await queue.produce({ reference: 'a' })
    await queue.lease()
    await queue.deadQueue.delete()
    await daemon.clock.advance('2m')
    expect(queue.explain()).toContain(
      "a (#1) was leased until 1m0s ago; its dead letter queue 'q-dead' does not exist, so it stays",
    )
    expect(it.warnings()).toEqual([expect.stringContaining("its dead letter queue 'q-dead' does not exist")])
  })
})

test('explain() suggests an advance only if moving the clock would free the leased item', async () => {
  await using daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
  const queue = await daemon.createQueue({ name: 'q', maxAttempts: 1, deadQueue: true })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  await queue.deadQueue.delete()
  await daemon.clock.advance('1m')
  const waiting = queue.lease({ requestTimeout: '10m' }).catch((error: unknown) => error)
  expect(queue.explain().split('\n').at(-1)).toBe('the clock is frozen, and nothing comes due until it is moved')
  await queue.delete()
  expect(await waiting).toMatchObject({ code: 453 })
})
