/** What a partition needs of its daemon. */
import type { Instant } from '../../clock/instant.js'
import type { EventRecord } from '../events/record.js'
import type { QueueMemory } from './memory-budget.js'
import type { PartitionChanges } from './partition-image.js'

/** The parts of the daemon that a partition needs. */
export interface Surroundings {
  readonly record: EventRecord
  readonly memory: QueueMemory
  /** When the lifecycle looks at the partition first. */
  readonly firstLook: Instant
  /** Gets what changes. `undefined` if nothing lasts. */
  readonly changes?: PartitionChanges | undefined
}
