/** The state of a partition, to make the same one elsewhere. */
import type { Instant } from '../../clock/instant.js'
import { DeadlineGroup } from './deadline-groups.js'
import type { Item } from './item.js'
import type { IdRange } from './item-ids.js'

/** When the lifecycle looked at a partition last, and looks at it next. */
export interface Looks {
  readonly last: Instant
  readonly next: Instant
}

/** A partition with everything that is in it. */
export interface PartitionImage {
  readonly ids: IdRange
  /** The highest sequence number so far. -1 if there was none. */
  readonly lastSequence: number
  /** In order of their sequence numbers, the scheduled ones last. No partition has them, so the next one may keep them. */
  readonly items: readonly Item[]
  /** The source ids that are taken. */
  readonly sources: readonly string[]
  /** Without it, the lifecycle looks at once. */
  readonly looks?: Looks | undefined
}

/** Takes what changes in a partition, when it must last. */
export interface PartitionChanges {
  /** The item was added, or has changed. Its sequence number is a new one. */
  changed(item: Item): void
  /** The item with this sequence number is gone, or has another number now. */
  gone(sequence: number): void
  /** A source id stays taken, although its item is gone. */
  keptSource(sourceId: string): void
}

/** Returns copies of items that no partition has. Neighbours share their deadlines as the items do. */
export function copiesOf(items: readonly Item[]): Item[] {
  const [lives, untils] = [new CopiedGroups(), new CopiedGroups()]
  return items.map((item) => item.copy(lives.of(item.life), untils.of(item.until)))
}

class CopiedGroups {
  #from: DeadlineGroup | undefined
  #copy = new DeadlineGroup(0, 0)

  of(group: DeadlineGroup): DeadlineGroup {
    if (group !== this.#from) this.#copy = new DeadlineGroup(group.at, group.early, group.since)
    this.#from = group
    return this.#copy
  }
}
