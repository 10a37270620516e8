/** Imports items (docs/protocol/admin.md §11). There may be very many, most of them alike. */
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'
import { DeadlineGroup } from '../store/deadline-groups.js'
import { Item, type ItemContent } from '../store/item.js'
import type { Partition } from '../store/partition.js'

/** An item to import. */
export interface ImportedItem extends ItemContent {
  /** The item's id in its former queue. Empty for none. */
  readonly sourceId: string
  readonly isLeased: boolean
  readonly leaseDeadline: ExactInstant
  readonly expireDeadline: ExactInstant
  readonly attempts: number
  readonly maxAttempts: number
}

/**
 * Adds items at the tail in their given state. Returns the results of `shown` for each. For an item that is skipped, because its
 * source id is taken, `shown` gets `undefined`.
 */
export function importItems<T>(
  partition: Partition,
  items: readonly ImportedItem[],
  now: Instant,
  shown: (item: Item | undefined, index: number) => T,
): T[] {
  const lives = new SharedGroups()
  // For items that are not leased. The partition watches the group of a leased one.
  const untils = new SharedGroups()
  return items.map((given, index) => {
    if (given.sourceId !== '' && partition.hasSource(given.sourceId)) return shown(undefined, index)
    const item = new Item(given)
    item.sourceId = given.sourceId
    item.attempts = given.attempts
    item.maxAttempts = given.maxAttempts
    const { at, early } = given.leaseDeadline
    if (given.isLeased) item.lease(new DeadlineGroup(at, early), given.attempts)
    else item.until = untils.of(at, early, 0)
    item.life = lives.of(given.expireDeadline.at, given.expireDeadline.early, now)
    partition.import(item, now)
    return shown(item, index)
  })
}

/** Shares deadline groups: equal deadlines in a row get the same group. */
class SharedGroups {
  #last = new DeadlineGroup(0, 0)

  of(at: Instant, early: number, since: Instant): DeadlineGroup {
    const last = this.#last
    if (last.at !== at || last.early !== early || last.since !== since) this.#last = new DeadlineGroup(at, early, since)
    return this.#last
  }
}
