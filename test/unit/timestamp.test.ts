/** Protocol timestamps at their limits (docs/protocol/admin.md §1.3). */
import { expect, test } from 'vitest'
import {
  dateOf,
  exactTimestamp,
  FIRST_SECOND,
  instantOf,
  isShowable,
  LAST_SECOND,
  timestampOf,
} from '../../src/protocol/timestamp.js'

test.each([
  [BigInt(FIRST_SECOND), 0, true],
  [BigInt(FIRST_SECOND) - 1n, 0, false],
  [BigInt(LAST_SECOND), 999_999_999, true],
  [BigInt(LAST_SECOND) + 1n, 0, false],
  [0n, -1, false],
  [0n, 1_000_000_000, false],
])('%d seconds and %d nanoseconds can be shown: %s', (seconds, nanos, shown) => {
  expect(isShowable({ seconds, nanos })).toBe(shown)
})

const FURTHEST = 8_640_000_000_000n

test('a timestamp outside the range of Date becomes the nearest one that a Date can hold', () => {
  const last = { at: Number(FURTHEST) * 1000, early: 0 }
  const first = { at: -Number(FURTHEST) * 1000, early: 0 }
  expect(instantOf({ seconds: FURTHEST, nanos: 5 })).toEqual(last)
  expect(instantOf({ seconds: FURTHEST + 1n, nanos: 0 })).toEqual(last)
  expect(instantOf({ seconds: 2n ** 63n - 1n, nanos: 0 })).toEqual(last)
  expect(instantOf({ seconds: -FURTHEST, nanos: 0 })).toEqual(first)
  expect(instantOf({ seconds: -FURTHEST, nanos: 1_000_000 })).toEqual({ at: first.at + 1, early: 0 })
  expect(instantOf({ seconds: -FURTHEST - 1n, nanos: 0 })).toEqual(first)
  expect(instantOf({ seconds: FURTHEST - 1n, nanos: 999_000_000 })).toEqual({ at: last.at - 1, early: 0 })
})

test('nanoseconds outside the second carry over, in both directions', () => {
  expect(instantOf({ seconds: 10n, nanos: 2_500_000_000 })).toEqual({ at: 12_500, early: 0 })
  expect(instantOf({ seconds: 10n, nanos: -500_000_000 })).toEqual({ at: 9_500, early: 0 })
})

test('a Date is truncated to milliseconds', () => {
  expect(dateOf({ seconds: 5n, nanos: 6_999_999 })).toEqual(new Date(5006))
  expect(dateOf({ seconds: -1n, nanos: 1_000_000 })).toEqual(new Date(-999))
})

test('fractions of a second and instants before 1970 become seconds and nanoseconds', () => {
  expect(timestampOf(1500)).toEqual({ seconds: 1n, nanos: 500_000_000 })
  expect(timestampOf(1000, 1)).toEqual({ seconds: 0n, nanos: 999_999_999 })
  expect(timestampOf(-1)).toEqual({ seconds: -1n, nanos: 999_000_000 })
})

test('accepts a Date, or seconds with or without nanoseconds', () => {
  expect(exactTimestamp(new Date(1500))).toEqual({ seconds: 1n, nanos: 500_000_000 })
  expect(exactTimestamp({ seconds: 7 })).toEqual({ seconds: 7n, nanos: 0 })
  expect(exactTimestamp({ seconds: 7n, nanos: 8 })).toEqual({ seconds: 7n, nanos: 8 })
})
