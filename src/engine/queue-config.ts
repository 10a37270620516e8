/** The configuration of a queue (docs/protocol/admin.md §9). */
import type { Timeout } from '../clock/duration.js'
import { endOf } from '../clock/exact-instant.js'
import type { Instant } from '../clock/instant.js'
import { DeadlineGroup } from './store/deadline-groups.js'

/** The configuration of a queue. It never changes in place: an update makes a new one. */
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
  /** As asked for; how many there are is decided by placement, at create. */
  readonly requestedPartitions: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** When timeouts end. Timeouts that begin at the same time share one deadline, so that the calls of a moment do. */
export class SharedDeadlines {
  #last = new DeadlineGroup(0, 0)
  #timeout: Timeout | undefined

  /** The end of a timeout that starts now. */
  of(timeout: Timeout, now: Instant): DeadlineGroup {
    if (this.#last.since !== now || this.#timeout !== timeout) {
      const { at, early } = endOf(now, timeout)
      this.#last = new DeadlineGroup(at, early, now)
      this.#timeout = timeout
    }
    return this.#last
  }
}
