/** Durations of any length follow the grammar and error messages of Go (docs/protocol/queue.md §9). */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ParsedDuration, parseDuration, quote } from '../../src/clock/parse-duration.js'
import { readRequestTimeout } from '../../src/service/request-timeout.js'

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 21 })
const unit = fc.constantFrom('ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h', '', 'd', ' s', '"', '\\', 'é', '\u0001')
const term = fc.tuple(digits, fc.constantFrom('', '.'), digits, unit).map((parts) => parts.join(''))
const duration = fc
  .tuple(fc.constantFrom('', '-', '+'), fc.array(term, { minLength: 1, maxLength: 4 }))
  .map(([sign, terms]) => sign + terms.join(''))

const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const MOST = 2n ** 63n
const NUMBER = /^([0-9]*)(?:\.([0-9]*))?/
const UNIT = /^[^0-9.]*/

/** The grammar term by term: slow, but easy to read. */
function plainReading(text: string): ParsedDuration {
  const invalid = { problem: `time: invalid duration ${quote(text)}` }
  const negative = text.startsWith('-')
  let rest = negative || text.startsWith('+') ? text.slice(1) : text
  if (rest === '0') return { ns: 0n }
  if (rest === '') return invalid
  let total = 0n
  while (rest !== '') {
    const [number = '', whole = '', fraction = ''] = NUMBER.exec(rest) ?? []
    if (whole === '' && fraction === '') return invalid
    rest = rest.slice(number.length)
    const unit = UNIT.exec(rest)?.[0] ?? ''
    if (BigInt(whole) > MOST) return invalid
    if (unit === '') return { problem: `time: missing unit in duration ${quote(text)}` }
    const size = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
    if (size === undefined) return { problem: `time: unknown unit ${quote(unit)} in duration ${quote(text)}` }
    rest = rest.slice(unit.length)
    total += BigInt(whole) * size + partOf(fraction, size)
    if (total > MOST) return invalid
  }
  if (negative) return { ns: -total }
  return total === MOST ? invalid : { ns: total }
}

/** What the decimals add, cut to whole nanoseconds. Digits past the 18th do not count. */
function partOf(fraction: string, size: bigint): bigint {
  const digits = fraction.slice(0, 18)
  return digits === '' ? 0n : (BigInt(digits) * size) / 10n ** BigInt(digits.length)
}

test('reads any string as the plain grammar does', () => {
  fc.assert(
    fc.property(fc.oneof(duration, fc.string({ unit: 'binary' }), fc.constantFrom('0', '-0', '+0', '00')), (text) => {
      expect(parseDuration(text)).toEqual(plainReading(text))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ['0s'.repeat(100_000), 0n],
  ['1ns'.repeat(100_000), 100_000n],
  [`${'0'.repeat(100_000)}7m`, 420_000_000_000n],
  [`1.${'3'.repeat(100_000)}s`, 1_333_333_333n],
  [`9223372036s${'1ns'.repeat(1000)}`, 9_223_372_036_000_001_000n],
  [`-9223372036854775807.9ns0.1ns${'0ns'.repeat(30)}`, -9_223_372_036_854_775_807n],
])('reads a long duration exactly (%#)', (text, ns) => expect(parseDuration(text)).toEqual({ ns }))

test.each([
  ['x'.repeat(1_000_000), `time: invalid duration "${'x'.repeat(1_000_000)}"`],
  ['1'.repeat(1_000_000), `time: invalid duration "${'1'.repeat(1_000_000)}"`],
  [
    `1${'é'.repeat(1000)}`,
    `time: unknown unit "${'\\xc3\\xa9'.repeat(1000)}" in duration "1${'\\xc3\\xa9'.repeat(1000)}"`,
  ],
  [`${'1h'.repeat(1000)}5`, `time: missing unit in duration "${'1h'.repeat(1000)}5"`],
  ['9999h'.repeat(1000), `time: invalid duration "${'9999h'.repeat(1000)}"`],
])('refuses a long string that is not a duration (%#)', (text, problem) =>
  expect(parseDuration(text)).toEqual({ problem }))

test('reads a request timeout of one megabyte and keeps none of it in memory', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = () => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = used()
  for (let number = 10; number < 74; number++) {
    const text = Buffer.from(`${'0'.repeat(1_000_000)}${number}s`, 'latin1').toString('latin1')
    expect(readRequestTimeout(text)).toBe(BigInt(number) * 1_000_000_000n)
  }
  expect((used() - before) / 1e6).toBeLessThan(16)
})
