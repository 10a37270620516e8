/** A test daemon on a server elsewhere with a control plane: what works there, and what says what to write instead. */
import { afterEach, expect, test, vi } from 'vitest'
import { openTestDaemon, startTestDaemon, type TestDaemon } from '../../src/index.js'

const START = new Date('2026-01-01T00:00:00Z')

afterEach(() => vi.unstubAllEnvs())

/** A server with a control plane, and a test daemon on it. */
async function attached(options = {}): Promise<{ server: TestDaemon; daemon: TestDaemon; endpoint: string }> {
  const server = await startTestDaemon({ endpoint: '', log: 'silent', clock: { start: START }, ...options })
  const endpoint = await server.listen({ control: true })
  return { server, endpoint, daemon: await startTestDaemon({ endpoint }) }
}

test('the clock is moved, read, frozen and resumed', async () => {
  const { server, daemon } = await attached()
  const { clock } = daemon
  expect(await clock.read()).toEqual({ now: START.getTime(), frozen: true })
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'order-1' })
  await queue.lease({ clientId: 'worker' })
  expect(await clock.advance('61s')).toEqual([
    {
      time: new Date(START.getTime() + 60_000),
      kind: 'lease-expired',
      queue: queue.name,
      partition: 0,
      id: expect.any(String),
      reference: 'order-1',
    },
  ])
  clock.resume()
  expect((await clock.read()).frozen).toBe(false)
  expect(server.clock.frozen).toBe(false)
  clock.freeze()
  expect((await clock.read()).frozen).toBe(true)
  await daemon.close()
  await server.close()
})

test('a daemon in the process has the same methods that wait', async () => {
  await using daemon = await startTestDaemon({ endpoint: '', clock: { start: START } })
  const queue = await daemon.createQueue({ name: 'orders' })
  expect(await daemon.clock.read()).toEqual({ now: START.getTime(), frozen: true })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  expect(await queue.explanation()).toBe(queue.explain())
  expect(await daemon.events.read({ queue })).toEqual(queue.history())
  expect(await daemon.events.read()).toEqual([...daemon.events])
  expect(await daemon.events.read({ queue: 'orders', kind: 'produced', since: 2 })).toMatchObject([{ reference: 'b' }])
  expect(await daemon.events.read({ kind: 'produced', limit: 1 })).toMatchObject([{ reference: 'a' }])
  await expect(daemon.events.read({ knd: 'leased' } as never)).rejects.toThrow(
    "events.read has no filter 'knd'; did you mean 'kind'?",
  )
  await expect(daemon.events.read({ kind: 'lease' as never })).rejects.toThrow(
    "events.read knows no event 'lease'; did you mean 'leased'?",
  )
  await expect(daemon.events.read({ limit: -1 })).rejects.toThrow(
    'events.read: limit is a whole number, 0 or more; got -1',
  )
})

test('what was begun without an await comes before everything that follows, also on the protocol', async () => {
  const { server, daemon } = await attached({ clock: 'real' })
  const queue = await daemon.createQueue()
  daemon.clock.freeze()
  await queue.counts()
  expect(server.clock.frozen).toBe(true)
  queue.pause()
  const produced = queue.produce({ reference: 'a' })
  expect(await queue.counts()).toMatchObject({ total: 0 })
  queue.resume()
  await produced
  expect(await queue.counts()).toMatchObject({ total: 1 })
  await daemon.close()
  await server.close()
})

test('what fails without an await fails the next call, once', async () => {
  const { server, daemon } = await attached()
  daemon.pause('ordes')
  await expect(daemon.clock.read()).rejects.toThrow("queue does not exist; no such queue named 'ordes'")
  expect(await daemon.clock.read()).toMatchObject({ frozen: true })
  daemon.pause('ordes')
  await expect(daemon.createQueue()).rejects.toThrow("queue does not exist; no such queue named 'ordes'")
  await daemon.createQueue()
  await daemon.close()
  await server.close()
})

test('advanceUntil moves to an event of a queue, and says what is still due', async () => {
  const { server, daemon } = await attached()
  const queue = await daemon.createQueue({ leaseTimeout: '1m', maxAttempts: 1, deadQueue: true })
  await queue.produce({ reference: 'order-1' })
  await queue.lease({ clientId: 'worker' })
  const options = { settle: 10, limit: '1h' }
  const fired = await daemon.clock.advanceUntil({ event: 'dead-lettered', queue }, options)
  expect(fired).toMatchObject([{ kind: 'dead-lettered', reference: 'order-1' }])
  expect((await daemon.clock.read()).now).toBe(START.getTime() + 60_000)
  const again = daemon.clock.advanceUntil(
    { event: 'dead-lettered', queue: queue.name, since: 'now' },
    { ...options, within: 200 },
  )
  await expect(again).rejects.toMatchObject({
    code: 0,
    message: expect.stringContaining('timed out after 200ms waiting for an item to be dead-lettered in'),
  })
  for (const [until, message] of [
    [() => true, 'advanceUntil takes an event on a server elsewhere'],
    [Promise.resolve(), 'advanceUntil takes an event on a server elsewhere'],
    [{ event: 'leased' }, "advanceUntil needs the queue of the event, or since: 'now', on a server elsewhere"],
    [{ event: 'lease', queue }, "advanceUntil knows no event 'lease'; did you mean 'leased'?"],
    [{ evnt: 'leased' }, "advanceUntil has no option 'evnt'; did you mean 'event'?"],
  ] as const) {
    await expect(daemon.clock.advanceUntil(until as never)).rejects.toThrow(message)
  }
  await expect(daemon.clock.advanceUntil({ event: 'leased', queue }, { timers: () => 0 })).rejects.toThrow(
    "advanceUntil has no option 'timers'",
  )
  await expect(daemon.clock.advance('1 m')).rejects.toThrow('clock.advance takes milliseconds or a duration')
  await expect(daemon.clock.advance(0.5)).rejects.toThrow('clock.advance takes whole milliseconds; got 0.5')
  await daemon.close()
  await server.close()
})

test('events are read as on a daemon in the process, in as many pages as it takes', async () => {
  const { server, daemon } = await attached()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  for (let number = 0; number < 3; number++)
    await queue.produce(...Array.from({ length: 500 }, () => ({ reference: `r${number}` })))
  await queue.lease({ clientId: 'worker' })
  const events = await daemon.events.read({ queue })
  const there = server.queue(queue.name).history()
  expect(events).toEqual(there.map((event) => ({ ...event, callPath: [] })))
  expect(events).toHaveLength(1502)
  expect(events.at(-1)).toMatchObject({ kind: 'leased', clientId: 'worker', until: expect.any(Date) })
  expect(await daemon.events.read({ queue, kind: 'leased' })).toHaveLength(1)
  expect(await daemon.events.read({ queue, limit: 1200 })).toHaveLength(1200)
  expect(await daemon.events.read({ queue, since: events.at(-2)?.number as number })).toEqual([events.at(-1)])
  await expect(daemon.events.read({ queue: 'ordes' })).rejects.toThrow(
    "queue does not exist; no such queue named 'ordes'",
  )
  await daemon.close()
  await server.close()
})

test('events that the server no longer keeps are an error, not an incomplete list', async () => {
  const { server, daemon } = await attached({ events: 5 })
  const queue = await daemon.createQueue()
  for (let number = 0; number < 9; number++) await queue.produce({})
  await expect(daemon.events.read({ queue })).rejects.toThrow('the server no longer keeps 5 of these events')
  expect(await daemon.events.read({ queue, since: 8 })).toHaveLength(2)
  await daemon.close()
  await server.close()
})

test('events of other queues that the server no longer keeps do not matter', async () => {
  const { server, daemon } = await attached({ events: 10 })
  const other = await daemon.createQueue()
  for (let number = 0; number < 20; number++) await other.produce({})
  const queue = await daemon.createQueue()
  await queue.produce({})
  expect(await daemon.events.read({ queue })).toHaveLength(2)
  expect(await queue.waitFor({ event: 'produced' })).toMatchObject({ queue: queue.name })
  await daemon.close()
  await server.close()
})

test('an iterator follows the events until the server ends', async () => {
  const { server, daemon } = await attached()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  for await (const event of daemon.events) {
    if (event.reference === 'a') await queue.produce({ reference: 'b' })
    if (event.reference !== 'b') continue
    expect(event).toMatchObject({ kind: 'produced', time: expect.any(Date), callPath: [] })
    break
  }
  const seen: string[] = []
  for await (const event of daemon.events) {
    seen.push(event.kind)
    if (event.reference === 'b') void server.close()
  }
  expect(seen.slice(0, 3)).toEqual(['queue-created', 'produced', 'produced'])
})

test('waitFor resolves with an event that has happened, and with one that happens later', async () => {
  const { server, daemon } = await attached()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  const later = queue.waitFor({ event: 'completed', reference: 'a' })
  await queue.produce({ reference: 'a' })
  await (await queue.lease({ clientId: 'worker' })).complete()
  expect(await later).toMatchObject({ kind: 'completed', reference: 'a', clientId: 'worker', queue: queue.name })
  expect(await queue.waitFor({ event: 'produced' })).toMatchObject({ reference: 'a' })
  const missed = queue.waitFor({ event: 'completed', reference: 'b', within: 1 })
  await expect(missed).rejects.toMatchObject({
    code: 0,
    message: expect.stringMatching(
      /^timed out after 1ms waiting for 'b' to be completed\nnearest events:\n[\s\S]*\n'.*': no lease waits; the queue is empty/,
    ),
  })
  await expect(queue.waitFor({ event: 'completed', since: 'now', within: 1 })).rejects.toThrow('timed out after 1ms')
  await expect(queue.waitFor({ event: 'complete' as never })).rejects.toThrow("did you mean 'completed'?")
  await daemon.close()
  await server.close()
})

test('a queue is explained and drawn as text', async () => {
  const { server, daemon } = await attached()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a', text: 'plain' })
  expect(await queue.snapshot()).toBe('#1 a free plain')
  expect(await queue.explanation()).toBe(server.queue(queue.name).explain())
  await daemon.close()
  await server.close()
})

test('what does not wait for an answer throws, and names what does', async () => {
  const { server, daemon } = await attached()
  const queue = await daemon.createQueue()
  await queue.produce({})
  const [item] = await queue.items()
  for (const [use, instead] of [
    [() => daemon.clock.now(), 'const { now } = await clock.read()'],
    [() => daemon.clock.frozen, 'const { frozen } = await clock.read()'],
    [() => queue.history(), `await daemon.events.read({ queue: '${queue.name}' })`],
    [() => item?.history(), `await daemon.events.read({ queue: '${queue.name}' })`],
    [() => queue.explain(), 'await queue.explanation()'],
    [() => daemon.events.count, 'await daemon.events.read()'],
    [() => [...daemon.events], 'await daemon.events.read()'],
    [() => daemon.events.ofItem(1), 'await daemon.events.read({ queue })'],
    [() => daemon.events.itemOf(queue.name, 'x'), `await daemon.events.read({ queue: '${queue.name}' })`],
  ] as const) {
    expect(use).toThrow('cannot ask a server elsewhere, because it does not wait for an answer')
    expect(use).toThrow(instead)
  }
  for (const use of [
    () => queue.quiet(),
    () => daemon.connect(),
    () => daemon.createUser(),
    () => daemon.recording(() => 0),
  ]) {
    await expect(async () => use()).rejects.toThrow('works only on a daemon inside the test process')
  }
  await daemon.close()
  await server.close()
})

test('drained and idle ask the server again and again', async () => {
  const { server, daemon } = await attached()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'order-1', enqueueAt: new Date(START.getTime() + 3_600_000) })
  await queue.idle()
  await expect(queue.drained({ within: 0 })).rejects.toThrow('order-1')
  await queue.clear()
  await queue.drained()
  await daemon.close()
  await server.close()
})

test('a server without a control plane has none of it, and the error says which one has', async () => {
  await using server = await startTestDaemon({ endpoint: '', log: 'silent' })
  const endpoint = await server.listen()
  const daemon = await startTestDaemon({ endpoint })
  expect(() => daemon.clock).toThrow('also work on a server with a control plane (querator --test-control; ')
  await expect(daemon.listen({ control: true })).rejects.toThrow(
    'listen({ control }) works only on a daemon inside the test process',
  )
  await daemon.close()
})

test('a daemon that is opened without waiting knows a control plane by the variable', async () => {
  await using server = await startTestDaemon({ endpoint: '', log: 'silent', clock: 'frozen' })
  const endpoint = await server.listen({ control: true })
  expect(() => openTestDaemon({ endpoint }).clock).toThrow('works only on a daemon inside the test process')
  vi.stubEnv('QUERATOR_TEST_CONTROL', endpoint)
  const daemon = openTestDaemon({ endpoint })
  expect((await daemon.clock.read()).frozen).toBe(true)
  expect(await daemon.listen({ control: true })).toBe(endpoint)
  await daemon.close()
})

test('what a test switches there is undone when it ends', async () => {
  const { server, daemon, endpoint } = await attached({ clock: 'real' })
  const queue = await server.createQueue({ name: 'shared' })
  const span = daemon.forRunner.switches.begin()
  daemon.clock.freeze()
  daemon.pause('shared')
  await daemon.clock.read()
  const other = await startTestDaemon({ endpoint })
  const another = other.forRunner.switches.begin()
  await other.forRunner.switches.end(another)
  expect(server.clock.frozen).toBe(true)
  await daemon.forRunner.switches.end(span)
  expect(server.clock.frozen).toBe(false)
  await queue.produce({})
  expect(await queue.counts()).toMatchObject({ total: 1 })
  await Promise.all([daemon.close(), other.close()])
  await server.close()
})
