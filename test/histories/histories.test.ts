/**
 * Histories of concurrent clients are linearizable: even if calls overlap, are aborted or wait, every result is
 * possible for a queue that does one thing at a time.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { counterexample } from './counterexample.js'
import { checkHistory, modelOf, play } from './play.js'
import { callText } from './queue-model.js'
import { scripts } from './script.js'

/** Set QUERATOR_HISTORIES=2000 for more. */
const HISTORIES = Number(process.env.QUERATOR_HISTORIES ?? 150)

/** The limit of the search for one history. A history undecided by then proves nothing, and must be rare. */
const MOST_STEPS = 100_000

test(`${HISTORIES} histories of concurrent clients are linearizable`, { timeout: 3_600_000 }, async () => {
  let undecided = 0
  await fc.assert(
    fc.asyncProperty(scripts(12), async (script) => {
      const history = await play(script)
      const verdict = checkHistory(history, MOST_STEPS)
      if (verdict.result === 'undecided') undecided++
      else expect(counterexample(modelOf(history), verdict, callText)).toBe('')
    }),
    { numRuns: HISTORIES },
  )
  expect(undecided).toBeLessThanOrEqual(1 + HISTORIES / 50)
})
