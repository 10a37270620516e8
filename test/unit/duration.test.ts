/** Durations in the grammar, error messages and format of Go (docs/protocol/queue.md §9, admin.md §9.1). */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, timeoutOf } from '../../src/clock/duration.js'
import { parseDuration } from '../../src/clock/parse-duration.js'

test.each([
  ['0', 0n],
  ['-0', 0n],
  ['1ns', 1n],
  ['1us', 1000n],
  ['1µs', 1000n],
  ['1μs', 1000n],
  ['1.5ms', 1_500_000n],
  ['.5s', 500_000_000n],
  ['1.s', 1_000_000_000n],
  ['+1m', 60_000_000_000n],
  ['-1h30m', -5_400_000_000_000n],
  ['1h1h', 7_200_000_000_000n],
  ['9223372036854775807ns', 2n ** 63n - 1n],
  ['-9223372036854775808ns', -(2n ** 63n)],
])('reads %s', (text, ns) => expect(parseDuration(text)).toEqual({ ns }))

test.each([
  ['', 'time: invalid duration ""'],
  ['-', 'time: invalid duration "-"'],
  ['1', 'time: missing unit in duration "1"'],
  ['s', 'time: invalid duration "s"'],
  ['.s', 'time: invalid duration ".s"'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['1 s', 'time: unknown unit " s" in duration "1 s"'],
  ['1constructor', 'time: unknown unit "constructor" in duration "1constructor"'],
  ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
  ['1s"\\\u0001', 'time: unknown unit "s\\"\\\\\\x01" in duration "1s\\"\\\\\\x01"'],
])('refuses %s with the error message of Go', (text, problem) => expect(parseDuration(text)).toEqual({ problem }))

test('a formatted duration reads back as the same value', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (ns) => {
      expect(parseDuration(formatDuration(ns))).toEqual({ ns })
    }),
  )
})

test.each([
  [0n, '0s'],
  [1n, '1ns'],
  [1100n, '1.1µs'],
  [100_000n, '100µs'],
  [2_200_000n, '2.2ms'],
  [90_000_000_000n, '1m30s'],
  [86_400_000_000_000n, '24h0m0s'],
  [40_666_666_666n, '40.666666666s'],
  [-300_000_000_000n, '-5m0s'],
])('formats %s as %s', (ns, text) => expect(formatDuration(ns)).toBe(text))

test('a timeout is rounded up to milliseconds and keeps the difference', () => {
  expect(timeoutOf(1_000_000n)).toMatchObject({ ms: 1, early: 0 })
  expect(timeoutOf(1_000_001n)).toMatchObject({ ms: 2, early: 999_999 })
  expect(timeoutOf(-1_500_000n)).toMatchObject({ ms: -1, early: 500_000 })
})
