/** `queue.drain()` works off a queue with a handler, and says what became of each item. */
import { expect, test, vi } from 'vitest'
import { type Handled, startTestDaemon } from '../../src/index.js'
import { consume, errorOf, fails, frozen, MINUTE, START } from '../support/workers.js'

/** The turns as text, such as `a 1 completed`. */
function turns({ handled }: Handled): string[] {
  return handled.map(({ reference, attempts, outcome, ...more }) => {
    return `${reference} ${attempts} ${outcome}${'error' in more ? `: ${(more.error as Error).message}` : ''}`
  })
}

test('completes what the handler returns from, in queue order, and leaves nothing', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a', json: 1 }, { reference: 'b', json: 2 })
  const seen: unknown[] = []
  const result = await queue.drain((item, { lease, signal }) => {
    seen.push([item.json(), lease.items.length, signal.aborted])
  })
  expect(seen).toEqual([
    [1, 1, false],
    [2, 1, false],
  ])
  expect(turns(result)).toEqual(['a 1 completed', 'b 1 completed'])
  expect(result.completed).toEqual(result.handled)
  expect([result.retried, result.failed, result.lost, result.deadLettered]).toEqual([[], [], [], []])
  expect(result.handled[0]?.history().map(({ kind }) => kind)).toEqual(['produced', 'leased', 'completed'])
  expect((await queue.counts()).total).toBe(0)
  expect((await queue.drain(fails)).handled).toEqual([])
})

test('works off what handlers produce, too', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  const result = await queue.drain(async ({ reference }) => {
    if (reference.length < 3) await queue.produce({ reference: `${reference}a` })
  })
  expect(turns(result)).toEqual(['a 1 completed', 'aa 1 completed', 'aaa 1 completed'])
  expect(result.handled[1]?.history()[0]).toMatchObject({ kind: 'produced', producedBy: { reference: 'a' } })
})

test('throws the first error of a handler, with the timeline of its item, and gives the rest back', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  const cause = new Error('smtp is down')
  const error = await errorOf(
    queue.drain(
      ({ reference }) => {
        if (reference === 'b') throw cause
      },
      { batchSize: 3, clientId: 'mailer' },
    ),
  )
  expect(error.message.replaceAll(/ \(.*\)/g, '').split('\n')).toEqual([
    "the handler failed on b of 'orders', attempt 1: smtp is down",
    'timeline of b:',
    '  +0s  produced',
    '  +0s  leased by mailer for 1m0s, attempt 1',
    '  +0s  retried by mailer',
  ])
  expect(error).toMatchObject({ name: 'QueratorError', cause })
  expect(error.stack).toContain(cause.stack?.split('\n')[1])
  expect((await queue.items()).map(({ reference }) => reference)).toEqual(['b', 'c'])
  expect((await queue.counts()).leased).toBe(0)
})

test('several handlers that fail at the same time make one error', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  let begun = 0
  let bothBegun = () => {}
  const both = new Promise<void>((resolve) => {
    bothBegun = resolve
  })
  const handler = async () => {
    if (++begun === 2) bothBegun()
    await both
    fails()
  }
  const error = await errorOf(queue.drain(handler, { concurrency: 2 }))
  expect(error).toBeInstanceOf(AggregateError)
  expect((error as AggregateError).errors.map(({ message }) => message.split('\n')[0])).toEqual([
    "the handler failed on a of 'queue-1', attempt 1: smtp is down",
    "the handler failed on b of 'queue-1', attempt 1: smtp is down",
  ])
  expect(error.message).toMatch(/^2 handlers failed:\nthe handler failed on a/)
})

test("onError: 'collect' goes on, and returns the errors", async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const result = await queue.drain(({ attempts, reference }) => (reference === 'a' && attempts < 3 ? fails() : 0), {
    onError: 'collect',
  })
  expect(turns(result)).toEqual([
    'a 1 retried: smtp is down',
    'b 1 completed',
    'a 2 retried: smtp is down',
    'a 3 completed',
  ])
  expect(result.failed.map(({ attempts }) => attempts)).toEqual([1, 2])
  expect(result.retried).toEqual(result.failed)
})

test('an endless retry ends at the limit, with an error that names the item', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'poison' })
  const error = await errorOf(queue.drain(fails, { onError: 'collect', limit: 20 }))
  expect(error.message.split('\n').slice(0, 2)).toEqual([
    "the handler was called 20 times, the limit, and 'orders' still has items; next is poison, attempt 21: end its retries, or set a higher limit",
    'timeline of poison:',
  ])
  expect((await queue.counts()).leased).toBe(0)
})

test('runs several handlers at a time, and never more', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ partitions: 3 })
  for (let n = 0; n < 10; n++) await queue.produce({ reference: `${n}` }, { reference: `${n}b` })
  let [running, most] = [0, 0]
  const result = await queue.drain(
    async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
    },
    { concurrency: 4, batchSize: 3 },
  )
  expect([result.completed.length, most]).toEqual([20, 4])
})

test('a delay hides the item; until: a time moves the clock over it, exactly', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  const tried: number[] = []
  const flaky = ({ attempts }: { attempts: number }) => {
    tried.push((daemon.clock.now() - START) / MINUTE)
    if (attempts < 4) fails()
  }
  const retry = (attempts: number, error: unknown) => {
    expect(error).toMatchObject({ message: 'smtp is down' })
    return `${2 ** (attempts - 1)}m`
  }
  expect(turns(await queue.drain(flaky, { retry, onError: 'collect' }))).toEqual(['a 1 retried: smtp is down'])
  expect(await queue.counts()).toMatchObject({ total: 0, scheduled: 1 })
  const result = await queue.drain(flaky, { retry, onError: 'collect', until: '1h' })
  expect(result.completed).toHaveLength(1)
  expect(tried).toEqual([0, 1, 3, 7])
  expect(daemon.clock.now()).toBe(START + 60 * MINUTE)
})

test('until: a time includes what comes due at its end, and works off dead letters of other queues', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ maxAttempts: 2, deadQueue: true })
  await queue.produce({ reference: 'a' }, { reference: 'b', enqueueAt: new Date(START + 2 * MINUTE) })
  const result = await queue.drain(({ reference }) => (reference === 'a' ? fails() : undefined), {
    until: '2m',
    retry: 'as the handler says',
    onError: 'collect',
  })
  expect(turns(result)).toEqual(['a 1 left: smtp is down', 'a 2 left: smtp is down', 'b 1 completed'])
  expect(result.deadLettered.map(({ reference, attempts }) => [reference, attempts])).toEqual([['a', 2]])
  expect(result.deadLettered[0]?.history().map(({ kind }) => kind)).toContain('dead-lettered')
})

test('a handler that moves the clock past its lease loses the item, and the rest of its batch', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  let handled = 0
  const result = await queue.drain(
    async () => {
      if (++handled === 1) await daemon.clock.advance('1m')
    },
    { batchSize: 2 },
  )
  expect(turns(result)).toEqual(['a 1 lost', 'b 1 lost', 'a 2 completed', 'b 2 completed'])
  expect([result.lost.length, handled]).toEqual([2, 3])
  expect(queue.history().filter(({ kind }) => kind === 'refused')).toEqual([])
})

test.each([
  ['completes the item itself', async (item: { complete(): Promise<void> }) => item.complete(), 'a 1 completed'],
  [
    'throws after completing',
    async (item: { complete(): Promise<void> }) => {
      await item.complete()
      fails()
    },
    'a 1 completed: smtp is down',
  ],
  [
    'retries the item itself, for later',
    async (item: { retry(options: { at: Date }): Promise<void> }) => item.retry({ at: new Date(START + MINUTE) }),
    'a 1 retried',
  ],
  [
    'deletes the item',
    async (item: { retry(options: { dead: boolean }): Promise<void> }) => item.retry({ dead: true }),
    'a 1 retried',
  ],
])('a handler that %s', async (_, handler, outcome) => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  const result = await queue.drain(handler, { onError: 'collect' })
  expect(turns(result)).toEqual([outcome])
  expect(queue.history().filter(({ kind }) => kind === 'refused')).toEqual([])
})

test('a handler that completes over the protocol, whatever its client', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const result = await queue.drain(async ({ id }, { lease: { partition } }) => {
    const body = JSON.stringify({ queue_name: 'orders', partition, request_timeout: '1m', ids: [id] })
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const reply = await daemon.fetch('/v1/queue.complete', { method: 'POST', headers, body })
    expect(reply.status).toBe(200)
  })
  expect(turns(result)).toEqual(['a 1 completed'])
})

test('a handler that never returns fails in time, and its signal is aborted', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  let aborted = false
  const error = await errorOf(
    queue.drain(
      (_, { signal }) =>
        new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => {
            aborted = true
            resolve()
          }),
        ),
      { within: 30, clientId: 'mailer' },
    ),
  )
  expect(error.message.split('\n').slice(0, 3)).toEqual([
    "timed out after 30ms waiting for the handlers of 'orders' to be done",
    'the handler has not returned for a, attempt 1',
    "'orders': no lease waits; 0 items free, 1 leased, 0 scheduled",
  ])
  expect(aborted).toBe(true)
})

test('two drains and a worker share a queue', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce(...Array.from({ length: 9 }, (_, n) => ({ reference: `${n}` })))
  await using worker = queue.work(() => undefined)
  const results = await Promise.all([queue.drain(() => undefined), queue.drain(() => undefined)])
  await queue.drained()
  const all = [...results, await worker.stop()].flatMap(({ completed }) => completed.map(({ reference }) => reference))
  expect(all.sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8'])
})

test('fails with the error of a worker of the test, and if the queue is gone', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ enqueueAt: new Date(START + MINUTE) })
  daemon.runWorker(() => Promise.reject(new Error('no connection')), { name: 'mailer' })
  await Promise.resolve()
  expect((await errorOf(queue.drain(() => undefined, { until: '1h' }))).message).toMatch(
    /^mailer failed: no connection/,
  )
  await queue.delete()
  await expect(queue.drain(() => undefined)).rejects.toThrow(/^the queue 'queue-1' was deleted meanwhile$/)
  await expect(daemon.queue('nope').drain(() => undefined)).rejects.toThrow(/there is no queue named 'nope'/)
})

test('a queue that is deleted while it is drained is an error', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await expect(queue.drain(() => queue.delete())).rejects.toThrow(/was deleted meanwhile/)
})

test('a handler error that comes while a lease waits is not lost', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  const retry = () => {
    throw new Error('in retry')
  }
  const worker = queue.work(
    async () => {
      await new Promise((resolve) => setImmediate(resolve))
      fails()
    },
    { concurrency: 4, retry },
  )
  await expect(worker.done).rejects.toThrow(
    /^the option retry failed for [abc] of 'queue-1', attempt 1: in retry; the handler had thrown: smtp is down\ntimeline of/,
  )
})

test('the rest of a batch goes back if the pool cannot go on', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce(...['a', 'b', 'c', 'd', 'e'].map((reference) => ({ reference })))
  await expect(queue.drain(fails, { batchSize: 5, retry: () => 'never' })).rejects.toThrow(
    /the delay that retry returns/,
  )
  // The one that failed stays leased.
  expect(await queue.counts()).toMatchObject({ total: 5, leased: 1 })
})

test('a failure of a worker stops the handlers, and is the reason', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  let breaks = () => {}
  daemon.runWorker(() => new Promise<void>((_, reject) => (breaks = () => reject(new Error('no connection')))), {
    name: 'mailer',
  })
  const handler = async (_: unknown, { signal }: { signal: AbortSignal }) => {
    breaks()
    await new Promise((resolve) => (signal.aborted ? resolve(0) : signal.addEventListener('abort', resolve)))
  }
  await expect(queue.drain(handler, { concurrency: 2 })).rejects.toThrow(/^mailer failed: no connection/)
})

test('deadLettered throws if the daemon no longer has all events', async () => {
  await using daemon = await startTestDaemon({ clock: { start: START }, events: 20, log: 'silent' })
  const queue = await daemon.createQueue()
  await queue.produce(...Array.from({ length: 20 }, (_, n) => ({ reference: `${n}` })))
  const result = await queue.drain(() => undefined)
  expect(result.completed).toHaveLength(20)
  expect(() => result.deadLettered).toThrow(/keeps the latest 20; raise the option events/)
})

test('with events: 0, an outcome that nobody saw is unknown', async () => {
  await using daemon = await startTestDaemon({ clock: { start: START }, events: 0, log: 'silent' })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const result = await queue.drain(async ({ reference, id, attempts }, { lease: { partition } }) => {
    if (reference === 'a')
      await daemon.clientWith({}).queueComplete({ queueName: 'orders', partition, requestTimeout: '1m', ids: [id] })
    else if (attempts === 1) await daemon.clock.advance('1m')
  })
  expect(turns(result).slice(0, 2)).toEqual(['a 1 unknown', 'b 1 lost'])
})

test("with clock: 'runner', handlers may sleep while the time is moved", async () => {
  vi.useFakeTimers({ now: START })
  try {
    await using daemon = await startTestDaemon({ clock: 'runner', log: 'silent' })
    const queue = await daemon.createQueue()
    await queue.produce({ reference: 'a' }, { reference: 'b' })
    const result = await queue.drain(() => new Promise((resolve) => setTimeout(resolve, 10_000)), { until: '1m' })
    expect(turns(result)).toEqual(['a 1 completed', 'b 1 completed'])
    expect(Date.now() - START).toBe(60_000)
  } finally {
    vi.useRealTimers()
  }
})

test('moves no time while a handler works, however long that takes', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await using _worker = queue.work(() => new Promise((resolve) => setTimeout(resolve, 60)))
  await daemon.clock.advanceUntil({ event: 'completed' }, { settle: 1 })
  expect(daemon.clock.now()).toBe(START)
})

test('works on a server elsewhere, but for what only a record knows', async () => {
  await using server = await startTestDaemon({ log: 'silent' })
  await using daemon = await startTestDaemon({ endpoint: await server.listen() })
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  const result = await queue.drain(
    async (item) => {
      if (item.reference === 'b') return item.complete()
      if (item.reference === 'c' && item.attempts === 1) fails()
      return undefined
    },
    { onError: 'collect', batchSize: 2 },
  )
  expect(turns(result)).toEqual(['a 1 completed', 'b 1 completed', 'c 1 retried: smtp is down', 'c 2 completed'])
  expect(() => result.deadLettered).toThrow(/deadLettered works only on a daemon inside the test process/)
  await expect(queue.drain(() => undefined, { until: '1h' })).rejects.toThrow(
    /drain with a time works only on a daemon/,
  )
  await queue.produce({ reference: 'd' })
  expect((await errorOf(queue.drain(fails))).message).toMatch(
    /^the handler failed on d of '\S+', attempt 1: smtp is down$/,
  )
  await using worker = queue.work(() => undefined)
  const isDone = async () => (await queue.counts()).total === 0
  while (!(await isDone())) await new Promise((resolve) => setImmediate(resolve))
  expect((await worker.stop()).completed).toHaveLength(1)
})

test.each<[unknown, object, RegExp]>([
  ['x', {}, /drain takes a function that handles an item; got 'x'/],
  [() => undefined, { concurency: 2 }, /drain has no option 'concurency'; did you mean 'concurrency'\?/],
  [() => undefined, { requestTimeout: '1s' }, /drain has no option 'requestTimeout'/],
  [() => undefined, { concurrency: 0 }, /concurrency is a whole number, 1 or more; got 0/],
  [() => undefined, { limit: 1.5 }, /limit is a whole number, 1 or more; got 1.5/],
  [
    () => undefined,
    { retry: 'later' },
    /retry is 'at once', 'as the handler says', or a function that returns a delay; got 'later'/,
  ],
  [() => undefined, { batchSize: 1001 }, /batchSize is at most 1000; got 1001/],
  [() => undefined, { clientId: 5 }, /clientId is a text; got 5/],
  [() => undefined, { timers: () => 0 }, /timers needs until with a time/],
  [() => undefined, { onError: 'ignore' }, /onError is 'throw' or 'collect'; got 'ignore'/],
  [() => undefined, { until: 'full' }, /drain: until takes milliseconds or a duration/],
])('refuses %o with %j', async (handler, options, message) => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await expect(queue.drain(handler as () => void, options)).rejects.toThrow(message)
})

test('a wrong delay is an error, and the item stays leased', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  await expect(queue.drain(fails, { retry: () => -1 })).rejects.toThrow(
    /the delay that retry returns takes milliseconds/,
  )
})

test('drain ends while another consumer holds the last item', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  await using _worker = daemon.runWorker((signal) => consume(queue, signal, fails))
  await queue.quiet()
  expect((await queue.drain(() => undefined)).handled).toEqual([])
})
