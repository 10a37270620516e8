/** Waiting for events and states, and explaining why nothing comes. */
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'

function frozen() {
  return startTestDaemon({ clock: { start: new Date('2026-01-01T00:00:00Z') }, log: 'silent', callSites: true })
}

/** A message without the call sites in this file, which change. */
async function messageOf(promise: Promise<unknown>): Promise<string[]> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason as Error,
  )
  return error.message.replace(/test\/api\/waiting\.test\.ts:\d+/g, 'here').split('\n')
}

test('waitFor resolves for a future event and for a past one', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ maxAttempts: 1, deadQueue: true })
  const dead = queue.waitFor({ event: 'dead-lettered', reference: 'a' })
  await queue.produce({ reference: 'b' }, { reference: 'a' })
  await queue.lease({ batchSize: 2, clientId: 'c' })
  await daemon.clock.advance('1m')
  expect(await dead).toMatchObject({ kind: 'dead-lettered', reference: 'a', attempts: 1 })
  expect(await queue.waitFor({ event: 'leased', clientId: 'c', times: 2 })).toMatchObject({ reference: 'a' })
  expect(await queue.deadQueue.waitFor({ event: 'dead-lettered', reference: 'a' })).toEqual(await dead)
})

test('waitFor matches the attempt that is asked for, not an earlier one', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  const second = queue.waitFor({ event: 'leased', reference: 'a', attempts: 2 })
  await queue.lease({ clientId: 'first' })
  await daemon.clock.advance('1m')
  await queue.lease({ clientId: 'second' })
  expect(await second).toMatchObject({ attempts: 2, clientId: 'second' })
})

test('drained and idle resolve at once, or as soon as the queue reaches that state', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.drained()
  await queue.produce({}, { enqueueAt: new Date(daemon.clock.now() + 60_000) })
  const order: string[] = []
  const idle = queue.idle().then(() => order.push('idle'))
  const drained = queue.drained().then(() => order.push('drained'))
  await (await queue.lease()).complete()
  await idle
  expect(order).toEqual(['idle'])
  await daemon.clock.advance('1m')
  await (await queue.lease()).complete()
  await drained
  expect(order).toEqual(['idle', 'drained'])
})

test('a wait that times out shows the nearest events and the state of the queue', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders', maxAttempts: 3 })
  await queue.produce({ reference: 'order-1' }, { reference: 'order-2' })
  await (await queue.lease({ clientId: 'w1' })).complete()
  await queue.lease({ clientId: 'w2' })
  const waiting = queue.waitFor({ event: 'completed', reference: 'order-2', within: '10ms' })
  expect(await messageOf(waiting)).toEqual([
    "timed out after 10ms waiting for 'order-2' to be completed",
    'nearest events:',
    '  order-2 (#2): produced (here)',
    '  order-1 (#1): completed by w1, attempt 1 (here)',
    '  order-2 (#2): leased by w2 for 1m0s, attempt 1 (here)',
    "'orders': no lease waits; 0 items free, 1 leased, 0 scheduled",
    '  order-2 (#2) is leased by w2, the lease ends in 1m0s; attempt 1 of 3 (here)',
  ])
  expect((await messageOf(queue.drained({ within: '10ms' })))[0]).toBe(
    "timed out after 10ms waiting for 'orders' to be drained",
  )
  expect((await messageOf(queue.waitFor({ event: 'retried', within: '1ms' })))[1]).toBe("no 'retried' event occurred")
})

test('a wait that times out points at its own line', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({})
  const line = Number(/waiting\.test\.ts:(\d+)/.exec(new Error('here').stack ?? '')?.[1]) + 1
  const failed = (await queue.drained({ within: '1ms' }).catch((reason: unknown) => reason)) as Error
  const [frame = ''] = failed.stack?.split('\n').filter((one) => /^\s+at /.test(one)) ?? []
  expect(frame).toContain(`waiting.test.ts:${line}:`)
})

test('explain shows everything that keeps a lease waiting', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders', maxAttempts: 3 })
  await queue.produce({ reference: 'a' }, { reference: 'b', enqueueAt: new Date(daemon.clock.now() + 600_000) })
  await queue.lease({ clientId: 'holder' })
  const waits = queue.lease({ clientId: 'waiter', batchSize: 5 })
  waits.catch(() => undefined)
  await queue.counts()
  expect(
    queue
      .explain()
      .replace(/ \(test\S+\)/g, '')
      .split('\n'),
  ).toEqual([
    "'orders': 1 lease waits; 0 items free, 1 leased, 1 scheduled",
    '  waiter waits for up to 5 items, in 2s at most',
    '  a (#1) is leased by holder, the lease ends in 1m0s; attempt 1 of 3',
    '  b (#2) is scheduled: it comes due in 10m0s',
    "the clock is frozen, and nothing comes due until it is moved; for the next item: await clock.advance('1m0s')",
  ])
  expect(queue.explain()).toMatch(/waiter .*\(test\/api\/waiting\.test\.ts:\d+\)$/m)
})

test('explain shows items in other queues, and suggests a similar name', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const orders = await daemon.createQueue({ name: 'orders' })
  await (await daemon.createQueue({ name: 'order' })).produce({})
  await (await daemon.createQueue({ name: 'invoices' })).produce({}, {})
  const waits = orders.lease()
  waits.catch(() => undefined)
  await orders.counts()
  expect(orders.explain().split('\n').slice(2)).toEqual([
    "another queue has items: 'invoices' holds 2 items that could be leased",
    "another queue has items: 'order' holds 1 item that could be leased; was 'order' meant?",
  ])
})

test('explain shows a paused queue, one without partitions, an empty daemon and a long list', async () => {
  await using daemon = await startTestDaemon({
    log: 'silent',
    config: { 'partition-storage': ['a', 'b'].map((name) => ({ name, driver: 'memory', affinity: 1 })) },
  })
  const none = await daemon.createQueue({ name: 'none' })
  expect(none.explain()).toBe(
    "'none': no lease waits; the queue is empty in 0 partitions\nthe queue has no partitions: no storage has a share of a whole one",
  )
  const queue = await daemon.createQueue({ name: 'two', partitions: 2 })
  await queue.produce(...Array.from({ length: 12 }, () => ({ enqueueAt: new Date(Date.now() + 1e8) })))
  queue.pause()
  expect(queue.explain().split('\n').slice(0, 2)).toEqual([
    "'two': no lease waits; 0 items free, 0 leased, 12 scheduled in 2 partitions",
    "the queue is paused: daemon.resume('two') lets requests in",
  ])
  expect(queue.explain()).toMatch(/\n {2}and 2 more$/)
  expect(queue.explain()).toMatch(/^ {2}\S+ \(#\d+\), in partition [01], is scheduled: it comes due in/m)
  queue.resume()
  await queue.clear()
  const waits = queue.lease()
  waits.catch(() => undefined)
  await queue.counts()
  expect(queue.explain()).toMatch(
    /no queue has items that could be leased: nothing was produced, or all of it is done$/,
  )
})

test('a wait ends when its queue is deleted or the daemon is closed', async () => {
  const daemon = await frozen()
  const [one, two] = [await daemon.createQueue({ name: 'one' }), await daemon.createQueue({ name: 'two' })]
  for (const queue of [one, two]) await queue.produce({})
  const [first, second] = [messageOf(one.drained()), messageOf(two.waitFor({ event: 'completed' }))]
  await one.delete()
  expect(await first).toEqual(["the queue 'one' was deleted meanwhile"])
  await daemon.close()
  expect((await second)[0]).toBe('the daemon was closed while waiting for an item to be completed')
})

test('wrong uses of waits throw an error that explains it', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  expect(await messageOf(queue.drained({ within: 'soon' }))).toEqual([
    `within takes milliseconds or a duration such as '61s' or '1h30m', not negative; got 'soon' (time: invalid duration "soon")`,
  ])
  expect((await messageOf(queue.waitFor({ evnt: 'leased' } as never)))[0]).toMatch(
    /^waitFor has no option 'evnt'; did you mean 'event'\? It has: event,/,
  )
  expect((await messageOf(daemon.queue('nope').drained()))[0]).toMatch(
    /^there is no queue named 'nope'; there are: queue-1$/,
  )
  await using attached = await startTestDaemon({ endpoint: await daemon.listen() })
  const far = attached.queue(queue.name)
  for (const [use, name] of [
    [() => far.waitFor({ event: 'leased' }), 'waitFor'],
    [async () => far.explain(), 'explain'],
  ] as const) {
    const [message] = await messageOf((async () => use())())
    expect(message).toMatch(new RegExp(`^${name} works only on a daemon inside the test process`))
  }
})

test('a wait times out before its test does, and uses the timeout of the test that owns the queue', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({})
  const limit = async () => {
    const [said] = await messageOf(queue.drained())
    return Number(/^timed out after (\d+)(ms|s) waiting/.exec(said ?? '')?.[1])
  }
  const begin = (timeout: number, ...own: string[]) =>
    daemon.forRunner.observe({ title: 'a test', timeout, queues: () => own })
  const alone = begin(300)
  expect(await limit()).toBeLessThanOrEqual(150)
  const hasty = begin(150, 'orders')
  alone?.end()
  const patient = begin(60_000)
  expect(await limit()).toBeLessThanOrEqual(75)
  hasty?.end()
  patient?.end()
})
