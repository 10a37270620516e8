/** The timers of a logical queue. */
import type { Clock } from '../../clock/clock.js'
import { retryRequest } from '../../errors.js'
import { lookAt } from '../lifecycle/lifecycle.js'
import type { QueueRules } from '../lifecycle/queue-rules.js'
import { LEASE_ENDED, type WaitingLease, type WaitingLeases } from '../serving/waiting-leases.js'
import type { Partition } from '../store/partition.js'
import { MovingTimer } from './moving-timer.js'
import { PartitionTimes } from './partition-times.js'

/** The queue as its clockwork sees it. */
export interface ClockworkOwner {
  readonly partitions: readonly Partition[]
  readonly waiting: WaitingLeases
  readonly rules: QueueRules
  /** Called when items may have become free. */
  freed(): void
  /** Called when a waiting lease has timed out. */
  timedOut(lease: WaitingLease): void
}

/**
 * The timers of a logical queue, and what they do: one for the next look of the lifecycle, one for the next scheduled item, and one
 * for the next waiting lease that times out.
 */
export class Clockwork {
  readonly #clock: Clock
  readonly #owner: ClockworkOwner
  readonly #times: PartitionTimes
  readonly #nextLook: MovingTimer
  readonly #nextDue: MovingTimer
  readonly #nextEnd: MovingTimer
  #stopped = false

  constructor(clock: Clock, owner: ClockworkOwner) {
    this.#clock = clock
    this.#owner = owner
    this.#times = new PartitionTimes(owner.partitions)
    // At equal times, leases expire before scheduled items come due, and waiting leases time out after both.
    this.#nextLook = new MovingTimer(clock, 0, () => this.#look())
    this.#nextDue = new MovingTimer(clock, 1, () => this.#enqueueDue())
    this.#nextEnd = new MovingTimer(clock, 2, () => this.#endWaiting())
  }

  /** Updates the times of partitions that have changed. Call `wind` afterwards. */
  update(changed: readonly Partition[]): void {
    this.#times.update(changed)
  }

  /** Sets the timers again after a change. Does nothing once they are stopped. */
  wind(): void {
    if (this.#stopped) return
    this.#nextLook.set(this.#times.nextLook)
    this.#nextDue.set(this.#times.nextDue)
    this.#nextEnd.set(this.#owner.waiting.nextEnd)
  }

  /** Cancels all timers. They cannot be set again. */
  stop(): void {
    this.#stopped = true
    for (const timer of [this.#nextLook, this.#nextDue, this.#nextEnd]) timer.cancel()
  }

  #look(): void {
    const now = this.#clock.now()
    // Looks at a later time within the same move come later, in turn with those of other queues.
    for (const partition of this.#times.takeLooks()) lookAt(partition, this.#owner.rules, now)
    this.#owner.freed()
  }

  #enqueueDue(): void {
    const now = this.#clock.now()
    for (const partition of this.#times.takeDue(now)) partition.comeDue(now)
    this.#owner.freed()
  }

  #endWaiting(): void {
    const { waiting } = this.#owner
    // One error for all: a thousand stack traces would take longer than everything else.
    const ended = retryRequest(LEASE_ENDED)
    for (const lease of waiting.takeEnded(this.#clock.now())) {
      this.#owner.timedOut(lease)
      lease.settle.reject(ended)
    }
    this.wind()
  }
}
