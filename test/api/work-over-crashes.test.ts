/** Workers and drains whose daemon goes down while a handler runs can be stopped afterwards. */
import { describe, expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'

/** Less than what a worker may take to end, in milliseconds. */
const SOON = 1000

/** Begins to work with a handler. */
type Begin = (handler: () => Promise<void>) => void

/** What a promise resolves with. A text if it rejects, or does not settle soon. */
async function soon<T>(promise: Promise<T>): Promise<T | string> {
  return Promise.race([
    promise.catch((error: Error) => error.message),
    new Promise<string>((resolve) => setTimeout(resolve, SOON, 'it did not end')),
  ])
}

/** Resolves when the daemon has refused the call of a handler that has just ended, and with it the calls that came before. */
async function refused(daemon: TestDaemon): Promise<void> {
  await expect(daemon.client.queuesList({})).rejects.toThrow()
  // The handler's call may have begun some turns after this one.
  await new Promise((resolve) => setImmediate(resolve))
  await expect(daemon.client.queuesList({})).rejects.toThrow()
}

describe.each(['frozen', 'real'] as const)('with a clock that is %s', (clock) => {
  async function started(): Promise<[TestDaemon, TestQueue]> {
    const daemon = await startTestDaemon({ endpoint: '', clock, keeps: 'items', log: 'silent' })
    return [daemon, await daemon.createQueue({ leaseTimeout: '1m' })]
  }

  /** Crashes the daemon in the handler, or in the test while the handler runs. Both restart it. */
  const crashes = {
    'in the handler': async (daemon: TestDaemon, _queue: TestQueue, begin: Begin) => {
      await new Promise<void>((resolve) => {
        begin(() => daemon.crash().then(resolve))
      })
      await refused(daemon)
      await daemon.restart()
    },
    'in the test': async (daemon: TestDaemon, queue: TestQueue, begin: Begin) => {
      let end = () => {}
      const ending = new Promise<void>((resolve) => {
        end = resolve
      })
      begin(() => ending)
      await queue.waitFor({ event: 'leased' })
      await daemon.crash()
      end()
      await refused(daemon)
      await daemon.restart()
    },
  }

  describe.each(Object.entries(crashes))('that crashes %s', (_where, crash) => {
    test.each(['at once', 'when it waits'])('a worker can be stopped %s', async (when) => {
      const [daemon, queue] = await started()
      await queue.produce({ reference: 'a' })
      let worker: ReturnType<TestQueue['work']> | undefined
      await crash(daemon, queue, (handler) => {
        worker = queue.work(handler)
      })
      if (when === 'when it waits') await queue.quiet()
      expect(await soon(worker?.stop() ?? Promise.reject())).toMatchObject({ lost: [{ reference: 'a' }] })
      expect(await queue.counts()).toMatchObject({ leased: 1, leasesWaiting: 0 })
      await daemon.close()
    })

    test('a worker ends with its daemon', async () => {
      const [daemon, queue] = await started()
      await queue.produce({ reference: 'a' })
      await crash(daemon, queue, (handler) => void queue.work(handler))
      await queue.quiet()
      expect(await soon(daemon.close())).toBeUndefined()
    })

    test('a worker ends with its test', async () => {
      const [daemon] = await started()
      const ofTest = new QueuesOfTest(daemon, { name: 't', file: undefined, timeout: 5000, leaks: 'off' })
      const queue = await ofTest.create()
      await queue.produce({ reference: 'a' })
      await crash(daemon, queue, (handler) => void queue.work(handler))
      await queue.quiet()
      expect(await soon(ofTest.end({ outcome: 'passed' }))).not.toEqual(expect.stringMatching('end'))
      await daemon.close()
    })

    test('a drain ends', async () => {
      const [daemon, queue] = await started()
      await queue.produce({ reference: 'a' })
      let draining: ReturnType<TestQueue['drain']> | undefined
      await crash(daemon, queue, (handler) => {
        draining = queue.drain(handler)
      })
      const drained = await soon(draining ?? Promise.reject(new Error('it did not begin')))
      expect(drained).toMatchObject({ lost: [{ reference: 'a' }] })
      await daemon.close()
    })
  })
})

test('a worker whose lease waits when the daemon is stopped goes on after the restart', async () => {
  await using daemon = await startTestDaemon({ endpoint: '', clock: 'frozen', keeps: 'items', log: 'silent' })
  const queue = await daemon.createQueue()
  const worker = queue.work(() => {})
  for (const reference of ['a', 'b']) {
    await queue.waitFor({ event: 'lease-waiting', since: 'now' })
    await daemon.restart()
    await queue.produce({ reference })
    await queue.waitFor({ event: 'completed', reference })
  }
  await worker.stop()
})

test.each([
  'queues',
  'nothing',
] as const)("an item whose handler restarts its daemon with keeps: '%s' is lost", async (keeps) => {
  const config = {
    queues: [{ name: 'orders', 'lease-timeout': '1m', 'expire-timeout': '24h', 'requested-partitions': 1 }],
  }
  const daemon = await startTestDaemon({ endpoint: '', clock: 'frozen', keeps, config, log: 'silent' })
  const queue = daemon.queue('orders')
  await queue.produce({ reference: 'a' })
  const worker = queue.work(() => daemon.restart())
  await queue.waitFor({ event: 'daemon-restarted' })
  await queue.quiet()
  expect(await worker.stop()).toMatchObject({ lost: [{ reference: 'a', outcome: 'lost' }], completed: [] })
  await daemon.close()
})

test('an item whose queue is deleted and made again in its handler is lost', async () => {
  const daemon = await startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const handled = await queue.drain(async () => {
    await daemon.client.queuesDelete({ queueName: 'orders', force: true })
    await daemon.createQueue({ name: 'orders' })
  })
  expect(handled).toMatchObject({ lost: [{ reference: 'a' }] })
  await daemon.close()
})
