/**
 * The model gives the same replies as the real server, in the recordings that the daemon must match too. This is why
 * the random walks can trust it. `recorded-replay.ts` says which parts of a recording it leaves out.
 */
import { describe, expect, test } from 'vitest'
import { scenariosOf } from '../contract/recording.js'
import { RecordedReplay } from './recorded-replay.js'

/** The number of replies compared in each file. */
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

/** Scenarios about the form of requests, which the model does not know. */
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
