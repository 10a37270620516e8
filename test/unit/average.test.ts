/** Running averages of instants, checked against the plain sum of the instants present. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nanosOf } from '../../src/clock/instant.js'
import { AverageInstant } from '../../src/engine/store/average.js'

/** An instant with a fraction of a millisecond, within a few years of 2026, and how many nanoseconds early it is. */
const instant = fc.record({
  at: fc.integer({ min: -(2 ** 38), max: 2 ** 38 }).map((parts) => Date.UTC(2026, 0, 1) + parts / 1024),
  early: fc.nat(900),
})

function nanosSince1970({ at, early }: { at: number; early: number }): bigint {
  return BigInt(Math.floor(at)) * 1_000_000n + BigInt(nanosOf(at) - early)
}

test('the average age is exact to the nanosecond after any additions and removals', () => {
  const step = fc.record({ add: fc.boolean(), which: fc.nat(), instant })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), instant, (steps, { at: now }) => {
      const average = new AverageInstant()
      const there: { at: number; early: number }[] = []
      for (const { add, which, instant } of steps) {
        if (add || there.length === 0) {
          there.push(instant)
          average.add(instant.at, instant.early)
        } else {
          for (const { at, early } of there.splice(which % there.length, 1)) average.remove(at, early)
        }
      }
      const ages = there.map((one) => nanosSince1970({ at: now, early: 0 }) - nanosSince1970(one))
      const sum = ages.reduce((total, age) => total + age, 0n)
      expect(average.count).toBe(there.length)
      expect(average.behind(now)).toBe(there.length === 0 ? 0n : sum / BigInt(there.length))
    }),
  )
})

test('the average of many instants is exact, because sums are relative to the first', () => {
  const average = new AverageInstant()
  const start = Date.UTC(2026, 0, 1)
  // Added to sums since 1970, every odd millisecond would be lost.
  for (let ms = 0; ms < 20_001; ms++) average.add(start + ms, 0)
  expect(average.behind(start + 30_000)).toBe(20_000n * 1_000_000n)
})
