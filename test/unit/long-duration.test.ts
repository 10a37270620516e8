/** Durations of any length: read as short ones are, in Go's words (contract: queue.md §9). */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDuration } from '../../src/clock/duration.js'
import { parseLongDuration } from '../../src/service/long-duration.js'
import { readRequestTimeout } from '../../src/service/request-timeout.js'

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 21 })
const unit = fc.constantFrom('ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h', '', 'd', ' s', '"', '\\', 'é', '\u0001')
const term = fc.tuple(digits, fc.constantFrom('', '.'), digits, unit).map((parts) => parts.join(''))
const duration = fc
  .tuple(fc.constantFrom('', '-', '+'), fc.array(term, { minLength: 1, maxLength: 4 }))
  .map(([sign, terms]) => sign + terms.join(''))

test('what parseDuration makes of a text is made of it here', () => {
  fc.assert(
    fc.property(fc.oneof(duration, fc.string({ unit: 'binary', minLength: 1 })), (text) => {
      // The one duration without a unit; a text that is long is none.
      fc.pre(!/^[-+]?0$/.test(text))
      expect(parseLongDuration(text)).toEqual(parseDuration(text))
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
])('a long duration is exact (%#)', (text, ns) => expect(parseLongDuration(text)).toEqual({ ns }))

test.each([
  ['x'.repeat(1_000_000), `time: invalid duration "${'x'.repeat(1_000_000)}"`],
  ['1'.repeat(1_000_000), `time: invalid duration "${'1'.repeat(1_000_000)}"`],
  [
    `1${'é'.repeat(1000)}`,
    `time: unknown unit "${'\\xc3\\xa9'.repeat(1000)}" in duration "1${'\\xc3\\xa9'.repeat(1000)}"`,
  ],
  [`${'1h'.repeat(1000)}5`, `time: missing unit in duration "${'1h'.repeat(1000)}5"`],
  ['9999h'.repeat(1000), `time: invalid duration "${'9999h'.repeat(1000)}"`],
])('a long text that is none is refused (%#)', (text, problem) => expect(parseLongDuration(text)).toEqual({ problem }))

test('a request timeout of a megabyte is read, and nothing of it is kept', () => {
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
