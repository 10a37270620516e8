/** `clock.advanceUntil()` moves the clock from deadline to deadline, while consumers work, until something is so. */
import { expect, test, vi } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon } from '../../src/index.js'
import { consume, errorOf, fails, frozen, HOUR, START } from '../support/workers.js'

test('stops at the event, with a consumer that asks again after every lease that timed out', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ leaseTimeout: '1m', maxAttempts: 3, deadQueue: true })
  await queue.produce({ reference: 'order-1' })
  await using _worker = daemon.runWorker((signal) => consume(queue, signal, fails))
  const fired = await daemon.clock.advanceUntil({ event: 'dead-lettered', reference: 'order-1' })
  expect(daemon.clock.now()).toBe(START + 180_000)
  expect(fired.filter(({ kind }) => kind !== 'lease-timed-out').map(({ kind }) => kind)).toEqual([
    'lease-expired',
    'lease-expired',
    'dead-lettered',
  ])
  expect(fired.filter(({ kind }) => kind === 'lease-timed-out')).toHaveLength(4)
})

test('skips leases that find nothing, so that months pass quickly', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ expireTimeout: '9000h' })
  const due = START + 90 * 24 * HOUR
  await queue.produce({ reference: 'reminder', enqueueAt: new Date(due) })
  await using _worker = daemon.runWorker((signal) => consume(queue, signal))
  const fired = await daemon.clock.advanceUntil(() => queue.history().at(-2)?.kind === 'completed', { limit: '9000h' })
  expect(daemon.clock.now()).toBe(due)
  // Each lease that times out is a stop, until it is clear that nothing else happens.
  const [first, second] = fired.map(({ time }) => (time.getTime() - START) / 1000)
  expect([first, second]).toEqual([30, 60])
  expect(fired.length).toBeLessThan(30)
})

test('does not move if it is so already', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a', enqueueAt: new Date(START + HOUR) })
  const met = [Promise.resolve(), () => true, () => void expect(1).toBe(1), { event: 'scheduled' } as const]
  for (const until of met) {
    expect(await daemon.clock.advanceUntil(until)).toEqual([])
  }
  expect(daemon.clock.now()).toBe(START)
})

test.each<[string, (sent: string[]) => () => unknown]>([
  ['a function that returns true', (sent) => () => sent.length === 2],
  ['an async function', (sent) => async () => sent.length === 2],
  ['a function that throws until then', (sent) => () => expect(sent).toHaveLength(2)],
])('waits for %s', async (_, condition) => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  const sent: string[] = []
  const later = [1, 2, 3].map((hours) => ({ reference: `${hours}`, enqueueAt: new Date(START + hours * HOUR) }))
  await queue.produce(...later)
  await using _worker = daemon.runWorker((signal) => consume(queue, signal, (item) => sent.push(item.reference)))
  await daemon.clock.advanceUntil(condition(sent))
  expect(sent).toEqual(['1', '2'])
  expect(daemon.clock.now()).toBe(START + 2 * HOUR)
})

test('waits for a promise, and rejects as it does', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ enqueueAt: new Date(START + HOUR) })
  await daemon.clock.advanceUntil(queue.lease({ requestTimeout: '5m' }).catch((error) => expect(error.code).toBe(454)))
  expect(daemon.clock.now()).toBe(START + 300_000)
  const refused = queue.lease({ requestTimeout: '5m' })
  await expect(daemon.clock.advanceUntil(refused)).rejects.toMatchObject({ code: 454 })
  expect(daemon.clock.now()).toBe(START + 600_000)
})

test('waits for an event from now on, in one queue, as often as asked', async () => {
  await using daemon = await frozen()
  const [orders, others] = [await daemon.createQueue({ name: 'orders' }), await daemon.createQueue()]
  await orders.produce({ reference: 'a' })
  await others.produce({ reference: 'a' })
  await others.lease({ clientId: 'c' })
  await orders.lease({ clientId: 'c' })
  await daemon.clock.advanceUntil({ event: 'leased', reference: 'a' })
  expect(daemon.clock.now()).toBe(START)
  await using _worker = daemon.runWorker((signal) => consume(orders, signal, fails, { clientId: 'd' }))
  await daemon.clock.advanceUntil({ event: 'leased', queue: orders, since: 'now', times: 2 })
  expect(daemon.clock.now()).toBe(START + 120_000)
  await daemon.clock.advanceUntil({ event: 'lease-expired', queue: 'orders', since: 'now' })
  expect(daemon.clock.now()).toBe(START + 180_000)
})

test('waits until a handler is done before it moves on', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.produce({ reference: 'b', enqueueAt: new Date(START + HOUR) })
  const slow = async () => {
    // Longer than the clock waits when nothing can happen, by timers that the process waits for.
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await using _worker = daemon.runWorker((signal) => consume(queue, signal, slow))
  await daemon.clock.advanceUntil({ event: 'completed', times: 2 })
  expect(queue.history().map(({ kind }) => kind)).not.toContain('lease-expired')
})

test('moves a running clock too', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a', enqueueAt: new Date(daemon.clock.now() + HOUR) })
  const [fired] = await daemon.clock.advanceUntil({ event: 'item-due' })
  expect(fired).toMatchObject({ kind: 'item-due', reference: 'a' })
})

test('gives up at the limit, and says what is missing and what is still due', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders', maxAttempts: 2 })
  await queue.produce({ reference: 'a', enqueueAt: new Date(START + 2 * HOUR) })
  const waiting = daemon.clock.advanceUntil({ event: 'leased', reference: 'a' }, { limit: '1h' })
  expect((await errorOf(waiting)).message.split('\n')).toEqual([
    "moved the clock by 0s, and the next deadline is beyond the limit of 1h0m0s, but still waiting for 'a' to be leased",
    'nearest events:',
    '  a (#1): produced',
    '  a (#1): scheduled for 2h0m0s',
    'still due:',
    "  in 2h0m0s: a of 'orders' comes due",
  ])
  expect(daemon.clock.now()).toBe(START)
})

test('gives up when nothing is due any more', async () => {
  await using daemon = await frozen()
  await daemon.createQueue({ name: 'orders' })
  const error = await errorOf(daemon.clock.advanceUntil(() => expect(1).toBe(2)))
  expect(error.message).toMatch(
    /^nothing is due, but still waiting for the condition .*\nit threw: expected 1 to be 2.*\n(.*\n)?nothing is due$/s,
  )
  expect((error.cause as Error).message).toContain('expected 1 to be 2')
  expect(error.stack).toContain('advance-until.test.ts')
})

test('gives up in time if a call is never answered', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  queue.pause()
  const held = queue.produce({})
  const error = await errorOf(daemon.clock.advanceUntil(held, { within: 50 }))
  expect(error.message).toMatch(/^timed out after 50ms waiting for the promise to resolve/)
  queue.resume()
  await held
})

test('fails as soon as a worker of the test fails', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  daemon.runWorker(function mailer() {
    return Promise.reject(new Error('no connection'))
  })
  await queue.produce({ enqueueAt: new Date(START + HOUR) })
  const error = await errorOf(daemon.clock.advanceUntil({ event: 'completed' }))
  expect(error.message).toMatch(/^mailer failed: no connection \(test\/api\/advance-until\.test\.ts:\d+\)$/)
  expect(daemon.clock.now()).toBe(START)
})

test('asks the queue itself in a condition', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a', enqueueAt: new Date(START + HOUR) })
  await daemon.clock.advanceUntil(async () => (await queue.counts()).scheduled === 0)
  expect(daemon.clock.now()).toBe(START + HOUR)
})

test('gives up in time if a condition does not return', async () => {
  await using daemon = await frozen()
  await daemon.createQueue()
  const error = await errorOf(daemon.clock.advanceUntil(() => new Promise(() => undefined), { within: 40 }))
  expect(error.message).toMatch(/^timed out after 40ms waiting for the condition .*\nit has not returned\n/)
})

test('waits for a promise as long as the process has something open', async () => {
  await using daemon = await frozen()
  await daemon.createQueue()
  // Longer than it waits for a process that is still.
  await daemon.clock.advanceUntil(new Promise((resolve) => setTimeout(resolve, 1100)))
})

test('ends with its test, and asks for the queue if several tests run', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ enqueueAt: new Date(START + HOUR) })
  const begin = () => new QueuesOfTest(daemon, { name: 'a test', file: undefined, timeout: 5000, leaks: 'off' })
  const [first, second] = [begin(), begin()]
  await expect(daemon.clock.advanceUntil({ event: 'item-due' })).rejects.toThrow(/name the queue: { event, queue }/)
  await second.end({ outcome: 'passed' })
  const forgotten = errorOf(daemon.clock.advanceUntil(() => false))
  await first.end({ outcome: 'passed' })
  expect((await forgotten).message).toMatch(/^the test ended while waiting for the condition \(\) => false; await it$/)
  expect(daemon.clock.now()).toBe(START)
})

test('names a paused queue', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  queue.pause()
  const error = await errorOf(daemon.clock.advanceUntil(() => false))
  expect(error.message).toContain("'orders' is paused: daemon.resume('orders') lets calls in")
})

test('says that the daemon was closed', async () => {
  const daemon = await frozen()
  const queue = await daemon.createQueue()
  queue.pause()
  const held = queue.produce({}).catch(() => undefined)
  const waiting = errorOf(daemon.clock.advanceUntil(() => false))
  await daemon.close()
  await held
  expect((await waiting).message).toMatch(/^the daemon was closed while waiting for the condition/)
})

test.each<[unknown, object, RegExp]>([
  [{ event: 'complete' }, {}, /advanceUntil knows no event 'complete'; did you mean 'completed'\?/],
  [{ event: 'completed', ref: 'a' }, {}, /advanceUntil has no option 'ref'/],
  [{ event: 'completed', since: 'then' }, {}, /advanceUntil: since is 'now' or an event/],
  [undefined, {}, /takes a promise, a condition or an event; got undefined/],
  [true, {}, /takes a promise, a condition or an event; got true/],
  [
    () => undefined,
    {},
    /the condition returned nothing; return true or false: \(\) => void 0|the condition returned nothing/,
  ],
  [{ event: 'completed', times: 0 }, {}, /times is a whole number, 1 or more; got 0/],
  [{ event: 'completed', queue: null }, {}, /queue is a queue or its name; got null/],
  [{ event: 'completed', queue: 'nope' }, {}, /there is no queue named 'nope'/],
  [() => true, { timers: 5 }, /timers is a function that moves them; got 5/],
  [() => true, { limits: 1 }, /advanceUntil has no option 'limits'; did you mean 'limit'\?/],
  [() => true, { limit: -1 }, /advanceUntil: limit takes milliseconds or a duration/],
  [() => true, { within: 'soon' }, /advanceUntil: within takes milliseconds or a duration/],
  [() => true, { timers: () => undefined }, /timers is for a daemon with clock: 'runner'/],
])('refuses %j with %j', async (until, options, message) => {
  await using daemon = await frozen()
  await expect(daemon.clock.advanceUntil(until as () => boolean, options)).rejects.toThrow(message)
})

test("with clock: 'runner', the timers of a worker fire too", async () => {
  vi.useFakeTimers({ now: START })
  try {
    await using daemon = await startTestDaemon({ clock: 'runner', log: 'silent' })
    const queue = await daemon.createQueue({ maxAttempts: 5 })
    await queue.produce({ reference: 'a' })
    const tries: number[] = []
    // Backs off by itself, and never lets the lease run out.
    const backOff = async () => {
      tries.push((Date.now() - START) / 1000)
      if (tries.length < 4) await new Promise((resolve) => setTimeout(resolve, 2 ** tries.length * 1000))
    }
    const worker = daemon.runWorker(async (signal) => {
      const { items } = await queue.lease({ signal })
      while (tries.length < 4) await backOff()
      await items[0]?.complete()
    })
    const fired = await daemon.clock.advanceUntil({ event: 'completed', reference: 'a' })
    expect(tries).toEqual([0, 2, 6, 14])
    expect(fired).toEqual([])
    await worker.done
    await queue.produce({ reference: 'b', enqueueAt: new Date(Date.now() + HOUR) })
    expect(await daemon.clock.advanceUntil({ event: 'item-due' })).toMatchObject([
      { kind: 'item-due', reference: 'b', time: new Date(START + 14_000 + HOUR) },
    ])
  } finally {
    vi.useRealTimers()
  }
})

test("with clock: 'runner' and real timers, says what to do", async () => {
  await using daemon = await startTestDaemon({ clock: 'runner', log: 'silent' })
  await expect(daemon.clock.advanceUntil(() => true)).rejects.toThrow(
    /the runner has real timers; call vi.useFakeTimers/,
  )
})
