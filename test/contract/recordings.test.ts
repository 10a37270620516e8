/**
 * Every recorded scenario, through every door, in both encodings: the daemon answers what the real server answered.
 * Reading the recordings: contract, README.md.
 */
import { describe, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { DOORS } from '../support/doors.js'
import { RECORDED_FILES, type Scenario, scenariosOf } from './recording.js'
import { Replay } from './replay.js'

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
  for (const encoding of ['json', 'protobuf'] as const) {
    describe(`${door}, ${encoding}`, () => {
      for (const file of RECORDED_FILES) {
        for (const scenario of scenariosOf(file)) {
          test(`${file}: ${scenario.name}`, async () => {
            await using daemon = await daemonFor(scenario)
            await new Replay(daemon, await open(daemon), encoding).run(scenario)
          })
        }
      }
    })
  }
}
