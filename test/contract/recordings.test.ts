/**
 * Every recorded scenario, through every door, in both encodings: the daemon replies as the real server did. For the
 * format of the recordings see docs/protocol/README.md, and for known differences see differences.ts.
 */
import { describe, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { DOORS } from '../support/doors.js'
import { allScenarios, type Scenario } from './recording.js'
import { Replay, serverOf } from './replay.js'
import { add, COUNTS, emptyTally } from './tally.js'

const SCENARIOS = allScenarios()
/** Behind the codec, both encodings take the same path. */
const ENCODINGS = process.env.QUERATOR_QUICK === 'json' ? (['json'] as const) : (['json', 'protobuf'] as const)

function daemonFor(scenario: Scenario) {
  const storages = scenario.daemon?.storages ?? [1]
  return startTestDaemon({
    clock: { start: new Date('2026-01-01T00:00:00Z') },
    log: 'silent',
    auth: scenario.daemon?.auth ?? 'none',
    config: {
      'partition-storage': storages.map((affinity, index) => ({ name: `mem-${index}`, driver: 'memory', affinity })),
    },
  })
}

for (const [door, open] of Object.entries(DOORS)) {
  for (const encoding of ENCODINGS) {
    describe(`${door}, ${encoding}`, () => {
      const total = emptyTally()
      let passed = 0

      for (const scenario of SCENARIOS) {
        test(scenario.title, async () => {
          await using daemon = await daemonFor(scenario)
          const replay = new Replay(scenario, serverOf(daemon), await open(daemon), encoding)
          await replay.run()
          add(total, replay.tally)
          passed++
        })
      }

      test('sends and compares everything that was recorded', ({ skip }) => {
        skip(passed < SCENARIOS.length, 'only a whole replay is counted')
        expect(total).toEqual(COUNTS[encoding])
      })
    })
  }
}
