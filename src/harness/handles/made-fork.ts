/** A copy of a daemon, which ends with the test that made it. */
import { messageOf } from '../../errors.js'
import type { Made } from '../faults/made-faults.js'

/** What can be closed. */
interface Closable {
  close(): Promise<void>
}

/** A copy that a test made. */
export class MadeFork<D extends Closable> implements Made {
  readonly daemon: D
  readonly queueName = undefined

  constructor(daemon: D) {
    this.daemon = daemon
  }

  async endOfTest(): Promise<{ readonly problem: string; readonly story: string }> {
    try {
      await this.end()
      return { problem: '', story: '' }
    } catch (error) {
      return { problem: `a copy of the daemon could not be closed: ${messageOf(error)}`, story: '' }
    }
  }

  end(): Promise<void> {
    return this.daemon.close()
  }

  heal(): void {}
}
