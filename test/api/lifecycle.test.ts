/** What happens as time passes (docs/protocol/queue.md §8; D4, D5), and what `clock.advance` returns. */
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'

const START = new Date('2026-01-01T00:00:00Z')

function daemonAtStart() {
  return startTestDaemon({ clock: { start: START }, log: 'silent' })
}

function after(seconds: number): Date {
  return new Date(START.getTime() + seconds * 1000)
}

test('D4: each scheduled item comes due at its own time', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'third', enqueueAt: after(3) }, { reference: 'first', enqueueAt: after(1) })
  await queue.produce({ reference: 'second', enqueueAt: after(2) })
  for (const reference of ['first', 'second', 'third']) {
    expect(await daemon.clock.advance('1s')).toMatchObject([{ kind: 'item-due', reference }])
  }
  expect((await queue.items()).map((item) => item.reference)).toEqual(['first', 'second', 'third'])
})

test('D4: a retry for later still comes due after a retry in the past', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const [a, b] = (await queue.lease({ batchSize: 2 })).items
  await a?.retry({ at: after(-60) })
  await b?.retry({ at: after(5) })
  expect((await queue.scheduled()).map((item) => item.reference)).toEqual(['b'])
  expect(await daemon.clock.advance('5s')).toMatchObject([{ kind: 'item-due', reference: 'b' }])
})

test('D5: an item on its last attempt stays with its consumer until the lease expires', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ maxAttempts: 1, deadQueue: true, leaseTimeout: '1m' })
  await queue.produce({ reference: 'a', kind: 'k', encoding: 'e', text: 'payload' })
  const lease = await queue.lease()
  await queue.produce({ reference: 'b' })
  await daemon.clock.advance('59s')
  expect(await queue.deadQueue.items()).toEqual([])
  expect(await daemon.clock.advance('1s')).toMatchObject([
    { kind: 'dead-lettered', reference: 'a', deadQueue: queue.deadQueue.name },
  ])
  const [dead] = await queue.deadQueue.items()
  expect(dead).toMatchObject({
    reference: 'a',
    kind: 'k',
    encoding: 'e',
    attempts: 0,
    leased: false,
    sourceId: lease.items[0]?.id,
    createdAt: after(60),
  })
  expect(dead?.text()).toBe('payload')
})

test('without a dead letter queue, an item that ran out of attempts is deleted', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ maxAttempts: 1 })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  expect(await daemon.clock.advance('1m')).toMatchObject([{ kind: 'attempts-exhausted', reference: 'a' }])
  expect(await queue.counts()).toEqual({ total: 0, leased: 0, scheduled: 0, leasesWaiting: 0 })
})

test('items expire in order of their deadlines, each reported with its own time', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ expireTimeout: '10m' })
  await queue.produce({ reference: 'a' })
  await daemon.clock.advance('1m')
  await queue.produce({ reference: 'b' })
  expect(await daemon.clock.advance('1h')).toMatchObject([
    { kind: 'item-expired', reference: 'a', time: after(600) },
    { kind: 'item-expired', reference: 'b', time: after(660) },
  ])
  expect(await queue.items()).toEqual([])
})

test('a leased item that expires moves to the dead letter queue', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ expireTimeout: '10m', leaseTimeout: '10m', deadQueue: true })
  await queue.produce({ reference: 'a' })
  await daemon.clock.advance('5m')
  const lease = await queue.lease()
  await daemon.clock.advance('5m')
  expect((await queue.deadQueue.items()).map((item) => item.reference)).toEqual(['a'])
  expect(await queue.items()).toEqual([])
  await expect(lease.complete()).rejects.toMatchObject({
    code: 400,
    message: expect.stringContaining('does not exist'),
  })
})

test('as recorded: a free item that expires is copied to the dead letter queue once and stays', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ expireTimeout: '10m', deadQueue: true })
  await queue.produce({ reference: 'a' })
  await daemon.clock.advance('10m')
  await queue.produce({ reference: 'b' })
  await daemon.clock.advance('5m')
  expect((await queue.deadQueue.items()).map((item) => item.reference)).toEqual(['a'])
  expect((await queue.items()).map((item) => item.reference)).toEqual(['a', 'b'])
})

test('an item that ran out of attempts stays leased without its dead letter queue and moves once it exists again', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ maxAttempts: 1, deadQueue: true })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  await queue.deadQueue.delete()
  expect(await daemon.clock.advance('1m')).toEqual([])
  expect(await queue.items()).toMatchObject([{ reference: 'a', leased: true, leaseDeadline: after(60) }])
  await daemon.createQueue({ name: queue.deadQueue.name })
  await queue.produce({ reference: 'b' })
  await queue.lease()
  await daemon.clock.advance('1m')
  expect((await queue.deadQueue.items()).map((item) => item.reference)).toEqual(['a', 'b'])
})

test('a dead letter queue serves its waiting leases with the items it receives', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ maxAttempts: 1, deadQueue: true })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  const waiting = queue.deadQueue.lease({ requestTimeout: '5m' })
  await daemon.clock.advance('1m')
  expect((await waiting).items).toMatchObject([{ reference: 'a', attempts: 1 }])
})

test('D9: a queue created again under an old name is a new queue', async () => {
  await using daemon = await daemonAtStart()
  const old = await daemon.createQueue({ name: 'orders', maxAttempts: 1 })
  await old.produce({ reference: 'a' })
  const [before] = await old.items()
  await old.delete()
  const fresh = await daemon.createQueue({ name: 'orders' })
  await fresh.produce({ reference: 'b' })
  await fresh.lease()
  await daemon.clock.advance('1m')
  const [item] = await fresh.items()
  expect(item).toMatchObject({ reference: 'b', attempts: 1 })
  expect(item?.id).not.toBe(before?.id)
})

test('D8: info shows an update at once, and a partial update keeps the timeouts it omits', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ leaseTimeout: '1m', expireTimeout: '1h' })
  await daemon.clock.advance('1s')
  await daemon.client.queuesUpdate({ queueName: queue.name, maxAttempts: 3 })
  const info = await daemon.client.queuesInfo({ queueName: queue.name })
  expect(info).toMatchObject({ leaseTimeout: '1m0s', expireTimeout: '1h0m0s', maxAttempts: 3 })
  expect(Number(info.updatedAt?.seconds) - Number(info.createdAt?.seconds)).toBe(1)
  await queue.produce({ reference: 'a' })
  expect((await queue.lease()).items[0]?.leaseDeadline).toEqual(after(61))
})

test('D11: a queue without partitions refuses items instead of crashing', async () => {
  await using daemon = await startTestDaemon({
    log: 'silent',
    config: {
      'partition-storage': [
        { name: 'a', driver: 'memory', affinity: 1 },
        { name: 'b', driver: 'memory', affinity: 1 },
      ],
    },
  })
  const queue = await daemon.createQueue({ partitions: 1 })
  const refused = { code: 453, message: 'queue has no available partitions' }
  await expect(queue.produce({ reference: 'a' })).rejects.toMatchObject(refused)
  await expect(queue.lease()).rejects.toMatchObject(refused)
  expect(await queue.items()).toEqual([])
})

test('a time less than 100 ms ahead means now, to the nanosecond', async () => {
  await using daemon = await daemonAtStart()
  const { name: queueName } = await daemon.createQueue()
  const seconds = BigInt(daemon.clock.now() / 1000)
  const at = (nanos: number) => ({ seconds, nanos })
  const items = [99_000_000, 99_999_999, 100_000_000, 100_000_001].map((nanos) => ({
    reference: `${nanos}`,
    enqueueAt: at(nanos),
  }))
  await daemon.client.queueProduce({ queueName, requestTimeout: '1m', items })
  const { client } = daemon
  const references = (list: readonly { reference: string }[]) => list.map(({ reference }) => reference)
  expect(references((await client.storageItemsList({ queueName })).items)).toEqual(['99000000', '99999999'])
  expect(references((await client.storageScheduledList({ queueName })).items)).toEqual(['100000000', '100000001'])
  const leased = await client.queueLease({ queueName, clientId: 'c', batchSize: 2, requestTimeout: '1m' })
  const [near, far] = leased.items.map(({ id }) => id) as [string, string]
  const retried = [
    { id: near, retryAt: at(99_999_999) },
    { id: far, retryAt: at(100_000_000) },
  ]
  await client.queueRetry({ queueName, items: retried })
  expect(references((await client.storageItemsList({ queueName })).items)).toEqual(['99000000'])
  expect((await client.storageScheduledList({ queueName })).items).toHaveLength(3)
})
