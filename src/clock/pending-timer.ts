/** A timer of the daemon's clock that has not fired. */
import type { Timer } from './clock.js'
import type { Instant } from './instant.js'

/** A timer in the heap of its clock. */
export class PendingTimer implements Timer {
  place = -1
  constructor(
    readonly at: Instant,
    readonly rank: number,
    readonly due: () => void,
    private readonly owner: { forget(timer: Timer): void },
  ) {}

  cancel(): void {
    this.owner.forget(this)
  }
}
