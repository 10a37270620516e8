/** The configuration of a queue (docs/protocol/admin.md §9). */
import type { Timeout } from '../clock/duration.js'
import { endOf } from '../clock/exact-instant.js'
import type { Instant } from '../clock/instant.js'
import { DeadlineGroup } from './store/deadline-groups.js'

/** The configuration of a queue. It is immutable: an update creates a new one. */
export interface QueueConfig {
  readonly name: string
  readonly namespace: string
  readonly leaseTimeout: Timeout
  readonly expireTimeout: Timeout
  /** 0 for no limit. */
  readonly maxAttempts: number
  /** Empty for none. */
  readonly deadQueue: string
  readonly reference: string
  /** The requested number. Placement decides the actual number at creation. */
  readonly requestedPartitions: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** Shares deadlines: equal timeouts that begin at the same time get the same deadline. */
export class SharedDeadlines {
  #last = new DeadlineGroup(0, 0)
  #timeout: Timeout | undefined

  /** Returns the end of a timeout that starts now. */
  of(timeout: Timeout, now: Instant): DeadlineGroup {
    if (this.#last.since !== now || this.#timeout !== timeout) {
      const { at, early } = endOf(now, timeout)
      this.#last = new DeadlineGroup(at, early, now)
      this.#timeout = timeout
    }
    return this.#last
  }
}
