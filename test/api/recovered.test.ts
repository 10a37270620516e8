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

async function started(options = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent', seed: 'one', ...options })
}

function begin(daemon: TestDaemon, name: string): QueuesOfTest {
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'off' })
}

const PASSED = { outcome: 'passed' } as const
const FAILED = { outcome: 'failed', errors: [new Error('too few')] } as const

/** The message of an error. Empty if there is none. */
async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => '',
    (error: Error) => error.message,
  )
}

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
    'recovered: no condition acted in this test (at-least-once: each item is handed out 2 times)',
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
  const conditions = daemon.under({ name: 'lossy', oneIn: 1 })
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
