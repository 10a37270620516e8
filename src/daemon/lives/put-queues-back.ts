/** Puts back what queues lost when their daemon went down. */

import type { Queues } from '../../engine/queue/queues.js'
import type { QueueImage } from '../../engine/queue/queues-image.js'
import type { PartitionOutages } from '../faults/partition-outages.js'

/**
 * Puts queues back as they were. A queue that is still there gets the partitions of its image, keeps everything else, and serves those that wait
 * for it. Any other queue that has the name now is deleted.
 */
export function putQueuesBack(images: readonly QueueImage[], queues: Queues, outages: PartitionOutages): void {
  const isThere = ({ config, queueId }: QueueImage) => queues.find(config.name)?.address.queueId === queueId
  const gone = images.filter((image) => !isThere(image))
  // Outages of the other queues are still those of the queues that are there.
  outages.leaveQueues(new Set(gone.map(({ config }) => config.name)))
  for (const { config } of gone) queues.delete(config.name)
  queues.restore(gone, false)
  for (const { config, partitions, paused = false } of images.filter((image) => !gone.includes(image))) {
    const queue = queues.find(config.name)
    // A pause is lost with the daemon too, and nobody gets what is paused.
    if (paused) queue?.pause(true)
    queue?.change((now) => {
      for (const partition of queue.partitions) {
        const image = partitions[partition.number]
        if (image !== undefined) partition.putBack(image, now)
      }
    })
  }
}
