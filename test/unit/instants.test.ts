/**
 * Instants hold microseconds, exact instants hold nanoseconds. Their order, equality and sums match whole nanoseconds.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timeoutOf } from '../../src/clock/duration.js'
import { type ExactInstant, endOf, exactInstant } from '../../src/clock/exact-instant.js'
import { type Instant, instantAt, nanosOf, PARTS, ZERO_TIME } from '../../src/clock/instant.js'
import { SharedDeadlines } from '../../src/engine/queue-config.js'
import { AverageInstant } from '../../src/engine/store/average.js'
import type { Timestamp } from '../../src/protocol/messages/message.js'
import { instantOf, timestampOf } from '../../src/protocol/timestamp.js'

const YEAR_2248 = 2 ** 43

/** Nanoseconds since 1970, the common measure in this file. */
function ns({ seconds, nanos }: Timestamp): bigint {
  return seconds * 1_000_000_000n + BigInt(nanos)
}

function nsOf({ at, early }: ExactInstant): bigint {
  return ns(timestampOf(at, early))
}

/** An instant that a clock can show these days. */
const instant = fc
  .tuple(fc.integer({ min: 1.6e12, max: 2.2e12 }), fc.nat(PARTS - 1))
  .map(([ms, part]): Instant => ms + part / PARTS)

const seconds = fc.oneof(
  fc.bigInt(1_700_000_000n, 1_700_000_002n),
  fc.bigInt(-62_135_596_800n, 253_402_300_799n),
  fc.bigInt(BigInt(YEAR_2248) / 1000n - 1n, BigInt(YEAR_2248) / 1000n + 1n),
  fc.bigInt(-BigInt(YEAR_2248) / 1000n - 1n, -BigInt(YEAR_2248) / 1000n + 1n),
  fc.bigInt(-8_640_000_000_000n, 8_639_999_999_999n),
)
const nanos = fc.oneof(
  fc.nat(999_999_999),
  fc.nat(3_000),
  fc.nat(999).map((ms) => ms * 1_000_000),
)
const timestamp = fc.record({ seconds, nanos })

test('a stored timestamp comes back unchanged', () => {
  fc.assert(
    fc.property(timestamp, (given) => {
      const { at, early } = instantOf(given)
      expect(timestampOf(at, early)).toEqual(given)
    }),
    { numRuns: 2000 },
  )
})

test('a returned timestamp means the same instant when it is sent back', () => {
  fc.assert(
    fc.property(instant, (at) => {
      expect(instantOf(timestampOf(at))).toEqual({ at, early: 0 })
    }),
    { numRuns: 2000 },
  )
})

test('each instant within a millisecond has distinct nanoseconds, in order', () => {
  const all = Array.from({ length: PARTS }, (_, part) => nanosOf(1.7e12 + part / PARTS))
  expect(new Set(all).size).toBe(PARTS)
  expect(all).toEqual([...all].sort((a, b) => a - b))
  expect([all[0], all[512], all[1023]]).toEqual([0, 500_000, 999_024])
})

test('the clock reaches a point in time at the first instant not before it', () => {
  fc.assert(
    fc.property(timestamp, (given) => {
      const { at, early } = instantOf(given)
      const before = Math.abs(at) < YEAR_2248 ? at - 1 / PARTS : at - 1
      expect(early).toBeGreaterThanOrEqual(0)
      expect(ns(timestampOf(at))).toBeGreaterThanOrEqual(ns(given))
      expect(ns(timestampOf(before))).toBeLessThan(ns(given))
    }),
    { numRuns: 2000 },
  )
})

test('exact instants compare as their nanoseconds do', () => {
  const pair = fc
    .tuple(timestamp, fc.integer({ min: -2000, max: 2000 }))
    .map(([one, step]): [Timestamp, Timestamp] => [one, { seconds: one.seconds, nanos: one.nanos + step }])
    .filter(([, { nanos }]) => nanos >= 0 && nanos <= 999_999_999)
  fc.assert(
    fc.property(fc.oneof(fc.tuple(timestamp, timestamp), pair), ([one, other]) => {
      const [a, b] = [instantOf(one), instantOf(other)]
      const order = Math.sign(a.at - b.at || b.early - a.early)
      expect(order).toBe(ns(one) < ns(other) ? -1 : ns(one) > ns(other) ? 1 : 0)
    }),
    { numRuns: 2000 },
  )
})

const timeoutNs = fc.oneof(
  fc.bigInt(1n, 3_000_000n),
  fc.bigInt(1n, 86_400_000n).map((ms) => ms * 1_000_000n),
  fc.bigInt(1n, 2n ** 63n - 1n),
)

test('a timeout ends exactly its length in nanoseconds after its start', () => {
  fc.assert(
    fc.property(instant, timeoutNs, (start, length) => {
      const end = endOf(start, timeoutOf(length))
      expect(nsOf(end)).toBe(ns(timestampOf(start)) + length)
      // This point in time has only one representation.
      expect(instantOf(timestampOf(end.at, end.early))).toEqual(end)
    }),
    { numRuns: 2000 },
  )
})

test('timeouts end together only if they start at the same instant', () => {
  const ends = new SharedDeadlines()
  const timeout = timeoutOf(60_000_000_000n)
  const [first, again, later] = [1.7e12, 1.7e12, 1.7e12 + 1 / PARTS].map((now) => ends.of(timeout, now))
  expect(again).toBe(first)
  expect(later).toMatchObject({ at: 1.7e12 + 60_000 + 1 / PARTS, early: 0, since: 1.7e12 + 1 / PARTS })
  expect(ends.of(timeoutOf(60_000_000_001n), 1.7e12 + 1 / PARTS)).toMatchObject({ at: 1.7e12 + 60_000 + 2 / PARTS })
})

test('instants far from the present are whole milliseconds', () => {
  expect(instantAt(YEAR_2248 + 0.25)).toBe(YEAR_2248 + 1)
  expect(instantAt(ZERO_TIME + 0.25)).toBe(ZERO_TIME + 1)
  expect(instantAt(1.7e12 + 0.00025)).toBe(1.7e12 + 1 / PARTS)
  expect(exactInstant(ZERO_TIME, 1)).toEqual({ at: ZERO_TIME + 1, early: 999_999 })
  expect(instantOf({ seconds: -62135596800n, nanos: 0 })).toEqual({ at: ZERO_TIME, early: 0 })
})

test('an average is exact to the nanosecond after any additions and removals', () => {
  const member = fc.record({ seconds: fc.bigInt(1_700_000_000n, 1_700_100_000n), nanos })
  fc.assert(
    fc.property(fc.array(member, { minLength: 1 }), fc.array(member), instant, (stay, go, now) => {
      const average = new AverageInstant()
      const all = [...stay, ...go].map(instantOf)
      for (const { at, early } of all) average.add(at, early)
      for (const { at, early } of all.slice(stay.length)) average.remove(at, early)
      const sum = stay.reduce((total, one) => total + ns(timestampOf(now)) - ns(one), 0n)
      expect(average.behind(now)).toBe(sum / BigInt(stay.length))
    }),
  )
})
