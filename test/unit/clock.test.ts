/** The test clock: running, frozen, advanced and stopped. */
import { afterEach, expect, test, vi } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { startTestDaemon } from '../../src/index.js'
import { until } from '../support/turns.js'

const START = { start: new Date('2026-01-01T00:00:00Z') }

afterEach(() => {
  vi.useRealTimers()
})

test('a frozen clock stands still until it is moved', async () => {
  const clock = new MovableClock(START)
  expect([clock.frozen, clock.now()]).toEqual([true, START.start.getTime()])
  await clock.advance('1h30m')
  expect(clock.now() - START.start.getTime()).toBe(5_400_000)
})

test('freezing and resuming never moves time backwards', async () => {
  const clock = new MovableClock()
  const before = clock.now()
  clock.freeze()
  const frozen = clock.now()
  expect(frozen).toBeGreaterThanOrEqual(before)
  await clock.advance('10m')
  clock.resume()
  expect(clock.frozen).toBe(false)
  expect(clock.now()).toBeGreaterThanOrEqual(frozen + 600_000)
})

test('a running daemon creates items at a time between the start and end of the call, finer than a millisecond', async () => {
  await using daemon = await startTestDaemon()
  const queue = await daemon.createQueue()
  const calls: [number, number][] = []
  for (let call = 0; call < 50; call++) {
    const before = Date.now()
    await queue.produce({})
    calls.push([before, Date.now()])
  }
  const { items } = await daemon.client.storageItemsList({ queueName: queue.name })
  const stored = await queue.items()
  for (const [index, [before, after]] of calls.entries()) {
    const createdAt = stored[index]?.createdAt?.getTime()
    expect(createdAt).toBeGreaterThanOrEqual(before)
    expect(createdAt).toBeLessThanOrEqual(after)
  }
  expect(items.some(({ createdAt }) => (createdAt?.nanos ?? 0) % 1_000_000 !== 0)).toBe(true)
})

test('clock.now() returns whole milliseconds', async () => {
  const clock = new MovableClock()
  expect(Number.isInteger(clock.now())).toBe(true)
  const before = clock.exact.now()
  clock.freeze()
  expect(clock.exact.now()).toBe(clock.now())
  expect(clock.now()).toBeGreaterThanOrEqual(before)
})

test('advancing a running clock moves its deadlines too', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue({ leaseTimeout: '10m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  expect(await daemon.clock.advance('10m')).toMatchObject([{ kind: 'lease-expired', reference: 'a' }])
})

test('timers fire in order of time, then priority, then when they were set', async () => {
  const clock = new MovableClock(START)
  const fired: string[] = []
  const at = clock.now() + 1000
  clock.exact.setTimer(at + 1, () => fired.push('later'))
  clock.exact.setTimer(at, () => fired.push('low'), 2)
  clock.exact.setTimer(at, () => fired.push('first'))
  clock.exact.setTimer(at, () => fired.push('second'))
  clock.exact.setTimer(at, () => fired.push('never')).cancel()
  await clock.advance(2000)
  expect(fired).toEqual(['first', 'second', 'low', 'later'])
})

test('concurrent advances run one after the other', async () => {
  const clock = new MovableClock(START)
  const at = clock.now()
  const seen: number[] = []
  clock.exact.setTimer(at + 1500, () => seen.push(clock.now() - at))
  const moves = ['first', 'second'].map((name) => {
    return clock.move('1s', (fire) => {
      fire()
      return [name, clock.now() - at]
    })
  })
  expect(await Promise.all(moves)).toEqual([
    ['first', 1000],
    ['second', 2000],
  ])
  expect(seen).toEqual([2000])
})

test.each([
  [-1],
  [0.5],
  ['x'],
  ['-1s'],
  ['1us'],
  [Number.NaN],
  [undefined],
  [{}],
])('advance(%s) is refused', async (by) => {
  await expect(new MovableClock(START).advance(by as never)).rejects.toThrow(
    /clock\.advance takes (milliseconds or a duration|whole milliseconds)/,
  )
})

test('the clock of a closed daemon cannot be advanced', async () => {
  const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  await daemon.close()
  await expect(daemon.clock.advance(1)).rejects.toThrow(/the daemon of this clock is closed/)
})

test.each([null, true, 7n, 'x', {}])('a start of %s is refused', async (start) => {
  await expect(startTestDaemon({ clock: { start } as never })).rejects.toThrow(/the option clock is .*; got \{ start: /)
})

test.each(['2026-01-01', Date.UTC(2026, 0, 1), new Date('2026-01-01')])('a clock can start at %j', async (start) => {
  await using daemon = await startTestDaemon({ clock: { start } })
  expect(daemon.clock.now()).toBe(Date.UTC(2026, 0, 1))
})

test('an unknown clock option throws an error that lists the valid ones', async () => {
  await expect(startTestDaemon({ clock: 'fake' as never })).rejects.toThrow(/'real', 'frozen', 'runner' or \{ start:/)
  await expect(startTestDaemon({ clock: { start: new Date('x') } })).rejects.toThrow(/'real', 'frozen'/)
})

test('fake timers of the runner neither freeze nor drive the daemon', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'Date', 'performance', 'queueMicrotask'] })
  vi.setSystemTime(new Date('2001-01-01T00:00:00Z'))
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue({ leaseTimeout: '1h' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  vi.advanceTimersByTime(7_200_000)
  expect((await queue.counts()).leased).toBe(1)
  expect(daemon.clock.now()).toBeGreaterThan(Date.parse('2026-01-01T00:00:00Z'))
  await expect(queue.lease({ requestTimeout: '11ms' })).rejects.toMatchObject({ code: 454 })
  expect(await daemon.clock.advance('1h')).toHaveLength(1)
})

test('everyone waiting for pending replies is notified when the last one arrives', async () => {
  const clock = new MovableClock('frozen')
  const [first, second] = [clock.way(), clock.way()]
  for (const way of [first, second]) {
    way.begin()
    way.leaves()
  }
  let told = 0
  for (const waiting of [clock.arrivals(), clock.arrivals()]) void waiting.then(() => told++)
  first.end()
  second.end()
  await until('both are notified', () => told === 2)
})

test("clock: 'runner' follows fake timers: leases expire, scheduled items come due, waiting leases are served or time out", async () => {
  vi.useFakeTimers()
  await using daemon = await startTestDaemon({ clock: 'runner' })
  const queue = await daemon.createQueue({ leaseTimeout: '10m' })
  await queue.produce({ reference: 'a' }, { reference: 'b', enqueueAt: new Date(Date.now() + 3_600_000) })
  await queue.lease()
  const waiting = queue.lease({ requestTimeout: '15m', clientId: 'patient' })
  vi.advanceTimersByTime(600_000)
  expect((await waiting).items[0]).toMatchObject({ reference: 'a', attempts: 2 })
  const due = queue.lease({ requestTimeout: '15m' })
  await vi.advanceTimersByTimeAsync(900_000)
  expect((await due).items[0]?.attempts).toBe(3)
  vi.advanceTimersByTime(2_100_000)
  expect((await queue.items()).map((item) => item.reference)).toEqual(['a', 'b'])
  expect(daemon.clock.now()).toBe(Date.now())
})

test("clock: 'runner' follows a date set forwards or backwards, and fake timers switched on or off", async () => {
  await using daemon = await startTestDaemon({ clock: 'runner' })
  const queue = await daemon.createQueue({ leaseTimeout: '10m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  vi.useFakeTimers()
  // This lease runs on a real timer until the next call.
  expect(await queue.counts()).toMatchObject({ leased: 1 })
  vi.advanceTimersByTime(600_000)
  expect(await queue.counts()).toMatchObject({ leased: 0 })
  await queue.lease()
  vi.setSystemTime(Date.now() + 600_000)
  expect(await queue.counts()).toMatchObject({ leased: 0 })
  vi.useRealTimers()
  const before = Date.now()
  expect(daemon.clock.now() - before).toBeLessThan(60_000)
  const { items } = await queue.lease()
  expect(items[0]?.leaseDeadline.getTime()).toBeLessThan(before + 660_000)
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-01-01') })
  const other = await daemon.createQueue()
  await other.produce({ reference: 'b' })
  expect((await other.lease()).items[0]?.leaseDeadline).toEqual(new Date('2001-01-01T00:01:00Z'))
})

test("with clock: 'runner', advance and freeze throw and point to the functions of the runner", async () => {
  await using daemon = await startTestDaemon({ clock: 'runner' })
  await expect(daemon.clock.advance('1m')).rejects.toThrow(/clock: 'runner'.*vi\.advanceTimersByTimeAsync/)
  expect(() => daemon.clock.freeze()).toThrow(/goes with the runner's clock/)
})

test('fake timers of node:test enabled after this package is loaded neither stop nor drive the daemon', async () => {
  const { mock } = await import('node:test')
  await using daemon = await startTestDaemon()
  const queue = await daemon.createQueue()
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] })
  try {
    await queue.produce({ reference: 'a' })
    await queue.lease()
    mock.timers.tick(3_600_000)
    expect(await queue.counts()).toMatchObject({ leased: 1 })
    expect(await daemon.clock.advance('1m')).toMatchObject([{ kind: 'lease-expired' }])
    await queue.lease()
    await expect(queue.lease({ requestTimeout: '20ms' })).rejects.toMatchObject({ code: 454 })
  } finally {
    mock.timers.reset()
  }
})
