/** A timer of a movable clock that has not fired. */
import type { Timer } from './clock.js'
import type { DeadlineKeys } from './deadline-heap.js'
import type { Instant } from './instant.js'

/** A timer in the heap of its clock. */
export class PendingTimer implements Timer {
  /** Its place in the heap. -1 if it is not there. */
  place = -1
  constructor(
    readonly at: Instant,
    readonly rank: number,
    readonly due: () => void,
    readonly clock: { forget(timer: PendingTimer): void },
  ) {}

  cancel(): void {
    this.clock.forget(this)
  }
}

/** How a heap keeps timers. */
export const TIMER_KEYS: DeadlineKeys<PendingTimer> = {
  at: (timer) => timer.at,
  rank: (timer) => timer.rank,
  place: (timer) => timer.place,
  setPlace: (timer, place) => {
    timer.place = place
  },
}
