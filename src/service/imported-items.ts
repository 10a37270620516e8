/** The items that an import brings (docs/protocol/admin.md §11). An import may have very many, most of them alike. */
import type { ExactInstant } from '../clock/exact-instant.js'
import type { Instant } from '../clock/instant.js'
import { DeadlineGroup } from '../engine/store/deadline-groups.js'
import { Item } from '../engine/store/item.js'
import type { Timestamp } from '../protocol/messages/message.js'
import type { RequestOf } from '../protocol/methods.js'
import { instantOf } from '../protocol/timestamp.js'

type GivenItem = RequestOf<'storageItemsImport'>['items'][number]

/** The value of a timestamp that is missing in an import. */
const EPOCH: ExactInstant = { at: 0, early: 0 }

/** The instant of a timestamp that may be missing. */
export function givenInstant(timestamp: Timestamp | undefined): ExactInstant {
  return timestamp === undefined ? EPOCH : instantOf(timestamp)
}

/** Makes the items of one import. */
export class ImportedItems {
  readonly #now: Instant
  readonly #lives = new SharedGroups()
  /** Of items that are not leased: a lease has a group that the partition watches. */
  readonly #untils = new SharedGroups()

  constructor(now: Instant) {
    this.#now = now
  }

  /** Makes an item, in the state that was given. */
  make(given: GivenItem): Item {
    const item = new Item(given)
    item.sourceId = given.sourceId
    if (given.isLeased) item.state = 'leased'
    const { at, early } = givenInstant(given.leaseDeadline)
    item.until = given.isLeased ? new DeadlineGroup(at, early) : this.#untils.of(at, early, 0)
    item.attempts = given.attempts
    item.maxAttempts = given.maxAttempts
    const end = givenInstant(given.expireDeadline)
    item.life = this.#lives.of(end.at, end.early, this.#now)
    return item
  }
}

/** Groups of deadlines; one like the last is the last. */
class SharedGroups {
  #last = new DeadlineGroup(0, 0)

  of(at: Instant, early: number, since: Instant): DeadlineGroup {
    const last = this.#last
    if (last.at !== at || last.early !== early || last.since !== since) this.#last = new DeadlineGroup(at, early, since)
    return this.#last
  }
}
