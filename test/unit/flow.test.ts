/** How the time of a clock flows: in whole milliseconds while frozen, and never backwards. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Flow } from '../../src/clock/flow.js'
import { PARTS } from '../../src/clock/instant.js'
import { REAL_TIME } from '../../src/clock/real-time.js'

const START = 1_767_225_600_000

/** A flow over a machine whose time the test sets. */
function shown(mayGoBack = false) {
  const machine = { at: START }
  return { machine, flow: new Flow({ ...REAL_TIME, now: () => machine.at }, mayGoBack) }
}

test('after the machine is set back, time runs at half speed until the machine catches up', () => {
  const { machine, flow } = shown()
  flow.now()
  machine.at -= 10_000
  const seen = [0, 1000, 9000, 10_000, 1000].map((passes) => {
    machine.at += passes
    return flow.now() - START
  })
  expect(seen).toEqual([0, 500, 5000, 10_000, 11_000])
})

test('matches the machine in the end after it was set back twice', () => {
  const { machine, flow } = shown()
  flow.now()
  machine.at -= 1000
  const first = flow.now()
  machine.at -= 1000
  expect(flow.now()).toBe(first)
  machine.at += 4000
  expect(flow.now()).toBe(machine.at)
})

test('an advance moves by its full length even while the machine catches up', () => {
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

test('never goes back, freezes on whole milliseconds, and always shows an instant', () => {
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

test('follows the time of a runner backwards', () => {
  const { machine, flow } = shown(true)
  flow.now()
  machine.at -= 10_000
  expect(flow.now()).toBe(machine.at)
})

test('shows whole milliseconds for dates far in the future', () => {
  const { machine, flow } = shown()
  flow.freeze(Date.UTC(3000, 0, 1))
  flow.resume()
  machine.at += 0.5
  expect(Number.isInteger(flow.now())).toBe(true)
  expect(flow.now()).toBeGreaterThanOrEqual(Date.UTC(3000, 0, 1))
})
