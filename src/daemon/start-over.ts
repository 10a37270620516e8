/** The start of a daemon, and what puts it back there. */
import type { Access } from '../access/access.js'
import type { MovableClock } from '../clock/movable-clock.js'
import type { Cause } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'
import type { Queues } from '../engine/queue/queues.js'
import type { QueueImage } from '../engine/queue/queues-image.js'
import { copiesOf } from '../engine/store/partition-image.js'
import type { RestartedRandom } from '../ids/random.js'
import type { ConditionsInForce } from './conditions/conditions-in-force.js'
import type { DaemonConfig } from './config/config.js'
import { createMissingQueues } from './config/declared-queues.js'
import { withUnknownKeys } from './config/unknown-keys.js'
import type { DaemonOptions } from './daemon-options.js'
import type { Faults } from './faults/faults.js'
import { mixedTexts } from './lasting/storage-spec.js'
import type { DaemonImage } from './lives/daemon-image.js'

/** The parts of a daemon that start again. */
export interface ResetParts {
  readonly config: DaemonConfig
  /** What it begins with. */
  readonly from: DaemonImage | undefined
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

/** Returns what to warn of at the start. */
export function warningsOf({ warnings, lasting }: DaemonConfig, { storage, from }: DaemonOptions): string[] {
  // The daemon that this one copies has warned.
  if (from?.isWhole === true) return []
  return [...warnings, ...mixedTexts(lasting, storage === 'memory')]
}

/** Begins with what another daemon had, and with the queues that the configuration declares. @throws QueratorError if one cannot be */
export function begin(parts: Pick<ResetParts, 'config' | 'from' | 'random' | 'clock' | 'queues' | 'access'>): void {
  const { config, from, random, clock, queues, access } = parts
  const now = clock.exact.now()
  if (from !== undefined) {
    access.restore(from.access, now, false, from.isWhole)
    const images = from.queues.map(asNew)
    queues.restore(images, false)
    queues.tell()
  }
  try {
    if (from?.isWhole !== true) createMissingQueues(queues, config.queues, now)
  } catch (error) {
    throw withUnknownKeys(error, config.unknownKeys)
  }
  if (from?.random !== undefined) random.goOn(from.random)
}

/** Returns a queue for another daemon, whose record does not know it yet. The image can be used again. */
function asNew({ queueId: _, partitions, ...image }: QueueImage): QueueImage {
  return {
    ...image,
    partitions: partitions.map((partition) => {
      if (partition === undefined) return undefined
      const items = copiesOf(partition.items)
      for (const item of items) item.serial = 0
      return { ...partition, items }
    }),
  }
}

const BY_RESET: Cause = { call: 'reset' }

/**
 * Deletes everything, and starts again as configured. Waiting leases get a 453, and calls that faults hold get no reply. The record goes on, so that readers
 * see what was deleted.
 */
export function startOver(parts: ResetParts): void {
  const { random, clock, record, queues, access, faults, conditions, during } = parts
  // A call that a fault holds would go on in the queues that come now.
  faults.end('break')
  during(BY_RESET, () => queues.clear())
  // No queue is left, so the time may go back.
  clock.reset()
  random.restart()
  conditions.restart()
  access.reset(clock.exact.now())
  record.during(BY_RESET, () => begin(parts))
}
