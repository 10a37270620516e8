/** Puts a daemon back to its start. */
import type { Access } from '../access/access.js'
import type { MovableClock } from '../clock/movable-clock.js'
import type { Cause } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'
import type { Queues } from '../engine/queue/queues.js'
import type { RestartedRandom } from '../ids/random.js'
import type { DaemonConfig } from './config/config.js'
import { createDeclaredQueues } from './config/declared-queues.js'

/** The parts of a daemon that start again. */
export interface ResetParts {
  readonly config: DaemonConfig
  readonly random: RestartedRandom
  readonly clock: MovableClock
  readonly record: EventRecord
  readonly queues: Queues
  readonly access: Access
}

const BY_RESET: Cause = { call: 'reset' }

/** Deletes everything, and starts again as configured. Waiting leases get a 453. The record goes on, so that readers see what was deleted. */
export function startOver({ config, random, clock, record, queues, access }: ResetParts): void {
  try {
    clock.beginCall()
    record.during(BY_RESET, () => queues.clear())
  } finally {
    clock.endCall()
  }
  // No queue is left, so the time may go back.
  clock.reset()
  random.restart()
  const now = clock.exact.now()
  access.reset(now)
  record.during(BY_RESET, () => createDeclaredQueues(queues, config.queues, now))
}
