/** `daemon.under()` and `daemon.recovered()`: conditions of one test, and its healthy last phase. */
import { expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import {
  isQueratorError,
  type QueratorClient,
  startTestDaemon,
  type TestDaemon,
  type TestQueue,
} from '../../src/index.js'
import { messageOf } from '../support/message-of.js'

async function started(options = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent', seed: 'one', ...options })
}

function begin(daemon: TestDaemon, name: string): QueuesOfTest {
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'off' })
}

const PASSED = { outcome: 'passed' } as const
const FAILED = { outcome: 'failed', errors: [new Error('too few')] } as const

/** A worker with a client of its own that goes on whatever is answered, and takes a gone item for completed. */
function worker(client: QueratorClient, queue: TestQueue, handle: (reference: string) => void) {
  const lease = { queueName: queue.name, clientId: 'worker', batchSize: 1, requestTimeout: '10s' }
  return async (signal: AbortSignal) => {
    while (!signal.aborted) {
      try {
        const { items, partition } = await client.queueLease(lease, { signal })
        for (const { id, reference } of items) {
          handle(reference)
          const complete = { queueName: queue.name, partition, requestTimeout: '10s', ids: [id] }
          await client.queueComplete(complete)
        }
      } catch (error) {
        if (!isQueratorError(error) && !signal.aborted) throw error
      }
    }
  }
}

const items = (count: number) => Array.from({ length: count }, (_, number) => ({ reference: `item-${number}` }))

test('recovered ends the conditions, and moves the clock until everything is worked off', async () => {
  await using daemon = await started({
    conditions: { name: 'lossy', oneIn: 2, calls: ['queue.lease', 'queue.complete'] },
  })
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce(...items(10))
  const handled: string[] = []
  daemon.runWorker(worker(daemon.client, queue, (reference) => handled.push(reference)))
  await queue.waitFor({ event: 'fault', times: 3 })
  const before = daemon.clock.now()
  await daemon.recovered()
  expect(await queue.counts()).toMatchObject({ total: 0 })
  expect(new Set(handled).size).toBe(10)
  // A lost lease came back when it ran out.
  expect(daemon.clock.now() - before).toBeGreaterThanOrEqual(60_000)
})

test('recovered closes faults and ends outages', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce(...items(3))
  const fault = queue.fault('complete', { do: 'lose-request' })
  daemon.runWorker(worker(daemon.client, queue, () => {}))
  await queue.waitFor({ event: 'fault' })
  await daemon.recovered()
  expect(fault.isOpen).toBe(false)
  expect(await queue.counts()).toMatchObject({ total: 0 })
})

test('recovered only waits while the daemon follows real timers of the runner', async () => {
  await using daemon = await started({ clock: 'runner' })
  const queue = await daemon.createQueue({ leaseTimeout: '30ms' })
  await queue.produce(...items(3))
  const fault = queue.fault('lease', { do: 'lose-reply', times: 1 })
  daemon.runWorker(worker(daemon.client, queue, () => {}))
  await queue.waitFor({ event: 'fault' })
  await daemon.recovered()
  expect(fault.fired).toBe(1)
  expect(await queue.counts()).toMatchObject({ total: 0 })
})

test('recovered says what is left, and by whom', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce(...items(2))
  const message = await messageOf(daemon.recovered())
  expect(message).toContain('nothing can happen any more, but not everything is done:')
  expect(message).toContain("'orders': no lease waits; 2 items free")
})

test('recovered finds items that were lost, and not those in a dead letter queue', async () => {
  await using daemon = await started()
  const kept = await daemon.createQueue({ name: 'kept', maxAttempts: 1, leaseTimeout: '1m', deadQueue: true })
  await kept.produce({ reference: 'dead' })
  await kept.lease()
  await daemon.recovered()
  expect(await kept.deadQueue.counts()).toMatchObject({ total: 1 })
  const gone = await daemon.createQueue({ name: 'gone', maxAttempts: 1, leaseTimeout: '1m' })
  await gone.produce({ reference: 'order-1' }, { reference: 'order-2' })
  await gone.lease({ batchSize: 2 })
  const message = await messageOf(daemon.recovered())
  expect(message).toContain('everything is over, but 2 items were lost, and never completed:')
  expect(message).toContain("timeline of 'order-1':")
  expect(message).toContain('attempts-exhausted by client-2')
  await daemon.recovered({ queues: [kept] })
})

test('recovered finds items that expired before it was called', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders', expireTimeout: '10m' })
  await queue.produce({ reference: 'old' })
  await daemon.clock.advance('11m')
  expect(await messageOf(daemon.recovered())).toContain('1 item was lost')
})

test('recovered fails if no condition acted, unless that is right', async () => {
  await using daemon = await started({ conditions: 'at-least-once' })
  const queue = await daemon.createQueue()
  await queue.produce({})
  await (await queue.lease()).complete()
  const message = await messageOf(daemon.recovered())
  expect(message).toContain(
    'recovered: a condition did not act in this test before (at-least-once: each item is handed out 2 times), so it shows nothing',
  )
  expect(message).toContain('set optional: true')
  await daemon.recovered({ optional: true })
})

test('recovered needs to know every event of the test', async () => {
  await using daemon = await started({ events: 5 })
  const queue = await daemon.createQueue()
  await queue.produce(...items(6))
  await queue.clear()
  expect(await messageOf(daemon.recovered())).toContain('raise the option events')
})

test('what is healthy is under the conditions again in the next test', async () => {
  await using daemon = await started({ conditions: { name: 'lossy', oneIn: 1 } })
  const produce = (queue: TestQueue) =>
    daemon.client.queueProduce({ queueName: queue.name, requestTimeout: '5s', items: [{ utf8: 'x' }] })
  const one = begin(daemon, 'one')
  const first = await one.create()
  await expect(produce(first)).rejects.toMatchObject({ codeText: 'No Answer' })
  await first.clear()
  await daemon.recovered()
  await produce(first)
  await first.clear()
  await one.end(PASSED)
  const two = begin(daemon, 'two')
  await expect(produce(await two.create())).rejects.toMatchObject({ codeText: 'No Answer' })
  await two.end(PASSED)
})

test('while several tests run, recovered takes the queues of one, and leaves the others under the conditions', async () => {
  await using daemon = await started({ conditions: { name: 'lossy', oneIn: 1 } })
  const produce = (queue: TestQueue) =>
    daemon.client.queueProduce({ queueName: queue.name, requestTimeout: '5s', items: [{ utf8: 'x' }] })
  const [one, two] = [begin(daemon, 'one'), begin(daemon, 'two')]
  const [first, second] = [await one.create(), await two.create()]
  expect(await messageOf(daemon.recovered())).toBe(
    'recovered: several tests run at the same time; name the queues of this one: { queues: [queue] }',
  )
  await expect(produce(first)).rejects.toThrow()
  await first.clear()
  await daemon.recovered({ queues: [first] })
  await produce(first)
  await expect(produce(second)).rejects.toThrow()
  expect(() => daemon.under('slow')).toThrow('under: several tests run at the same time')
  await one.end(PASSED)
  await two.end(PASSED)
})

test('under sets conditions until they are ended, in place of those of the daemon', async () => {
  await using daemon = await started({ conditions: 'slow' })
  const queue = await daemon.createQueue()
  const produce = () =>
    daemon.client.queueProduce({ queueName: queue.name, requestTimeout: '5s', items: [{ utf8: 'x' }] })
  {
    using conditions = daemon.under({ name: 'lossy', oneIn: 1 }, { seed: 7 })
    await expect(produce()).rejects.toMatchObject({ codeText: 'No Answer' })
    expect([conditions.seed, conditions.acted]).toEqual(['7', 1])
    expect(() => daemon.under('crowded')).toThrow(
      'other conditions are set already: lossy: each reply is lost; end them first',
    )
  }
  await produce()
  expect(queue.history().flatMap(({ fault = [] }) => fault)).toEqual(['lose-reply', 'delay'])
})

test('under ends with its test', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const conditions = daemon.under({ name: 'lossy', oneIn: 1 }, { optional: true })
  await one.end(PASSED)
  const queue = await daemon.createQueue()
  await daemon.client.queueProduce({ queueName: queue.name, requestTimeout: '5s', items: [{ utf8: 'x' }] })
  expect(conditions.acted).toBe(0)
  conditions.end()
  daemon.under('slow').end()
})

test('wrong arguments are refused, and change nothing', async () => {
  await using daemon = await started()
  expect(() => daemon.under([])).toThrow("under takes at least one condition, such as 'at-least-once'")
  expect(() => daemon.under('lossi' as 'lossy')).toThrow("under has no condition 'lossi'; did you mean 'lossy'?")
  expect(() => daemon.under('lossy', { sed: 1 } as never)).toThrow("under has no option 'sed'; did you mean 'seed'?")
  expect(() => daemon.under('lossy', { seed: {} as never })).toThrow('under: seed is a number or a text; got {}')
  await expect(daemon.recovered({ queue: 'x' } as never)).rejects.toThrow("recovered has no option 'queue'")
  await expect(daemon.recovered({ optional: 1 as never })).rejects.toThrow(
    'recovered: optional is true or false; got 1',
  )
  await expect(daemon.recovered({ queues: ['nowhere'] })).rejects.toThrow('nowhere')
  await daemon.close()
  expect(() => daemon.under('lossy')).toThrow('the daemon is closed')
})

test('a failed test says what the conditions did, and how to have the same again', async () => {
  await using daemon = await started({ conditions: 'at-least-once', seed: 'k3' })
  const one = begin(daemon, 'one')
  const queue = await one.create({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  await queue.drain(() => {})
  const report = await one.end(FAILED)
  expect(report?.text).toContain(
    "! conditions: at-least-once: each item is handed out 2 times; they acted once; for the same again, set seed: 'k3'",
  )
})

test('without a seed, each daemon draws one', async () => {
  await using one = await started({ seed: undefined })
  await using two = await started({ seed: undefined })
  const seeds = [one, two].map((daemon) => daemon.under('lossy').seed)
  expect(seeds[0]).toMatch(/^[a-z\d]+$/)
  expect(seeds[0]).not.toBe(seeds[1])
})

test('conditions that never act fail their test, also after their block, unless that is right', async () => {
  await using daemon = await started({ callSites: true })
  const one = begin(daemon, 'one')
  const queue = await one.create()
  {
    using _conditions = daemon.under(['lossy', 'at-least-once'])
    await queue.produce({ reference: 'a' })
    await queue.drain(() => {})
  }
  const message = await messageOf(one.end(PASSED))
  expect(message).toMatch(/^a condition never acted: lossy: one in 5 replies is lost \(\S*recovered\.test\.ts:\d+\)\n/)
  expect(message).toContain('queue.drain() and queue.work() lose no replies; allow it with optional: true')
  const two = begin(daemon, 'two')
  daemon.under('lossy', { optional: true })
  await two.end(PASSED)
})

test('the report of a failed test lists conditions that have ended', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create()
  await queue.produce({ reference: 'a' })
  {
    using _conditions = daemon.under('at-least-once', { seed: 'k3' })
    await queue.drain(() => {})
  }
  const report = await one.end(FAILED)
  expect(report?.text).toContain("they acted once; for the same again, set seed: 'k3'")
})

test('a queue with the name of an earlier one has met nothing yet', async () => {
  await using daemon = await started({ conditions: { name: 'lossy', oneIn: 1 } })
  const produce = () =>
    daemon.client.queueProduce({ queueName: 'orders', requestTimeout: '5s', items: [{ utf8: 'x' }] })
  const one = begin(daemon, 'one')
  await one.create({ name: 'orders' })
  await expect(produce()).rejects.toThrow()
  await daemon.client.queueClear({ queueName: 'orders', queue: true, destructive: true })
  await daemon.recovered()
  await one.end(PASSED)
  const two = begin(daemon, 'two')
  const queue = await two.create({ name: 'orders' })
  await queue.produce({})
  await (await queue.lease()).complete()
  expect(await messageOf(daemon.recovered())).toContain('recovered: a condition did not act in this test before')
  const report = await two.end(FAILED)
  expect(report?.text).toContain('they did not act in this test')
})

test('without fixtures, the conditions act again after recovered, and what came before does not count', async () => {
  await using daemon = await started({ conditions: { name: 'lossy', oneIn: 1 } })
  const queue = await daemon.createQueue()
  const produce = () =>
    daemon.client.queueProduce({ queueName: queue.name, requestTimeout: '5s', items: [{ utf8: 'x' }] })
  for (let round = 0; round < 2; round++) {
    await expect(produce()).rejects.toMatchObject({ codeText: 'No Answer' })
    await queue.clear()
    await daemon.recovered()
  }
  expect(await messageOf(daemon.recovered())).toContain('a condition did not act')
})

test('recovered leaves faults alone that were made outside of tests', async () => {
  await using daemon = await started()
  const shared = await daemon.createQueue()
  const fault = shared.fault('produce', { do: 'lose-request' })
  const one = begin(daemon, 'one')
  const own = (await one.create()).fault('produce', { do: 'lose-request', optional: true })
  await daemon.recovered()
  expect([fault.isOpen, own.isOpen]).toEqual([true, false])
  await one.end(PASSED)
})

test('recovered with queues closes the faults of the test that name none, too', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create()
  const fault = daemon.fault({ call: 'queue.complete', do: 'lose-request', optional: true })
  const outage = daemon.outage({ optional: true })
  await daemon.recovered({ queues: [queue] })
  expect([fault.isOpen, outage.isOpen]).toEqual([false, false])
  await one.end(PASSED)
})

test('recovered finds items that were lost in queues of the application, and in a dead letter queue', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const dead = await one.create({ name: 'dead', maxAttempts: 1 })
  const queue = await one.create({ name: 'orders', maxAttempts: 1, deadQueue: dead })
  await queue.produce({ reference: 'a' })
  for (const each of [queue, dead]) {
    await each.lease()
    await daemon.clock.advance('1h')
  }
  expect(await messageOf(daemon.recovered())).toContain('1 item was lost')
  await one.end(PASSED)
  const two = begin(daemon, 'two')
  const config = { leaseTimeout: '1m', expireTimeout: '24h', maxAttempts: 1, requestedPartitions: 1 }
  await daemon.client.queuesCreate({ queueName: 'apps', ...config })
  await daemon.queue('apps').produce({ reference: 'b' })
  await daemon.queue('apps').lease()
  await daemon.clock.advance('1h')
  const message = await messageOf(daemon.recovered())
  expect(message.split('\n').slice(0, 2)).toEqual([
    'everything is over, but 1 item was lost, and never completed:',
    "timeline of 'b':",
  ])
  await two.end(PASSED)
})

test('with fixtures, under belongs to a test', async () => {
  await using daemon = await started()
  daemon.forRunner.isOfFixtures = true
  expect(() => daemon.under('lossy')).toThrow('under sets conditions for the running test; call it in a test')
  const one = begin(daemon, 'one')
  const part = new QueuesOfTest(daemon, { name: 'part', file: undefined, timeout: 5000, leaks: 'off', outer: one })
  daemon.under('lossy', { optional: true })
  await part.end(PASSED)
  daemon.under('slow', { optional: true })
  await one.end(PASSED)
})

test('a part of a test recovers, and is not taken for one of several tests', async () => {
  await using daemon = await started({ conditions: 'at-least-once' })
  const one = begin(daemon, 'one')
  await one.create()
  const part = new QueuesOfTest(daemon, { name: 'part', file: undefined, timeout: 5000, leaks: 'off', outer: one })
  const queue = await part.create()
  await queue.produce({ reference: 'a' })
  await queue.drain(() => {})
  await daemon.recovered()
  await daemon.track(() => undefined)
  const second = new QueuesOfTest(daemon, { name: 'second', file: undefined, timeout: 5000, leaks: 'off', outer: one })
  expect(await messageOf(daemon.recovered())).toContain('recovered: several tests run at the same time')
  await second.end(PASSED)
  await part.end(PASSED)
  await one.end(PASSED)
})

test('the end of a part of a test leaves the test healthy', async () => {
  await using daemon = await started({ conditions: { name: 'lossy', oneIn: 1 } })
  const one = begin(daemon, 'one')
  const queue = await one.create()
  const produce = () =>
    daemon.client.queueProduce({ queueName: queue.name, requestTimeout: '5s', items: [{ utf8: 'x' }] })
  await expect(produce()).rejects.toThrow()
  await queue.clear()
  await daemon.recovered()
  const part = new QueuesOfTest(daemon, { name: 'part', file: undefined, timeout: 5000, leaks: 'off', outer: one })
  await part.end(PASSED)
  await produce()
  await one.end(PASSED)
})

test('errors of recovered name it, and a misspelt queue is found before anything is healed', async () => {
  await using daemon = await started({ conditions: { name: 'lossy', oneIn: 1 } })
  const queue = await daemon.createQueue({ name: 'orders' })
  expect(await messageOf(daemon.recovered({ queues: ['ordres'] }))).toContain("there is no queue named 'ordres'")
  const produce = daemon.client.queueProduce({ queueName: queue.name, requestTimeout: '5s', items: [{ utf8: 'x' }] })
  await expect(produce).rejects.toThrow()
  expect(await messageOf(daemon.recovered({ within: 'soon' }))).toContain('recovered: within')
  expect(await messageOf(daemon.recovered({ timers: () => 0 }))).toContain('recovered: timers is for a daemon')
})

test('explain no longer lists conditions of a healthy queue', async () => {
  await using daemon = await started({ conditions: { name: 'lossy', oneIn: 1 } })
  const one = begin(daemon, 'one')
  const queue = await one.create()
  expect(queue.explain()).toContain('a condition is in force: lossy: each reply is lost')
  await daemon.recovered({ optional: true })
  expect(queue.explain()).not.toContain('lossy')
  await one.end(PASSED)
})
