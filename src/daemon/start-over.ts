/** The start of a daemon, and what puts it back there. */
import type { Access } from '../access/access.js'
import type { Instant } from '../clock/instant.js'
import type { MovableClock } from '../clock/movable-clock.js'
import type { Cause } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'
import type { Queues } from '../engine/queue/queues.js'
import type { RestartedRandom } from '../ids/random.js'
import type { ConditionsInForce } from './conditions/conditions-in-force.js'
import type { DaemonConfig } from './config/config.js'
import { createDeclaredQueues } from './config/declared-queues.js'
import { withUnknownKeys } from './config/unknown-keys.js'
import type { Faults } from './faults/faults.js'

/** Creates the queues that the configuration declares. @throws QueratorError if one cannot be */
export function beginAsConfigured(into: Queues, { queues, unknownKeys }: DaemonConfig, now: Instant): void {
  try {
    createDeclaredQueues(into, queues, now)
  } catch (error) {
    throw withUnknownKeys(error, unknownKeys)
  }
}

/** The parts of a daemon that start again. */
export interface ResetParts {
  readonly config: DaemonConfig
  readonly random: RestartedRandom
  readonly clock: MovableClock
  readonly record: EventRecord
  readonly queues: Queues
  readonly access: Access
  readonly faults: Faults
  readonly conditions: ConditionsInForce
  /** Runs `work` at one time, as the cause of its events. Overdue deadlines fire first. */
  during(cause: Cause, work: () => void): void
}

const BY_RESET: Cause = { call: 'reset' }

/**
 * Deletes everything, and starts again as configured. Waiting leases get a 453, and calls that faults hold get no reply. The record goes on, so that readers
 * see what was deleted.
 */
export function startOver(parts: ResetParts): void {
  const { config, random, clock, record, queues, access, faults, conditions, during } = parts
  // A call that a fault holds would go on in the queues that come now.
  faults.end('break')
  during(BY_RESET, () => queues.clear())
  // No queue is left, so the time may go back.
  clock.reset()
  random.restart()
  conditions.restart()
  const now = clock.exact.now()
  access.reset(now)
  record.during(BY_RESET, () => createDeclaredQueues(queues, config.queues, now))
}
