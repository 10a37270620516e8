/** The state of a daemon, to make another one like it. */
import type { AccessImage } from '../../access/access-image.js'
import type { Instant } from '../../clock/instant.js'
import type { QueueImage } from '../../engine/queue/queues-image.js'

/** Everything that a daemon would need to go on where another one stands, except who waits for it. */
export interface DaemonImage {
  readonly now: Instant
  readonly frozen: boolean
  /** Where its random numbers stand. `undefined` if they should be others. */
  readonly random?: number | undefined
  /** Whether queues of the configuration that it lacks were deleted, and are not to be made. */
  readonly isWhole?: boolean | undefined
  readonly queues: readonly QueueImage[]
  readonly access: AccessImage
}

/** Returns queues at whose partitions the lifecycle looks at once. */
export function lookedAtOnce(queues: readonly QueueImage[]): QueueImage[] {
  return queues.map((queue) => ({
    ...queue,
    partitions: queue.partitions.map((partition) => partition && { ...partition, looks: undefined }),
  }))
}
