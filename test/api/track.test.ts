/** `daemon.track()` follows workers that own their loop, until everything is done. */
import { expect, test, vi } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { QueratorClient, startTestDaemon } from '../../src/index.js'
import { consume, fails, frozen, HOUR, linesOf, MINUTE, START } from '../support/workers.js'

test('runs a worker until everything is done, and stops it by its signal', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  let aborted = false
  const seen = await daemon.track(async ({ signal }) => {
    signal.addEventListener('abort', () => {
      aborted = true
    })
    await consume(queue, signal)
  })
  expect(seen.completed.map(({ reference }) => reference)).toEqual(['a', 'b'])
  expect([seen.value, seen.moved, aborted]).toEqual([undefined, 0, true])
  expect((await queue.counts()).leasesWaiting).toBe(0)
})

test('pokes the application, whose worker runs already, and returns its value', async () => {
  await using daemon = await frozen()
  const [orders, mails] = [await daemon.createQueue({ name: 'orders' }), await daemon.createQueue({ name: 'mails' })]
  const ship = ({ reference }: { reference: string }) => mails.produce({ reference: `mail-${reference}` })
  await using _first = daemon.runWorker((signal) => consume(orders, signal, ship))
  await using _second = daemon.runWorker((signal) => consume(mails, signal))
  const seen = await daemon.track(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    await orders.produce({ reference: 'a' })
    return 'placed'
  })
  expect(seen.value).toBe('placed')
  expect(seen.completed.map(({ reference }) => reference)).toEqual(['a', 'mail-a'])
  expect(seen.in('mails').produced.map(({ reference }) => reference)).toEqual(['mail-a'])
})

test('advance moves the clock from deadline to deadline, until nothing is leased or scheduled', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ leaseTimeout: '5m', maxAttempts: 3, deadQueue: true })
  await queue.produce({ reference: 'a' }, { reference: 'later', enqueueAt: new Date(START + 2 * HOUR) })
  const work = ({ reference }: { reference: string }) => (reference === 'a' ? fails() : undefined)
  const seen = await daemon.track(({ signal }) => consume(queue, signal, work), { advance: true })
  expect(seen.moved).toBe(2 * HOUR)
  expect(seen.deadLettered.map(({ reference, time }) => [reference, time.getTime() - START])).toEqual([
    ['a', 15 * MINUTE],
  ])
  expect(seen.completed.map(({ reference, time }) => [reference, time.getTime() - START])).toEqual([
    ['later', 2 * HOUR],
  ])
})

test('until moves the clock by exactly this much, and leaves what comes later', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  const at = (hours: number) => ({ reference: `${hours}h`, enqueueAt: new Date(START + hours * HOUR) })
  await queue.produce(at(1), at(2), at(3))
  const seen = await daemon.track(({ signal }) => consume(queue, signal), { until: '2h' })
  expect(seen.completed.map(({ reference }) => reference)).toEqual(['1h', '2h'])
  expect(daemon.clock.now()).toBe(START + 2 * HOUR)
  const rest = await daemon.track(({ signal }) => consume(queue, signal), { until: HOUR / 2 })
  expect([rest.completed, daemon.clock.now()]).toEqual([[], START + 2.5 * HOUR])
})

test('two workers on one queue, with handlers that take their time', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce(...Array.from({ length: 6 }, (_, n) => ({ reference: `${n}` })))
  const slow = () => new Promise((resolve) => setTimeout(resolve, 3))
  const seen = await daemon.track(
    ({ signal }) => Promise.all(['a', 'b'].map((clientId) => consume(queue, signal, slow, { clientId }))),
    { advance: true },
  )
  expect(seen.completed).toHaveLength(6)
  expect(new Set(seen.completed.map(({ clientId }) => clientId))).toEqual(new Set(['a', 'b']))
  expect(seen.leaseExpired).toEqual([])
})

test('a worker over TCP is awaited too', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 2 })
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await queue.produce({ reference: 'c', enqueueAt: new Date(START + HOUR) })
  const seen = await daemon.track(
    async ({ signal }) => {
      while (!signal.aborted) {
        const request = { queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '15m' }
        const { partition, items } = await client.queueLease(request, { signal }).catch((error) => {
          if (error.code === 454) return { partition: 0, items: [] }
          throw error
        })
        await new Promise((resolve) => setTimeout(resolve, 5))
        const ids = items.filter(({ reference }) => reference !== 'b').map(({ id }) => id)
        if (ids.length > 0) await client.queueComplete({ queueName: 'orders', partition, requestTimeout: '1m', ids })
      }
    },
    { advance: true, settle: 60 },
  )
  expect(seen.completed.map(({ reference }) => reference)).toEqual(['a', 'c'])
  expect(seen.leased.filter(({ reference }) => reference === 'b')).toHaveLength(2)
})

test('a dead letter queue that nobody works off is done; one with a worker is not', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ leaseTimeout: '1m', maxAttempts: 1, deadQueue: true })
  await queue.produce({ reference: 'a' })
  const seen = await daemon.track(
    ({ signal }) =>
      Promise.all([
        consume(queue, signal, fails, { clientId: 'w' }),
        consume(queue.deadQueue, signal, undefined, { clientId: 'undertaker' }),
      ]),
    { advance: true },
  )
  expect(seen.completed.map((item) => [item.reference, item.clientId])).toEqual([['a', 'undertaker']])
})

test('what the function throws comes through, and so does the failure of a worker', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({})
  const error = new Error('mine')
  await expect(daemon.track(() => Promise.reject(error))).rejects.toBe(error)
  await expect(
    daemon.track(() => {
      throw error
    }),
  ).rejects.toBe(error)
  daemon.runWorker(() => Promise.reject(new Error('no connection')), { name: 'mailer' })
  expect((await linesOf(daemon.track(() => undefined)))[0]).toMatch(/^mailer failed: no connection/)
})

test('gives up if nobody leases an item, and says where it is', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  const lines = await linesOf(daemon.track(() => queue.produce({ reference: 'a' })))
  expect(lines).toEqual([
    'nothing can happen any more, but not everything is done:',
    "'orders': no lease waits; 1 item free, 0 leased, 0 scheduled",
    'no consumer asks for the free items: start one, or see why it has ended',
    'nothing is due',
  ])
})

test('gives up in time if a worker holds an item, and says which worker and since when', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const stuck = daemon.track(
    async ({ signal }) => {
      await queue.lease({ clientId: 'mailer' })
      await daemon.clock.advance('10s')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
    { within: 60 },
  )
  const lines = await linesOf(stuck)
  expect(lines.slice(0, 4)).toEqual([
    'timed out after 60ms, but not everything is done:',
    'the function has not returned',
    "a of 'orders' is held by mailer for 10s",
    "'orders': no lease waits; 0 items free, 1 leased, 0 scheduled",
  ])
  expect(lines.slice(-2)).toEqual(['still due:', "  in 50s: the lease of a of 'orders' by mailer ends"])
})

test('gives up if a call has no reply', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  queue.pause()
  const lines = await linesOf(daemon.track(() => queue.produce({ reference: 'a' }), { within: 40 }))
  expect(lines.slice(0, 3)).toEqual([
    'timed out after 40ms, but not everything is done:',
    'the function has not returned; if it is a worker that goes on for ever, let it take the signal: track(({ signal }) => worker.run(signal))',
    '1 call has no reply yet',
  ])
  queue.resume()
  await queue.idle({ within: 1 }).catch(() => undefined)
})

test('a function that does not end when its signal is aborted', async () => {
  await using daemon = await frozen()
  await daemon.createQueue()
  const deaf = ({ signal }: { signal: AbortSignal }) => new Promise(() => signal)
  const [line] = await linesOf(daemon.track(deaf, { stop: 10 }))
  expect(line).toMatch(/^the tracked function did not end within 10ms of its signal being aborted/)
  // Without the signal it is not expected to end.
  await daemon.track(() => new Promise(() => undefined))
})

test('waits for a function that takes its time, whatever its worker does meanwhile', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await using _worker = daemon.runWorker((signal) => consume(queue, signal))
  const late = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    await queue.produce({ reference: 'a' })
  }
  const seen = await daemon.track(late, { settle: 5 })
  expect(seen.completed.map(({ reference }) => reference)).toEqual(['a'])
  const error = new Error('late')
  const fails = () => new Promise((_, reject) => setTimeout(() => reject(error), 30))
  await expect(daemon.track(fails, { settle: 5 })).rejects.toBe(error)
})

test('a function that is left alone reports its failure later', async () => {
  await using daemon = await frozen()
  const test = new QueuesOfTest(daemon, { name: 'a test', file: undefined, timeout: 5000, leaks: 'off' })
  let reject = (_: Error) => {}
  await daemon.track(() => new Promise<void>((_, no) => (reject = no)))
  reject(new Error('much later'))
  await new Promise((resolve) => setImmediate(resolve))
  await expect(test.end({ outcome: 'passed' })).rejects.toThrow(
    /^the tracked function failed after track\(\) had ended: much later/,
  )
})

test('a queue that never existed is an error', async () => {
  await using daemon = await frozen()
  await daemon.createQueue({ name: 'orders' })
  await expect(daemon.track(() => undefined, { queues: ['oders'] })).rejects.toThrow(/did you mean 'orders'\?/)
})

test('of several tests, it must know whose queues to follow; and it ends with its test', async () => {
  await using daemon = await frozen()
  const begin = (name: string) => new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'off' })
  const [first, second] = [begin('first'), begin('second')]
  const queue = await first.create()
  await expect(daemon.track(() => undefined)).rejects.toThrow(/several tests run at the same time; name the queues/)
  await daemon.track(() => undefined, { queues: [queue] })
  await second.end({ outcome: 'passed' })
  const forgotten = linesOf(daemon.track(() => queue.produce({})))
  await first.end({ outcome: 'passed' })
  expect(await forgotten).toEqual(['the test ended while the function was tracked; await it'])
})

test('follows the queues of its test, and those in which something happens', async () => {
  await using daemon = await frozen()
  const other = await daemon.createQueue({ name: 'others' })
  await other.produce({ reference: 'left' })
  const test = new QueuesOfTest(daemon, { name: 'a test', file: undefined, timeout: 5000, leaks: 'off' })
  const queue = await test.create({ name: 'orders' })
  await daemon.track(() => undefined)
  expect(await linesOf(daemon.track(() => queue.produce({ reference: 'a' }), { within: 30 }))).toContain(
    "'orders': no lease waits; 1 item free, 0 leased, 0 scheduled",
  )
  await queue.clear()
  expect(await linesOf(daemon.track(() => other.produce({ reference: 'b' }), { within: 30 }))).toContain(
    "'others': no lease waits; 2 items free, 0 leased, 0 scheduled",
  )
  await daemon.track(() => other.produce({ reference: 'c' }), { queues: [queue] })
  await test.end({ outcome: 'passed' })
})

test("with clock: 'runner', moves the timers of the worker, which sleeps between its polls", async () => {
  vi.useFakeTimers({ now: START })
  try {
    await using daemon = await startTestDaemon({ clock: 'runner', log: 'silent' })
    const queue = await daemon.createQueue({ leaseTimeout: '10m' })
    await queue.produce({ reference: 'a' }, { reference: 'b', enqueueAt: new Date(START + HOUR) })
    const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    const seen = await daemon
      .track(
        async ({ signal }) => {
          while (!signal.aborted) {
            const { items } = await queue
              .lease({ clientId: 'w', requestTimeout: '1m', signal })
              .catch(() => ({ items: [] }))
            for (const item of items) {
              await sleep(2 * MINUTE)
              await item.complete()
            }
            if (!signal.aborted) await sleep(5000)
          }
        },
        { advance: true, stop: 50 },
      )
      .catch((error: Error) => error)
    // It sleeps by fake timers when it is stopped.
    expect(String(seen)).toContain('did not end within 50ms')
    expect(
      queue
        .history()
        .filter(({ kind }) => kind === 'completed')
        .map(({ reference }) => reference),
    ).toEqual(['a', 'b'])
  } finally {
    vi.useRealTimers()
  }
})

test.each<[unknown, object, RegExp]>([
  ['x', {}, /track takes a function to run; got 'x'/],
  [() => 0, { untill: '1h' }, /track has no option 'untill'; did you mean 'until'\?/],
  [() => 0, { until: 'noon' }, /track: until takes milliseconds or a duration/],
  [() => 0, { until: '1h', advance: false }, /until moves the clock; leave advance out/],
  [() => 0, { advance: 'yes' }, /advance is true or false; got 'yes'/],
  [() => 0, { timers: () => 0 }, /timers needs advance or until/],
  [() => 0, { queues: [] }, /the option queues of track is a list of queues or their names/],
  [() => 0, { stop: -1 }, /track: stop takes milliseconds/],
])('refuses %o with %j', async (fn, options, message) => {
  await using daemon = await frozen()
  await expect(daemon.track(fn as () => void, options)).rejects.toThrow(message)
})

test('needs events, and a daemon in the process', async () => {
  await using daemon = await startTestDaemon({ events: 0, log: 'silent' })
  await expect(daemon.track(() => undefined)).rejects.toThrow(/raise the option events/)
  await using attached = await startTestDaemon({ endpoint: await daemon.listen() })
  await expect(attached.track(() => undefined)).rejects.toThrow(/track works only on a daemon inside the test process/)
})
