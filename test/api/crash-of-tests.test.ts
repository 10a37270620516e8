/** What fixtures do about a test that crashed its daemon: it comes up again, with what was there before the test. */
import { expect, test, vi } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'
import { messageOf } from '../support/message-of.js'

async function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  const daemon = await startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent', callSites: true, ...options })
  daemon.forRunner.isOfFixtures = true
  return daemon
}

function begin(daemon: TestDaemon, name: string, outer?: QueuesOfTest): QueuesOfTest {
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'error', outer })
}

const PASSED = { outcome: 'passed' } as const
const FAILED = { outcome: 'failed', errors: [new Error('too few')] } as const

test('a test that ends while the daemon is down passes, and the next one finds it up', async () => {
  for (const keeps of ['items', 'queues', 'nothing'] as const) {
    await using daemon = await started({ keeps })
    const one = begin(daemon, 'one')
    const queue = await one.create()
    await queue.produce({ reference: 'a' })
    await daemon.crash()
    expect(await one.end(PASSED)).toBeUndefined()
    const two = begin(daemon, 'two')
    await (await two.create()).produce({ reference: 'b' })
    await two.end(PASSED)
    expect(daemon.events.count).toBeGreaterThan(0)
    expect((await daemon.client.queuesList({})).items).toEqual([])
  }
})

test('what is leased when the daemon goes down is left open, whether the test starts it again or not', async () => {
  await using daemon = await started({ keeps: 'items' })
  for (const isUp of [true, false]) {
    const one = begin(daemon, 'one')
    const queue = await one.create({ partitions: 2 })
    await queue.produce({ reference: 'a' }, { reference: 'b' })
    await queue.lease({ clientId: 'w1' })
    await daemon.crash()
    if (isUp) await daemon.restart()
    expect(await messageOf(one.end(PASSED))).toMatch(/left open:\n {2}a of '[^']+', leased by w1 \(test[^\n]+\n[^ ]/)
  }
  const forgotten = begin(daemon, 'forgotten')
  const gone = await forgotten.create()
  await gone.produce({ reference: 'a' })
  await gone.lease()
  await daemon.crash({ keeps: 'nothing' })
  await forgotten.end(PASSED)
})

test('what a worker leases when the daemon comes up for the end of the test is not left open by the test', async () => {
  await using daemon = await started({ keeps: 'items' })
  const one = begin(daemon, 'one')
  const queue = await one.create()
  await queue.produce({ reference: 'a' })
  await daemon.crash()
  const leased: string[] = []
  daemon.runWorker(async () => {
    await queue.waitFor({ event: 'daemon-restarted' })
    const { items } = await queue.lease({ clientId: 'w1' })
    leased.push(...items.map(({ reference }) => reference))
  })
  await one.end(PASSED)
  expect(leased).toEqual(['a'])
})

test('a lease that waits since the daemon came up for the end of the test is not left open by the test', async () => {
  await using daemon = await started({ keeps: 'items' })
  const one = begin(daemon, 'one')
  const queue = await one.create()
  await daemon.crash()
  let ended = ''
  daemon.runWorker(async () => {
    await queue.waitFor({ event: 'daemon-restarted' })
    void messageOf(queue.lease({ requestTimeout: '10m' })).then((text) => {
      ended = text
    })
    await queue.waitFor({ event: 'lease-waiting' })
  })
  await one.end(PASSED)
  expect(ended).toContain('queue is shutting down')
})

test('what a worker of the test held in a crash is not left open by the test, and what its handler left is', async () => {
  await using daemon = await started({ keeps: 'items' })
  for (const isUp of [true, false]) {
    const one = begin(daemon, 'one')
    const queue = await one.create()
    queue.work(() => daemon.crash(), { concurrency: 2, batchSize: 2 })
    await queue.produce({ reference: 'x' })
    await queue.waitFor({ event: 'daemon-crashed' })
    if (isUp) await daemon.restart()
    await one.end(PASSED)
  }
  const two = begin(daemon, 'two')
  const other = await two.create()
  await daemon.restart()
  await other.produce({ reference: 'y' })
  await other.drain(() => Promise.reject(new Error('not now')), { onError: 'collect', retry: 'as the handler says' })
  expect(await messageOf(two.end(PASSED))).toMatch(/left open:\n {2}y of '[^']+', leased by worker-/)
})

test('what came due while a queue from before the test was away happens when it comes back', async () => {
  await using daemon = await started()
  const shared = await daemon.createQueue({ name: 'shared', leaseTimeout: '1m' })
  await shared.produce({ reference: 's1' }, { reference: 's2' })
  await shared.lease({ clientId: 'w1' })
  const one = begin(daemon, 'one')
  await daemon.restart({ keeps: 'queues', after: '2m' })
  await one.end(PASSED)
  expect(await shared.counts()).toMatchObject({ total: 2, leased: 0 })
  expect(shared.history().at(-1)).toMatchObject({ kind: 'lease-expired', reference: 's1' })
  expect((await shared.lease({ batchSize: 2 })).items).toHaveLength(2)
})

test('queues of the test that were lost are no error at its end', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create({ deadQueue: true })
  await queue.produce({ reference: 'a' })
  await daemon.restart()
  await one.end(PASSED)
})

test('what was there before the test comes back: queues with their items, users and keys', async () => {
  await using daemon = await started({ auth: 'internal' })
  const seeded = await daemon.createQueue({ name: 'seeded', leaseTimeout: '1m' })
  await seeded.produce({ reference: 'a' }, { reference: 'b' })
  const paused = await daemon.createQueue({ name: 'paused' })
  paused.pause()
  const user = await daemon.createUser({ roles: ['Admin'] })
  const ids = (await seeded.items()).map(({ id }) => id)
  const one = begin(daemon, 'one')
  await seeded.produce({ reference: 'c' })
  await daemon.crash()
  await daemon.restart()
  // The code under test makes its queue again.
  await daemon.createQueue({ name: 'seeded' })
  await seeded.produce({ reference: 'd' })
  await daemon.restart()
  expect(await messageOf(seeded.counts())).toContain('seeded')
  await one.end(PASSED)
  expect((await seeded.items()).map(({ reference }) => reference)).toEqual(['a', 'b'])
  expect((await seeded.items()).map(({ id }) => id).slice(0, 2)).toEqual(ids)
  expect(paused.explain()).toContain('the queue is paused')
  await user.queuesList({})
  expect(seeded.history().map(({ kind }) => kind)).toContain('queue-lost')
})

test("with 'queues', the items of queues from before the test come back", async () => {
  await using daemon = await started()
  const seeded = await daemon.createQueue({ name: 'seeded' })
  await seeded.produce({ reference: 'a' })
  const one = begin(daemon, 'one')
  await daemon.restart({ keeps: 'queues' })
  expect(await seeded.counts()).toMatchObject({ total: 0 })
  await one.end(PASSED)
  expect(await seeded.counts()).toMatchObject({ total: 1 })
})

test('what a test put into a queue that is always there is no longer there after it', async () => {
  const orders = { name: 'orders', 'lease-timeout': '1m', 'expire-timeout': '24h', 'requested-partitions': 1 }
  await using daemon = await started({ config: { queues: [orders] } })
  const queue = daemon.queue('orders')
  const one = begin(daemon, 'one')
  await queue.produce({ reference: 'a' })
  await daemon.crash()
  await daemon.restart()
  await queue.produce({ reference: 'a' })
  await queue.drain(() => {})
  await one.end(PASSED)
  expect(await queue.items()).toEqual([])
})

test("with 'items', what the test did to them stays", async () => {
  await using daemon = await started({ keeps: 'items' })
  const seeded = await daemon.createQueue({ name: 'seeded' })
  await seeded.produce({ reference: 'a' })
  const one = begin(daemon, 'one')
  await daemon.crash()
  await daemon.restart()
  await seeded.produce({ reference: 'b' })
  await one.end(PASSED)
  expect(await seeded.counts()).toMatchObject({ total: 2 })
})

test('a door that was closed before the test is closed after it, and one that the test closed is open', async () => {
  for (const keeps of ['items', 'nothing'] as const) {
    await using daemon = await started({ auth: 'internal', keeps })
    const anybody = daemon.clientWith({})
    const one = begin(daemon, 'one')
    await daemon.closeDoor()
    await daemon.restart()
    await one.end(PASSED)
    await anybody.queuesList({})
    expect((await daemon.client.usersList({})).items.map(({ username }) => username)).not.toContain('querator-test')
    const admin = await daemon.closeDoor()
    const two = begin(daemon, 'two')
    await daemon.restart()
    await anybody.queuesList({})
    await two.end(PASSED)
    expect(await messageOf(anybody.queuesList({}))).not.toBe('')
    await daemon.client.queuesList({})
    await admin.queuesList({})
  }
})

test('a part of a test leaves a daemon down that the test took down', async () => {
  await using daemon = await started({ keeps: 'items' })
  const outer = begin(daemon, 'outer')
  const queue = await outer.create()
  await queue.produce({ reference: 'a' })
  await daemon.crash()
  const inner = begin(daemon, 'inner', outer)
  await inner.end(PASSED)
  expect(await messageOf(daemon.client.queuesList({}))).toContain('the daemon has crashed')
  await daemon.restart()
  const second = begin(daemon, 'second', outer)
  await daemon.crash({ keeps: 'nothing' })
  await second.end(PASSED)
  expect(await queue.counts()).toMatchObject({ total: 1 })
  await outer.end(PASSED)
})

test('several tests at the same time may neither crash nor restart it', async () => {
  await using daemon = await started()
  const [one, two] = [begin(daemon, 'one'), begin(daemon, 'two')]
  expect(await messageOf(daemon.crash())).toContain('crash: several tests run at the same time')
  expect(await messageOf(daemon.restart())).toContain('restart: several tests run at the same time')
  await Promise.all([one.end(PASSED), two.end(PASSED)])
})

test('a failing test reads in its report that the daemon was down, and what was lost', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create()
  await queue.produce({ reference: 'order-1' })
  await queue.lease({ clientId: 'w1' })
  await daemon.crash()
  const report = await one.end(FAILED)
  expect(report?.text).toMatch(
    /the daemon was down when the test ended: it crashed \(test\/api\/crash-of-tests\.test\.ts:\d+\)/,
  )
  expect(report?.text).toContain('item-lost')
})

test('a crash or restart that nobody awaits is a leak', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  void daemon.restart()
  expect(await messageOf(one.end(PASSED))).toMatch(/restart, which nobody awaited \(test\/api\/crash-of-tests/)
  const two = begin(daemon, 'two')
  void daemon.crash()
  expect(await messageOf(two.end(PASSED))).toMatch(/crash, which nobody awaited/)
  await daemon.createQueue()
})

test('a worker that finds nobody at the end of a test ends in order', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  await using daemon = await started({ keeps: 'items' })
  const one = begin(daemon, 'one')
  const queue = await one.create()
  const empty = await one.create()
  daemon.runWorker(async (signal) => {
    while (!signal.aborted) {
      await daemon.client
        .queueLease({ queueName: empty.name, clientId: 'w', batchSize: 1, requestTimeout: '1s' }, { signal })
        .catch(() => undefined)
    }
  })
  queue.work(() => {})
  await queue.produce({ reference: 'a' })
  await queue.waitFor({ event: 'completed' })
  await daemon.crash()
  await one.end(PASSED)
  expect(warn).not.toHaveBeenCalled()
  warn.mockRestore()
})

/** Storages of which one is in memory, for a daemon that is in memory itself. */
const MIXED = {
  'queue-storage': { driver: 'badger', config: { 'storage-dir': 'not used' } },
  'partition-storage': [
    { name: 'disk', driver: 'badger', affinity: 1, config: { 'storage-dir': 'not used' } },
    { name: 'ram', driver: 'memory', affinity: 1 },
  ],
}

test('what was kept is not put back: an item that the test completed does not come again', async () => {
  await using daemon = await started({ config: MIXED, storage: 'memory' })
  const seeded = await daemon.createQueue({ name: 'seeded', partitions: 2 })
  for (const reference of ['a', 'b', 'c', 'd']) await seeded.produce({ reference })
  const kept = (await seeded.items()).filter(({ partition }) => partition === 0).map(({ reference }) => reference)
  expect(kept).toHaveLength(2)
  const one = begin(daemon, 'one')
  await daemon.crash()
  await daemon.restart()
  expect((await seeded.items()).map(({ reference }) => reference)).toEqual(kept)
  const lease = await seeded.lease()
  await lease.complete()
  await one.end(PASSED)
  const back = ['a', 'b', 'c', 'd'].filter((reference) => reference !== lease.items[0]?.reference)
  expect((await seeded.items()).map(({ reference }) => reference).sort()).toEqual(back)
})

test('a queue that lost nothing stays as it is: what the test produced after the restart, and who waits there', async () => {
  await using daemon = await started({ config: MIXED, storage: 'memory' })
  const empty = await daemon.createQueue({ name: 'empty', partitions: 2 })
  const onDisk = await daemon.createQueue({ name: 'on-disk', partitions: 2 })
  await onDisk.produce({ reference: 'a' })
  for (const keeps of [undefined, 'queues'] as const) {
    const one = begin(daemon, 'one')
    await daemon.restart(keeps === undefined ? {} : { keeps })
    const waiting = empty.lease({ requestTimeout: '10m' })
    await empty.waitFor({ event: 'lease-waiting' })
    await one.end({ outcome: 'not reported' })
    await empty.produce({ reference: 'b' })
    await (await waiting).complete()
    expect((await onDisk.items()).map(({ reference }) => reference)).toEqual(['a'])
  }
})

test('a queue that lost its items in one restart and itself in the next is as it was before both', async () => {
  await using daemon = await started()
  const seeded = await daemon.createQueue({ name: 'seeded' })
  await seeded.produce({ reference: 'a' })
  const one = begin(daemon, 'one')
  await daemon.restart({ keeps: 'queues' })
  await seeded.produce({ reference: 'b' })
  await daemon.restart({ keeps: 'nothing' })
  await one.end(PASSED)
  expect((await seeded.items()).map(({ reference }) => reference)).toEqual(['a'])
})

test('an outage of the file goes on over a test that restarts the daemon, and ends when the file ends it', async () => {
  const queues = ['a', 'b'].map((name) => {
    return { name, 'lease-timeout': '1m', 'expire-timeout': '24h', 'requested-partitions': 1 }
  })
  // With 'nothing', other queues come in their place before the old ones are put back.
  for (const keeps of ['queues', 'nothing'] as const) {
    await using daemon = await started({ config: { queues }, keeps })
    const [a, b] = [daemon.queue('a'), daemon.queue('b')]
    await b.produce({ reference: 'b1' })
    const outages = [a.partition(0).outage(), b.partition(0).outage()]
    const one = begin(daemon, 'one')
    await daemon.restart()
    await one.end(PASSED)
    expect((await b.items()).map(({ reference }) => reference)).toEqual(['b1'])
    for (const queue of [a, b]) expect(await messageOf(queue.produce({}))).toContain('no available partitions')
    for (const outage of outages) outage[Symbol.dispose]()
    for (const queue of [a, b]) await queue.produce({ reference: `${queue.name}2` })
  }
})

test('a queue that was kept gets its items back, and who waits in it goes on: workers, leases, and what the test changed', async () => {
  await using daemon = await started({ keeps: 'queues' })
  const [worked, free, kept] = await Promise.all([
    daemon.createQueue({ name: 'worked', leaseTimeout: '1m' }),
    daemon.createQueue({ name: 'free' }),
    daemon.createQueue({ name: 'kept', maxAttempts: 2 }),
  ])
  for (const queue of [worked, free, kept]) await queue.produce({ reference: 'before' })
  const before = await worked.lease({ clientId: 'w1' })
  const ids = (await free.items()).map(({ id }) => id)
  const worker = worked.work(() => {})
  await worked.waitFor({ event: 'lease-waiting' })
  const one = begin(daemon, 'one')
  await daemon.restart()
  await worked.waitFor({ event: 'lease-waiting' })
  await daemon.client.queuesUpdate({ queueName: 'kept', maxAttempts: 2, reference: 'changed' })
  for (const queue of [worked, kept]) await queue.produce({ reference: 'of the test' })
  await worked.waitFor({ event: 'completed' })
  await worked.waitFor({ event: 'lease-waiting' })
  const waiting = free.lease({ requestTimeout: '10m' })
  await free.waitFor({ event: 'lease-waiting' })
  await one.end({ outcome: 'not reported' })
  expect((await daemon.client.queuesInfo({ queueName: 'kept' })).reference).toBe('changed')
  expect((await kept.items()).map(({ reference }) => reference)).toEqual(['before'])
  expect(
    kept
      .history()
      .slice(-2)
      .map(({ kind }) => kind),
  ).toEqual(['produced', 'cleared'])
  const lease = await waiting
  expect(lease.items.map(({ id }) => id)).toEqual(ids)
  await lease.complete()
  await before.complete()
  await worked.produce({ reference: 'after' })
  await worked.waitFor({ event: 'completed', reference: 'after' })
  expect((await worker.stop()).completed).toHaveLength(2)
})

test('a queue that was paused before the test is paused when it gets its items back', async () => {
  await using daemon = await started({ keeps: 'queues' })
  const queue = await daemon.createQueue({ name: 'paused' })
  await queue.produce({ reference: 'a' })
  queue.pause()
  const one = begin(daemon, 'one')
  await daemon.restart()
  const waiting = queue.lease({ requestTimeout: '10m' })
  await queue.waitFor({ event: 'lease-waiting' })
  await one.end({ outcome: 'not reported' })
  expect(await queue.counts()).toMatchObject({ total: 1, leased: 0 })
  queue.resume()
  await (await waiting).complete()
})

test('a worker of the file works on when another queue of its name makes room for the one from before the test', async () => {
  const orders = { name: 'orders', 'lease-timeout': '1m', 'expire-timeout': '24h', 'requested-partitions': 1 }
  await using daemon = await started({ config: { queues: [orders] }, keeps: 'nothing' })
  const queue = daemon.queue('orders')
  const worker = queue.work(() => {})
  await queue.waitFor({ event: 'lease-waiting' })
  const one = begin(daemon, 'one')
  await daemon.restart()
  await queue.waitFor({ event: 'lease-waiting' })
  await one.end(PASSED)
  await queue.produce({ reference: 'after' })
  await queue.waitFor({ event: 'completed', reference: 'after' })
  await worker.stop()
})
