/**
 * Histories of concurrent clients are linearizable: whatever overlaps, is given up or waits, every answer is one that a queue could
 * give which does one thing at a time.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { counterexample } from './counterexample.js'
import { checkHistory, play } from './play.js'
import { callText, queueModel } from './queue-model.js'
import { scripts } from './script.js'

/** More with QUERATOR_HISTORIES=2000. */
const HISTORIES = Number(process.env.QUERATOR_HISTORIES ?? 150)

/** What never ends is a failure of its history, so that the script is told. In milliseconds. */
const LONGEST = 30_000

test(`${HISTORIES} histories of concurrent clients are linearizable`, { timeout: 3_600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(scripts(12), async (script) => {
      const history = await play(script)
      expect(counterexample(queueModel(history.setup), checkHistory(history), callText)).toBe('')
    }),
    { numRuns: HISTORIES, timeout: LONGEST },
  )
})
