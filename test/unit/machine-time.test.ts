/** Reading the time of a machine: fine, correct after the clock is set, and correct after sleep. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PARTS } from '../../src/clock/instant.js'
import { MachineTime } from '../../src/clock/machine-time.js'
import { FakeMachine, nanosSinceStart, STARTED } from '../support/machine.js'

const MS = 1e6
const SECOND = 1e9
/** The length of an instant in nanoseconds, plus one for what a number cannot hold. */
const GRAIN = 1e6 / PARTS + 1

/** How long successive reads take. Now and then another process has the processor. */
const looks = fc.array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 20, max: 400 }) }, fc.nat(3 * MS)), {
  minLength: 1,
})

/** Reads the time and checks it against the machine clock before and after. */
function checkedNow(machine: FakeMachine, time: MachineTime): number {
  const before = machine.date()
  const now = time.now()
  expect(now * PARTS).toBe(Math.floor(now * PARTS))
  expect(now).toBeGreaterThanOrEqual(before)
  expect(Math.floor(now)).toBeLessThanOrEqual(machine.date())
  return now
}

test('the time lies between the clock readings before and after the call, and is finer than the clock', () => {
  const waits = fc.array(fc.nat(3 * MS), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(fc.nat(SECOND), fc.nat(8_000), looks, waits, (startsAt, ahead, takes, waited) => {
      const machine = new FakeMachine(startsAt, ahead)
      const time = new MachineTime(machine)
      let look = 0
      machine.lookTakes = () => takes[look++ % takes.length] as number
      let last = Number.NEGATIVE_INFINITY
      for (const wait of waited) {
        machine.pass(wait)
        const finer = machine.origin + machine.passed()
        const now = checkedNow(machine, time)
        expect(now).toBeGreaterThanOrEqual(finer)
        expect(now).toBeGreaterThanOrEqual(last)
        last = now
      }
    }),
    { numRuns: 500 },
  )
})

test('is as fine as the counter', () => {
  const machine = new FakeMachine(0, 0)
  const time = new MachineTime(machine)
  for (const at of [10_000, 250_000, 999_000, 1_000_000, 1_500_500]) {
    machine.pass(at - machine.counted)
    const now = nanosSinceStart(time.now())
    expect(now).toBeGreaterThanOrEqual(at - 1)
    expect(now).toBeLessThanOrEqual(at + GRAIN)
  }
})

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), by: fc.nat(5 * MS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set' as const), by: fc.integer({ min: -1e13, max: 1e13 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('set' as const), by: fc.integer({ min: -3 * MS, max: 3 * MS }) }),
  },
)

test('is never off by a millisecond, however the clock is set', () => {
  fc.assert(
    fc.property(fc.nat(SECOND), fc.array(step, { maxLength: 40 }), (startsAt, steps) => {
      const machine = new FakeMachine(startsAt)
      const time = new MachineTime(machine)
      for (const one of steps) {
        if (one.do === 'pass') machine.pass(one.by)
        else machine.set(one.by)
        checkedNow(machine, time)
      }
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['set forward', 3_600 * SECOND + 123_456],
  ['set back', -3_600 * SECOND - 654_321],
  ['asleep', 8 * 3_600 * SECOND + 77_777],
])('right after the machine was %s, the time is fine again', (_, by) => {
  const machine = new FakeMachine(400_000)
  const time = new MachineTime(machine)
  time.now()
  machine.set(by)
  checkedNow(machine, time)
  for (const wait of [10_000, 123_000, 2 * MS]) {
    machine.pass(wait)
    const before = machine.wall
    const now = nanosSinceStart(time.now())
    expect(now).toBeGreaterThanOrEqual(before - 200)
    expect(now).toBeLessThanOrEqual(machine.wall + GRAIN)
    // It need not wait for the next millisecond again.
    expect(machine.wall - before).toBeLessThan(1000)
  }
})

test('catches up with a clock change of less than a millisecond at the next millisecond', () => {
  const machine = new FakeMachine(400_000)
  const time = new MachineTime(machine)
  time.now()
  machine.set(300_000)
  machine.pass(1_000_000 - machine.wall)
  checkedNow(machine, time)
  machine.pass(500_000)
  const before = machine.wall
  const now = nanosSinceStart(time.now())
  expect(now).toBeGreaterThanOrEqual(before - 500)
  expect(now).toBeLessThanOrEqual(machine.wall + GRAIN)
})

test('a wrong time origin is corrected as soon as it is noticed', () => {
  const machine = new FakeMachine(0, 700_000)
  const time = new MachineTime(machine)
  machine.pass(900_000)
  checkedNow(machine, time)
  machine.pass(500_000)
  const before = machine.wall
  expect(nanosSinceStart(time.now())).toBeLessThanOrEqual(before + 100 + GRAIN)
})

test('trusts a clock that never moves', () => {
  const stuck = { date: () => STARTED, passed: () => 5, origin: STARTED }
  const time = new MachineTime(stuck)
  expect([time.now(), time.now()]).toEqual([STARTED, STARTED])
})
