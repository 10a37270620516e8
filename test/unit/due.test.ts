/** When an item comes due, compared with what a test expects. */
import { expect, test } from 'vitest'
import { type Due, dueFault, slackOf } from '../../src/harness/matchers/due.js'

const HOUR = 3_600_000

/** An item that is due an hour after `late` milliseconds have passed since the code under test read the clock. */
function after(late: number, frozen = false): Due {
  return { at: HOUR, from: late, slack: slackOf(frozen) }
}

test('on a running clock, the time since the code under test read it may be missing, up to a second', () => {
  expect([0, 1, 999, 1000].map((late) => dueFault({ in: '1h' }, after(late)))).toEqual(['', '', '', ''])
  expect(dueFault({ in: '1h' }, after(1001))).toBe('due in 59m58.999s, expected in 1h0m0s, or up to 1s less')
  expect(dueFault({ in: '1h' }, after(-1))).toBe('due in 1h0m0.001s, expected in 1h0m0s, or up to 1s less')
})

test('a frozen clock and delta take the place of that second', () => {
  expect(dueFault({ in: '1h' }, after(0, true))).toBe('')
  expect(dueFault({ in: '1h' }, after(1, true))).toBe('due in 59m59.999s, expected in 1h0m0s')
  expect(dueFault({ in: '1h', delta: 0 }, after(1))).toBe('due in 59m59.999s, expected in 1h0m0s')
  expect([-5, 5].map((late) => dueFault({ in: '1h', delta: 5 }, after(late)))).toEqual(['', ''])
  expect(dueFault({ in: '1h', delta: 5 }, after(6))).toBe('due in 59m59.994s, expected in 1h0m0s ± 5ms')
})

test('fractions of a millisecond do not count', () => {
  expect(dueFault({ in: 500 }, { at: 500.75, from: 0, slack: 0 })).toBe('')
  expect(dueFault({ at: new Date(500) }, { at: 500.75, from: 0, slack: 0 })).toBe('')
  expect(dueFault({ in: 500.75 }, { at: 500, from: 0, slack: 0 })).toBe('')
})

test('says what is expected of an item that is due already, or never was scheduled', () => {
  expect(dueFault({ in: '1h' }, { at: 0, from: HOUR, slack: 0 })).toBe('due 1h0m0s ago, expected in 1h0m0s')
  expect(dueFault({ in: '1h' }, undefined)).toBe('not scheduled, expected in 1h0m0s')
  expect(dueFault({ at: '1970-01-01T00:00Z' }, { at: undefined, from: 0, slack: 0 })).toBe(
    'not scheduled, expected at 1970-01-01T00:00:00.000Z',
  )
  expect(dueFault({}, undefined)).toBe('')
})
