/** A partition (docs/protocol/queue.md §1 and §11, admin.md §11). */
import type { Instant } from '../../clock/instant.js'
import { type Address, type Consumer, EVENT_KINDS, KIND } from '../events/event-kinds.js'
import type { EventRecord } from '../events/record.js'
import type { DeadlineGroup } from './deadline-groups.js'
import type { Item } from './item.js'
import { ItemIds } from './item-ids.js'
import { copiesOf, type PartitionChanges, type PartitionImage } from './partition-image.js'
import { PartitionState } from './partition-state.js'
import type { Surroundings } from './surroundings.js'

/**
 * One partition: the items of a queue that share an order.
 *
 * Each operation changes an item and records the event, so that neither can be forgotten.
 */
export class Partition extends PartitionState {
  /** How often each kind of event has happened here, by the number of the kind. */
  readonly tally = new Float64Array(EVENT_KINDS.length)
  readonly #record: EventRecord
  #address: Address
  readonly #sourceIds = new Set<string>()
  readonly #lasting: PartitionChanges | undefined

  constructor(address: Omit<Address, 'partition' | 'ids'>, number: number, ids: ItemIds, surroundings: Surroundings) {
    super(number, ids, surroundings)
    this.#record = surroundings.record
    this.#lasting = surroundings.changes
    this.#address = { queue: address.queue, queueId: address.queueId, partition: number, ids }
  }

  /** Returns whether an item with this source id is here, or ended here without being taken out (docs/protocol/admin.md §11). */
  hasSource(sourceId: string): boolean {
    return this.#sourceIds.has(sourceId)
  }

  /** Returns its state, to make the same partition elsewhere. Takes time in proportion to the number of items. */
  image(): PartitionImage {
    const { lastSequence, looks } = this.items
    return {
      ids: this.ids.range,
      lastSequence,
      items: copiesOf(this.items.all()),
      sources: [...this.#sourceIds],
      looks,
    }
  }

  /** Takes what another partition had. Without its looks, the lifecycle looks at `now`. Call it before anything else. */
  restore({ items, lastSequence, sources, looks }: PartitionImage, now: Instant): void {
    for (const source of sources) this.#sourceIds.add(source)
    this.items.restore(items, lastSequence, looks ?? { last: Number.NEGATIVE_INFINITY, next: now })
    this.changed()
  }

  /** Clears it, and takes what it had earlier, when its ids may have been others. Not for a partition that is kept. */
  putBack(image: PartitionImage, now: Instant): void {
    this.clear(() => true, now)
    this.#sourceIds.clear()
    this.renew(new ItemIds(image.ids))
    this.#address = { ...this.#address, ids: this.ids }
    this.restore(image, now)
  }

  /** Writes everything that it has. */
  writeAll(changes: PartitionChanges): void {
    const held = new Set<string>()
    for (const item of this.items.all()) {
      changes.changed(item)
      held.add(item.sourceId)
    }
    // The others are those of items that ended.
    for (const source of this.#sourceIds) if (!held.has(source)) changes.keptSource(source)
  }

  /** Adds an item from a producer. */
  produce(item: Item, now: Instant): void {
    this.items.add(item)
    this.#note(KIND.produced, item, now)
    if (item.scheduled) this.#note(KIND.scheduled, item, now, item.until.at)
  }

  /** Adds an imported item. */
  import(item: Item, now: Instant): void {
    this.#add(item)
    this.#note(KIND.imported, item, now)
  }

  /** Adds the copy of an item that ended in another queue. That queue records the event. */
  takeCopy(item: Item): void {
    this.#add(item)
  }

  /** Leases the first free item until `end`. Returns `undefined` if none is free. */
  leaseFirst(consumer: Consumer, end: DeadlineGroup, now: Instant): Item | undefined {
    const item = this.isAway ? undefined : this.items.leaseFirst(end)
    if (item !== undefined) this.#leased(item, consumer, end, now)
    return item
  }

  /** Leases this item, which must be free, before those in front of it. */
  lease(item: Item, consumer: Consumer, end: DeadlineGroup, now: Instant): void {
    this.items.lease(item, end)
    this.#leased(item, consumer, end, now)
  }

  /** Ends the time of a lease at `end`. The next look finds it. */
  cutLease(item: Item, end: Instant): void {
    this.items.cutLease(item, end)
  }

  /** Removes an item that its consumer has completed. */
  complete(item: Item, now: Instant): void {
    this.#remove(item)
    this.#note(KIND.completed, item, now)
  }

  /** Returns an item to the tail under a new id. */
  retry(item: Item, now: Instant): void {
    this.items.free(item)
    this.#note(KIND.retried, item, now)
  }

  /** Schedules a returned item for `at`. It keeps its id until then. */
  retryLater(item: Item, at: Instant, now: Instant): void {
    this.items.schedule(item, at)
    this.#note(KIND.retried, item, now)
    this.#note(KIND.scheduled, item, now, at)
  }

  /** Removes an item that its consumer retried as dead (docs/protocol/queue.md §6). */
  retryDead(item: Item, now: Instant): void {
    this.#remove(item)
    this.#note(KIND.retried, item, now)
    this.#note(KIND.deleted, item, now)
  }

  /** Removes an item on request. */
  delete(item: Item, now: Instant): void {
    this.#remove(item)
    this.#note(KIND.deleted, item, now)
  }

  /** Removes every item that `which` accepts (docs/protocol/queue.md §11). Takes time in proportion to the number of items. */
  clear(which: (item: Item) => boolean, now: Instant): void {
    for (const item of this.items.all()) {
      if (!which(item)) continue
      this.#remove(item)
      this.#note(KIND.cleared, item, now)
    }
  }

  /** Records that all items are lost with the daemon. They stay here until it is gone. */
  lose(now: Instant): void {
    for (const item of this.items.all()) this.#note(KIND['item-lost'], item, now)
  }

  /** Records that all items came from elsewhere. */
  tell(now: Instant): void {
    for (const item of this.items.all()) this.#note(KIND.imported, item, now)
  }

  /** Makes scheduled items that are due leasable, in the order of their deadlines and then of their ids. */
  comeDue(now: Instant): void {
    for (const item of this.items.takeDue(now)) {
      const due = item.until.at
      this.items.free(item)
      this.#note(KIND['item-due'], item, due)
    }
  }

  /** Expires the lease of an item. The item is free again at the tail, under a new id. */
  endLease(item: Item): void {
    const end = item.until.at
    this.items.free(item)
    this.#note(KIND['lease-expired'], item, end)
  }

  /** Removes an item whose last lease has expired. Its source id stays taken. */
  exhaust(item: Item): void {
    const end = item.until.at
    this.#note(KIND['lease-expired'], item, end)
    this.#note(KIND['attempts-exhausted'], item, end)
    this.#removeKeepingSource(item)
  }

  /** Removes an item that has expired. Its source id stays taken. */
  expire(item: Item): void {
    this.#note(KIND['item-expired'], item, item.life.at)
    this.#removeKeepingSource(item)
  }

  /** Records that a dead letter queue took a copy of an item, after its lease or its life ended. */
  copied(item: Item, endedBy: 'lease' | 'life', deadQueue: Address): void {
    const end = endedBy === 'lease' ? item.until.at : item.life.at
    // An item that stayed may be copied again, but it ended only once.
    if (!item.copiedToDeadQueue) this.#note(KIND[endedBy === 'lease' ? 'lease-expired' : 'item-expired'], item, end)
    this.items.markCopied(item)
    this.#note(KIND['dead-lettered'], item, end, undefined, deadQueue)
  }

  /** Removes an item whose copy is in a dead letter queue. */
  removeCopied(item: Item): void {
    this.#remove(item)
  }

  /** Requests a look of the lifecycle at `deadline`, unless an earlier one is planned. */
  askForLook(deadline: Instant): void {
    this.items.askForLook(deadline)
  }

  /** Starts a look of the lifecycle. Returns every item whose deadline has passed, in storage order. */
  look(now: Instant): Item[] {
    return this.items.look(now)
  }

  /** Ends a look after which the overdue items in `stay` are unchanged. */
  looked(stay: readonly Item[]): void {
    this.items.looked(stay)
  }

  #leased(item: Item, consumer: Consumer, end: DeadlineGroup, now: Instant): void {
    item.holder = consumer
    this.#note(KIND.leased, item, now, end.at)
  }

  #add(item: Item): void {
    if (item.sourceId !== '') this.#sourceIds.add(item.sourceId)
    this.items.add(item)
  }

  #removeKeepingSource(item: Item): void {
    this.items.remove(item)
    if (item.sourceId !== '') this.#lasting?.keptSource(item.sourceId)
  }

  /** Removes an item. Its source id may be used again. */
  #remove(item: Item): void {
    if (item.sourceId !== '') this.#sourceIds.delete(item.sourceId)
    this.items.remove(item)
  }

  #note(kind: number, item: Item, time: Instant, until?: Instant, deadQueue?: Address): void {
    this.tally[kind] = (this.tally[kind] as number) + 1
    this.#record.item(kind, time, this.#address, item, until, deadQueue)
  }
}
