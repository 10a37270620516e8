/** Durations beyond what Go can hold name the limit. */
import { expect, test } from 'vitest'
import { givenMilliseconds } from '../../src/clock/given-duration.js'

test('a duration that is too long names the limit', () => {
  const limit = '2562047h47m16.854775807s'
  expect(() => givenMilliseconds('restart: after', '90000000h')).toThrow(`restart: after takes at most ${limit}`)
  expect(givenMilliseconds('restart: after', limit)).toBeGreaterThan(9e15 / 1000)
  expect(() => givenMilliseconds('in', '-1s')).toThrow('not negative')
  expect(() => givenMilliseconds('in', 'soon')).toThrow('time: invalid duration')
})
