/** The timers of a logical queue. */
import type { Clock } from '../../clock/clock.js'
import { retryRequest } from '../../errors.js'
import { lookAt } from '../lifecycle/lifecycle.js'
import type { QueueRules } from '../lifecycle/queue-rules.js'
import { LEASE_ENDED, type WaitingLease, type WaitingLeases } from '../serving/waiting-leases.js'
import type { Partition } from '../store/partition.js'
import { MovingTimer } from './moving-timer.js'
import { PartitionTimes } from './partition-times.js'

/** The queue, as its clockwork sees it. */
export interface ClockworkOwner {
  readonly partitions: readonly Partition[]
  readonly waiting: WaitingLeases
  readonly rules: QueueRules
  /** Items may have become free. */
  freed(): void
  /** The time of a waiting lease is over. */
  timedOut(lease: WaitingLease): void
}

/**
 * The timers of a logical queue, and what happens when they ring: one for the next look of the lifecycle, one for the next scheduled item,
 * and one for the next waiting lease that times out.
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
    // Of things due at the same time, leases end before scheduled items come due, and nobody is sent away before both.
    this.#nextLook = new MovingTimer(clock, 0, () => this.#look())
    this.#nextDue = new MovingTimer(clock, 1, () => this.#enqueueDue())
    this.#nextEnd = new MovingTimer(clock, 2, () => this.#endWaiting())
  }

  /** Takes notice of partitions in which something has changed; `wind` comes after it. */
  update(changed: readonly Partition[]): void {
    this.#times.update(changed)
  }

  /** Sets the timers anew, after a change; does nothing once they are stopped. */
  wind(): void {
    if (this.#stopped) return
    this.#nextLook.set(this.#times.nextLook)
    this.#nextDue.set(this.#times.nextDue)
    this.#nextEnd.set(this.#owner.waiting.nextEnd)
  }

  /** Forgets all timers, for good. */
  stop(): void {
    this.#stopped = true
    for (const timer of [this.#nextLook, this.#nextDue, this.#nextEnd]) timer.cancel()
  }

  #look(): void {
    const now = this.#clock.now()
    // Looks at a later time within the same jump come later, in turn with those of other queues.
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
    // One for all: a thousand stack traces would take longer than everything else.
    const ended = retryRequest(LEASE_ENDED)
    for (const lease of waiting.takeEnded(this.#clock.now())) {
      this.#owner.timedOut(lease)
      lease.settle.reject(ended)
    }
    this.wind()
  }
}
