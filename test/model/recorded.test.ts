/**
 * The model gives the replies that the real server gave, in the recordings that the daemon is held to as well. So walks
 * may trust it. What it leaves out of a recording stands in `recorded-replay.ts`.
 */
import { describe, expect, test } from 'vitest'
import { scenariosOf } from '../contract/recording.js'
import { RecordedReplay } from './recorded-replay.js'

/** Each file, with the number of replies in it that are compared. */
const COMPARED = {
  walks: 1018,
  'walks-dead': 1358,
  rules: 96,
  lifecycle: 105,
  partitions: 66,
  retry: 59,
  lease: 68,
  storage: 14,
  items: 84,
}

/** Scenarios about the form of requests, of which the model knows nothing. */
const LEFT_OUT = new Set([
  'base64: line breaks count in its length',
  'a bearer header without a key',
  'paths, methods and headers out of the ordinary',
  'items.list: limits and pivots',
  'produce errors',
  'lease errors',
  'complete errors',
  'retry errors',
  'unknown queue is refused by every call',
])

for (const [file, compared] of Object.entries(COMPARED)) {
  describe(file, () => {
    const scenarios = scenariosOf(file).filter(({ name }) => !LEFT_OUT.has(name))

    for (const scenario of scenarios) {
      test(scenario.name, () => {
        new RecordedReplay().run(scenario)
      })
    }

    test(`compares ${compared} replies`, () => {
      const replays = scenarios.map((scenario) => new RecordedReplay().run(scenario))
      expect(replays.reduce((sum, replay) => sum + replay.compared, 0)).toBe(compared)
    })
  })
}
