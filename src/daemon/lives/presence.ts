/** Whether a daemon is there. */
import { type QueratorError, usageError } from '../../errors.js'

/** What is known of a daemon that may crash and start again. */
export class Presence {
  /** Why it is down. `undefined` while it runs. */
  down: 'crashed' | 'stopped' | undefined
  /** Counts its lives. A call that an earlier life took gets no reply. */
  life = 1

  /** Whether it replies to what waits before it goes down. */
  isStopping = false

  /** Whether it takes calls. */
  get isUp(): boolean {
    return this.down === undefined && !this.isStopping
  }

  get isDown(): boolean {
    return this.down !== undefined
  }

  /** @throws QueratorError if it is down */
  assertUp(): void {
    if (!this.isUp) throw downError(this.down ?? 'stopped')
  }
}

/** Returns the error of what needs a daemon that runs. */
export function downError(why: 'crashed' | 'stopped'): QueratorError {
  return usageError(
    why === 'crashed'
      ? 'the daemon has crashed; await daemon.restart() first'
      : 'the daemon is starting again; await daemon.restart() first',
  )
}
