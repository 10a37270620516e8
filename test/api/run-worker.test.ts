/** `daemon.runWorker()` starts a worker that stops with its test, and whose failure is not lost. */
import { expect, test, vi } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { consume } from '../support/workers.js'

function daemonOf(): Promise<TestDaemon> {
  return startTestDaemon({ clock: 'frozen', log: 'silent' })
}

/** Begins a test of a runner. */
function begin(daemon: TestDaemon, name = 'a test'): QueuesOfTest {
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'error' })
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'it did not fail',
    (error: unknown) => (error as Error).message,
  )
}

test('stops a worker that follows its signal, whatever error that makes', async () => {
  await using daemon = await daemonOf()
  const queue = await daemon.createQueue()
  const wrapped = async (signal: AbortSignal) => {
    await queue.lease({ signal, requestTimeout: '5m' }).catch((cause) => {
      throw new TypeError('fetch failed', { cause })
    })
  }
  for (const start of [(signal: AbortSignal) => consume(queue, signal), wrapped]) {
    const worker = daemon.runWorker(start)
    expect([worker.ended, worker.signal.aborted]).toEqual([false, false])
    await worker.stop()
    expect([worker.ended, worker.signal.aborted]).toEqual([true, true])
    await worker.done
    await worker.stop()
  }
})

test('a worker that ends by itself needs no stop', async () => {
  await using daemon = await daemonOf()
  const worker = daemon.runWorker(() => undefined)
  await worker.done
  expect(worker.ended).toBe(true)
})

test('stop() rejects with the failure of a worker, which is told once', async () => {
  await using daemon = await daemonOf()
  const cause = new Error('no connection')
  const worker = daemon.runWorker(async function mailer() {
    throw cause
  })
  const error = await worker.stop().catch((failure: unknown) => failure)
  expect(error).toMatchObject({ name: 'QueratorError', cause })
  expect((error as Error).message).toMatch(/^mailer failed: no connection \(test\/api\/run-worker\.test\.ts:\d+\)$/)
  expect((error as Error).stack).toContain(cause.stack?.split('\n')[1])
  await worker.stop()
})

test('a test that asks for done handles the failure itself', async () => {
  await using daemon = await daemonOf()
  const test = begin(daemon)
  await expect(daemon.runWorker(() => Promise.reject(new Error('no connection'))).done).rejects.toThrow('no connection')
  await test.end({ outcome: 'passed' })
})

test('does not wait for ever for a worker that ignores its signal', async () => {
  await using daemon = await daemonOf()
  const worker = daemon.runWorker(() => new Promise(() => undefined), { name: 'deaf', stop: 10 })
  expect(await messageOf(worker.stop())).toMatch(
    /^deaf did not end within 10ms of being stopped; let it return when its signal is aborted/,
  )
})

test('the worker of a test stops at its end, and is awaited before its queues are gone', async () => {
  await using daemon = await daemonOf()
  const test = begin(daemon)
  const queue = await test.create()
  const order: string[] = []
  const worker = daemon.runWorker(async (signal) => {
    await consume(queue, signal).catch(() => undefined)
    order.push(`ended; the queue has ${(await queue.counts()).total}`)
  })
  await queue.quiet()
  await test.end({ outcome: 'passed' })
  expect(order).toEqual(['ended; the queue has 0'])
  expect(worker.ended).toBe(true)
})

test('a test fails if its worker does, with what happened in its queues', async () => {
  await using daemon = await daemonOf()
  const test = begin(daemon)
  const queue = await test.create()
  await queue.produce({ reference: 'order-1' })
  daemon.runWorker(
    async () => {
      await (await queue.lease({ clientId: 'w' })).complete()
      throw new Error('no connection')
    },
    { name: 'mailer' },
  )
  await queue.drained()
  const message = await messageOf(test.end({ outcome: 'passed' }))
  expect(message).toMatch(/^mailer failed: no connection.*\n\nwhat happened in the queues of 'a test'/)
  expect(message).toContain('leased by w')
})

test('a test that failed anyway keeps its own error', async () => {
  await using daemon = await daemonOf()
  const test = begin(daemon)
  const queue = await test.create()
  await queue.produce({})
  daemon.runWorker(() => Promise.reject(new Error('no connection')))
  const report = await test.end({ outcome: 'failed', errors: [new Error('mine')] })
  expect(report?.text).toContain('what happened in the queues')
  expect(report?.text).toContain('! the worker failed: no connection')
})

test('a worker that was started before the test goes on, until the file is over', async () => {
  await using daemon = await daemonOf()
  const queue = await daemon.createQueue()
  const worker = daemon.runWorker((signal) => consume(queue, signal))
  await begin(daemon).end({ outcome: 'passed' })
  expect(worker.ended).toBe(false)
  await daemon.forRunner.retire()
  expect(worker.ended).toBe(true)
})

test('of concurrent tests, a worker stops with its own, and only that one fails', async () => {
  await using daemon = await daemonOf()
  const [first, second] = [begin(daemon, 'first'), begin(daemon, 'second')]
  const [ofFirst, ofSecond] = [await first.create(), await second.create()]
  expect(() => daemon.runWorker(() => undefined)).toThrow(
    /several tests run at the same time.*runWorker\(start, { queue }\)/,
  )
  const worker = daemon.runWorker((signal) => consume(ofFirst, signal), { queue: ofFirst })
  const failing = ofSecond.work(() => {
    throw new Error('smtp is down')
  })
  await ofSecond.produce({})
  await ofSecond.waitFor({ event: 'retried' })
  await ofFirst.quiet()
  await first.end({ outcome: 'passed' })
  expect([worker.ended, failing.ended]).toEqual([true, true])
  await expect(second.end({ outcome: 'passed' })).rejects.toThrow(/^the worker of 'second-1' failed/)
})

test('of tests that end at the same time, the last one stops what belongs to none of them', async () => {
  await using daemon = await daemonOf()
  const queue = await daemon.createQueue()
  const first = begin(daemon, 'first')
  const outer = daemon.runWorker((signal) => consume(queue, signal))
  const second = begin(daemon, 'second')
  await Promise.all([first.end({ outcome: 'passed' }), second.end({ outcome: 'passed' })])
  expect(outer.ended).toBe(true)
})

test('all failures are told', async () => {
  const daemon = await daemonOf()
  const test = begin(daemon)
  daemon.runWorker(() => Promise.reject(new Error('no connection')), { name: 'mailer' })
  daemon.runWorker(() => Promise.reject(new Error('no paper')), { name: 'printer' })
  expect(await messageOf(test.end({ outcome: 'passed' }))).toMatch(
    /^2 workers failed:\nmailer failed: no connection .*\nprinter failed: no paper/,
  )
  await daemon.close()
  expect(() => daemon.runWorker(() => undefined)).toThrow(/closed/)
})

test('an error that only has something aborted among its causes is a failure', async () => {
  await using daemon = await daemonOf()
  begin(daemon)
  const worker = daemon.runWorker(async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw new Error('cannot flush', { cause: new DOMException('of another signal', 'AbortError') })
  })
  expect(await messageOf(worker.stop())).toMatch(/failed: cannot flush/)
})

test('close() stops the workers, and rejects if one failed', async () => {
  const daemon = await daemonOf()
  const queue = await daemon.createQueue()
  const worker = daemon.runWorker((signal) => consume(queue, signal))
  daemon.runWorker(() => Promise.reject(new Error('no connection')), { name: 'mailer' })
  expect(await messageOf(daemon.close())).toMatch(/^mailer failed/)
  expect([worker.ended, daemon.closed]).toEqual([true, true])
})

test('fake timers do not keep stop() from giving up', async () => {
  vi.useFakeTimers()
  try {
    await using daemon = await daemonOf()
    const worker = daemon.runWorker(() => new Promise(() => undefined), { stop: 5 })
    expect(await messageOf(worker.stop())).toMatch(/did not end within 5ms/)
  } finally {
    vi.useRealTimers()
  }
})

test.each<[unknown, object, RegExp]>([
  ['worker', {}, /runWorker takes a function that starts a worker; got 'worker'/],
  [Promise.resolve(), {}, /runWorker takes a function that starts a worker; got Promise/],
  [() => undefined, { stopp: 1 }, /runWorker has no option 'stopp'; did you mean 'stop'\?/],
  [() => undefined, { stop: 'soon' }, /runWorker: stop takes milliseconds/],
])('refuses %o with %j', async (start, options, message) => {
  await using daemon = await daemonOf()
  expect(() => daemon.runWorker(start as () => void, options)).toThrow(message)
})
