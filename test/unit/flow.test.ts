/** How time flows by a clock: in whole milliseconds while it stands still, and never backwards. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Flow } from '../../src/clock/flow.js'
import { PARTS } from '../../src/clock/instant.js'
import { REAL_TIME } from '../../src/clock/real-time.js'

const START = 1_767_225_600_000

/** A clock that shows what a test says. */
function shown(mayGoBack = false) {
  const machine = { at: START }
  return { machine, flow: new Flow({ ...REAL_TIME, now: () => machine.at }, mayGoBack) }
}

test('time that was set back goes on at half its speed, until the machine has caught up', () => {
  const { machine, flow } = shown()
  flow.now()
  machine.at -= 10_000
  const seen = [0, 1000, 9000, 10_000, 1000].map((passes) => {
    machine.at += passes
    return flow.now() - START
  })
  expect(seen).toEqual([0, 500, 5000, 10_000, 11_000])
})

test('set back twice, it is still the time of the machine in the end', () => {
  const { machine, flow } = shown()
  flow.now()
  machine.at -= 1000
  const first = flow.now()
  machine.at -= 1000
  expect(flow.now()).toBe(first)
  machine.at += 4000
  expect(flow.now()).toBe(machine.at)
})

test('a move is a whole one also while the machine catches up', () => {
  const { machine, flow } = shown()
  flow.now()
  machine.at -= 10_000
  flow.now()
  flow.move(60_000)
  expect(flow.now() - START).toBe(60_000)
})

const step = fc.oneof(
  fc.record({ do: fc.constant('pass' as const), by: fc.integer({ min: -5000 * PARTS, max: 5000 * PARTS }) }),
  fc.record({ do: fc.constantFrom('freeze' as const, 'resume' as const), by: fc.constant(0) }),
  fc.record({ do: fc.constant('move' as const), by: fc.nat(5000) }),
)

test('it never goes back, stands still on whole milliseconds, and shows instants', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { machine, flow } = shown()
      let last = flow.now()
      for (const one of steps) {
        if (one.do === 'pass') machine.at += one.by / PARTS
        else if (one.do === 'move') flow.move(one.by)
        else if (one.do === 'resume') flow.resume()
        else if (!flow.frozen) flow.freeze()
        const now = flow.now()
        expect(now).toBeGreaterThanOrEqual(last + (one.do === 'move' ? one.by : 0))
        expect(Number.isInteger(flow.frozen ? now : now * PARTS)).toBe(true)
        last = now
      }
    }),
    { numRuns: 500 },
  )
})

test('with the time of a runner it goes back', () => {
  const { machine, flow } = shown(true)
  flow.now()
  machine.at -= 10_000
  expect(flow.now()).toBe(machine.at)
})

test('far from our time it shows whole milliseconds', () => {
  const { machine, flow } = shown()
  flow.freeze(Date.UTC(3000, 0, 1))
  flow.resume()
  machine.at += 0.5
  expect(Number.isInteger(flow.now())).toBe(true)
  expect(flow.now()).toBeGreaterThanOrEqual(Date.UTC(3000, 0, 1))
})
