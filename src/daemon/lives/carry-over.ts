/** Compares what a daemon had with what came back. */

import type { Instant } from '../../clock/instant.js'
import { type Address, KIND } from '../../engine/events/event-kinds.js'
import type { EventRecord } from '../../engine/events/record.js'
import type { QueueImage } from '../../engine/queue/queues-image.js'
import type { Item } from '../../engine/store/item.js'
import { ItemIds } from '../../engine/store/item-ids.js'
import type { PartitionImage } from '../../engine/store/partition-image.js'

/** What is there after a start. */
interface WhatIsBack {
  readonly queues: readonly QueueImage[]
  /** Returns a partition that waits for a queue of this name, because the storage of queues has forgotten its own. */
  left(name: string, partition: number, storage: string): PartitionImage | undefined
}

/**
 * Lets items that are back be the same in the record as before, with their consumers. Records what is lost: what a storage forgets, and what
 * it was not given yet.
 */
export function carryOver(
  before: readonly QueueImage[],
  { queues: after, left }: WhatIsBack,
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
      const place = { ...address, partition, ids: new ItemIds(image.ids) } satisfies Address
      const there = found?.partitions[partition] ?? left(name, partition, queue.storages[partition] ?? '')
      for (const item of carryItems(image.items, there?.items ?? [], place, record)) {
        record.item(KIND['item-lost'], now, place, item)
      }
    }
    if (found === undefined) record.queue(KIND['queue-lost'], now, address)
  }
}

/** Returns the items that are not back in their partition. */
function carryItems(
  before: readonly Item[],
  after: readonly Item[],
  place: Pick<Address, 'queueId' | 'partition'>,
  record: EventRecord,
): Item[] {
  const back = new Map(after.map((item) => [item.sequence, item]))
  const missing = new Set<Item>()
  for (const item of before) {
    const found = back.get(item.sequence)
    if (found === undefined) missing.add(item)
    else carry(item, found)
    back.delete(item.sequence)
  }
  // Of these, storages were not given what happened last: a retry gives an item another number, and a complete takes it away.
  const bySerial = new Map(Array.from(missing, (item) => [item.serial, item]))
  const serials = record.itemsAt(place, new Set(back.keys()))
  for (const [sequence, serial] of serials) {
    const found = back.get(sequence) as Item
    found.serial = serial
    const item = bySerial.get(serial)
    if (item === undefined) continue
    carry(item, found)
    missing.delete(item)
  }
  return [...missing]
}

function carry(item: Item, found: Item): void {
  found.serial = item.serial
  if (found.leased) found.holder = item.holder
}
