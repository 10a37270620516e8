/** A daemon that follows the machine clock: times finer than a millisecond, clock changes, and sleep. */
import { afterEach, expect, test, vi } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { REAL_TIME } from '../../src/clock/real-time.js'
import { Daemon } from '../../src/daemon/daemon.js'
import { EmbeddedBacking } from '../../src/harness/backing/embedded-backing.js'
import { TestDaemon } from '../../src/harness/handles/test-daemon.js'
import { timestampOf } from '../../src/protocol/timestamp.js'
import { FakeMachine, STARTED } from '../support/machine.js'

const SECOND = 1e9
const HOUR = 3_600 * SECOND

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A daemon on a fake machine, with one queue. */
async function daemonOn(machine: FakeMachine) {
  const own = new Daemon({ clock: new MovableClock('real', machine.source()), events: 1000 })
  const daemon = new TestDaemon(new EmbeddedBacking(own, undefined, async () => undefined))
  const queue = await daemon.createQueue({ leaseTimeout: '1m', expireTimeout: '48h' })
  const untils = () => own.inspector.queueState(queue.name).items.map(({ until }) => until)
  return { daemon, queue, own, untils, client: daemon.client, queueName: queue.name }
}

test('everything in one call has the same time, to the microsecond', async () => {
  const machine = new FakeMachine(500_000_000)
  const { queue, client, queueName } = await daemonOn(machine)
  machine.pass(123_456)
  const before = machine.wall
  await queue.produce({}, {})
  const { items } = await client.storageItemsList({ queueName })
  const [one, other] = items
  expect(one?.createdAt).toEqual(other?.createdAt)
  const nanos = Number(one?.createdAt?.nanos)
  expect(nanos).toBeGreaterThan(before)
  expect(nanos).toBeLessThan(before + 10_000)
  expect(one?.expireDeadline).toEqual({ seconds: (one?.createdAt?.seconds ?? 0n) + 172_800n, nanos })
})

test('a lease served by a produce has the time of that produce', async () => {
  const machine = new FakeMachine()
  const { queue, client, queueName } = await daemonOn(machine)
  const waiting = client.queueLease({ queueName, clientId: 'a', batchSize: 1, requestTimeout: '1m' })
  machine.lookTakes = () => 5_000
  await queue.produce({})
  const { leaseDeadline } = (await waiting).items[0] ?? {}
  const { createdAt } = (await client.storageItemsList({ queueName })).items[0] ?? {}
  expect(leaseDeadline).toEqual({ seconds: (createdAt?.seconds ?? 0n) + 60n, nanos: createdAt?.nanos })
})

test('clock.now() is whole milliseconds, and nothing created later has an earlier time', async () => {
  const machine = new FakeMachine(700_000)
  const { daemon, queue } = await daemonOn(machine)
  machine.lookTakes = () => 0
  const now = daemon.clock.now()
  await queue.produce({})
  const [item] = await queue.items()
  expect([now, item?.createdAt?.getTime(), daemon.clock.now()]).toEqual([STARTED, STARTED, STARTED])
  daemon.clock.freeze()
  expect(daemon.clock.now()).toBe(STARTED + 1)
})

test('a lease deadline sent back to the daemon is the same instant', async () => {
  const machine = new FakeMachine(700_123)
  const { client, queueName, queue, untils } = await daemonOn(machine)
  await queue.produce({})
  const { items, partition } = await client.queueLease({ queueName, clientId: 'a', batchSize: 1, requestTimeout: '1m' })
  const held = untils()
  const { id = '', leaseDeadline } = items[0] ?? {}
  await client.queueRetry({ queueName, partition, items: [{ id, retryAt: leaseDeadline }] })
  expect(untils()).toEqual(held)
  expect(Number.isInteger(held[0])).toBe(false)
})

test('an item scheduled exactly 100 ms ahead waits, one a nanosecond sooner does not', async () => {
  const machine = new FakeMachine(700_123)
  const { client, queueName, own, queue } = await daemonOn(machine)
  machine.lookTakes = () => 0
  const { seconds, nanos } = timestampOf(own.clock.exact.now() + 100)
  const items = [0, 1].map((less) => ({ enqueueAt: { seconds, nanos: nanos - less } }))
  await client.queueProduce({ queueName, requestTimeout: '1m', items })
  expect(await queue.counts()).toMatchObject({ total: 1, scheduled: 1 })
})

test.each([
  ['slept', 8 * HOUR],
  ['was set forward', HOUR],
])('a call after the machine %s finds overdue work done', async (_, by) => {
  const machine = new FakeMachine()
  const { queue } = await daemonOn(machine)
  await queue.produce({ reference: 'a' })
  await queue.lease()
  machine.set(by)
  const { items } = await queue.lease()
  expect(items).toMatchObject([{ reference: 'a', attempts: 2 }])
  expect(items[0]?.leaseDeadline.getTime()).toBeGreaterThanOrEqual(STARTED + by / 1e6 + 60_000)
})

test('a lease that waits while the machine sleeps is served within a second of its waking', async () => {
  const machine = new FakeMachine()
  const { queue } = await daemonOn(machine)
  await queue.produce({ reference: 'a' })
  await queue.lease()
  const waiting = queue.lease({ requestTimeout: '15m', clientId: 'patient' })
  machine.set(120 * SECOND)
  machine.wakeAfter(REAL_TIME.longestNap)
  expect((await waiting).items).toMatchObject([{ reference: 'a', attempts: 2 }])
  expect(REAL_TIME.longestNap).toBeLessThanOrEqual(1000)
})

test('nothing wakes a clock that is frozen or has nothing waiting', async () => {
  const machine = new FakeMachine()
  const { daemon, queue } = await daemonOn(machine)
  const empty = new FakeMachine()
  const idle = new MovableClock('real', empty.source())
  expect([idle.now(), empty.waiting]).toEqual([STARTED, []])
  await queue.produce({})
  expect(machine.waiting).toHaveLength(1)
  daemon.clock.freeze()
  expect(machine.waiting).toEqual([])
})

test('when the machine is set back, leases still expire and no time goes backwards', async () => {
  const machine = new FakeMachine()
  const { queue, own } = await daemonOn(machine)
  await queue.produce({ reference: 'a' })
  await queue.lease()
  const before = own.clock.exact.now()
  machine.set(-HOUR)
  await queue.produce({ reference: 'b' })
  const [a, b] = await queue.items()
  expect(b?.createdAt?.getTime()).toBeGreaterThanOrEqual(a?.createdAt?.getTime() ?? Number.NaN)
  expect(own.clock.exact.now()).toBeGreaterThanOrEqual(before)
  // Time runs at half speed until the machine catches up.
  machine.pass(119 * SECOND)
  expect((await queue.counts()).leased).toBe(1)
  machine.pass(2 * SECOND)
  expect((await queue.counts()).leased).toBe(0)
})

test('a daemon started after the machine was set back follows the new time', async () => {
  const machine = new FakeMachine(2 * HOUR)
  await daemonOn(machine)
  machine.set(-HOUR)
  const { daemon } = await daemonOn(machine)
  expect(daemon.clock.now()).toBe(STARTED + Math.floor(machine.wall / 1e6))
  expect(machine.wall).toBeLessThan(HOUR + SECOND)
})

test('the real time ignores a Date replaced before this package was loaded', async () => {
  const before = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(5)
  vi.useFakeTimers({ now: new Date('2001-01-01T00:00:00Z') })
  vi.resetModules()
  const anew = await import('../../src/clock/real-time.js')
  const times = [anew.realNow(), anew.REAL_TIME.now()]
  vi.useRealTimers()
  vi.restoreAllMocks()
  for (const time of times) {
    expect(time).toBeGreaterThanOrEqual(before)
    expect(Math.floor(time)).toBeLessThanOrEqual(Date.now())
  }
})
