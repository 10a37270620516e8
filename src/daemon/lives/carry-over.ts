/** Compares what a daemon had with what came back. */

import type { Instant } from '../../clock/instant.js'
import { type Address, KIND } from '../../engine/events/event-kinds.js'
import type { EventRecord } from '../../engine/events/record.js'
import type { QueueImage } from '../../engine/queue/queues-image.js'
import type { Item } from '../../engine/store/item.js'
import { ItemIds } from '../../engine/store/item-ids.js'

/**
 * Lets items that are back be the same in the record as before, with their consumers. Records what is lost: what a storage forgets, and what
 * it was not given yet.
 */
export function carryOver(
  before: readonly QueueImage[],
  after: readonly QueueImage[],
  record: EventRecord,
  now: Instant,
): void {
  const back = new Map(after.map((image) => [image.queueId, image]))
  for (const queue of before) {
    const { name } = queue.config
    const address = { queue: name, queueId: queue.queueId ?? 0 }
    const found = back.get(queue.queueId)
    for (const [partition, image] of queue.partitions.entries()) {
      if (image === undefined) continue
      const place = { ...address, partition, ids: new ItemIds(image.ids) }
      carryItems(image.items, found?.partitions[partition]?.items ?? [], (item) => {
        record.item(KIND['item-lost'], now, place satisfies Address, item)
      })
    }
    if (found === undefined) record.queue(KIND['queue-lost'], now, address)
  }
}

function carryItems(before: readonly Item[], after: readonly Item[], lost: (item: Item) => void): void {
  const back = new Map(after.map((item) => [item.sequence, item]))
  for (const item of before) {
    const found = back.get(item.sequence)
    if (found === undefined) lost(item)
    else {
      found.serial = item.serial
      if (found.leased) found.holder = item.holder
    }
  }
}
