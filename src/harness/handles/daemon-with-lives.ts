/** What a daemon does for tests of crashes: it ends as a process does, and starts again. */
import { originOf } from '../../client/call-site.js'
import { checkNothing } from '../../client/known-options.js'
import { paced } from '../../clock/event-loop.js'
import type { DaemonDump } from '../../daemon/dump/daemon-dump.js'
import type { Backing } from '../backing/backing.js'
import { DaemonWithConsumers } from './daemon-with-consumers.js'
import type { CrashOptions, RestartOptions } from './lives-of-tests.js'

/** A daemon that can go down and come up again. */
export class DaemonWithLives extends DaemonWithConsumers {
  readonly #backing: Backing

  /** @internal */
  constructor(backing: Backing) {
    super(backing)
    this.#backing = backing
  }

  /**
   * Ends the daemon as SIGKILL ends a server: connections break, no call that is on its way gets a reply, and nothing listens until
   * {@link restart}. Waiting leases are gone.
   *
   *     await daemon.crash({ keeps: 'items' })
   *     await daemon.restart({ after: '30s' })
   *
   * With fixtures, the daemon comes up again when the test is over, and queues from before the test come back. See docs/crashes.md.
   * @throws QueratorError on a server elsewhere, if the daemon is down or closed, or while several tests run at the same time
   */
  crash(options: CrashOptions = {}): Promise<void> {
    const { lives, noted } = this.forRunner
    const origin = originOf(this.crash, this.#backing.unawaited?.callSites)
    return noted('crash', '', paced(lives.crash(options, origin)))
  }

  /**
   * Starts the daemon again after a {@link crash}. If it runs, it first ends as SIGTERM ends a server: waiting leases get a 453
   * `queue is shutting down`. It listens where it did before. Resolves when waiting consumers have what came due meanwhile.
   * @throws QueratorError on a server elsewhere, if the daemon is closed, its port is taken, or the clock cannot move by `after`, or while
   *   several tests run at the same time
   */
  restart(options: RestartOptions = {}): Promise<void> {
    const { lives, noted } = this.forRunner
    const origin = originOf(this.restart, this.#backing.unawaited?.callSites)
    return noted('restart', '', paced(lives.restart(options, origin)))
  }

  /**
   * Returns the state of the daemon as plain values, to look at, to compare, or to begin with in `startTestDaemon({ from })`.
   *
   *     await writeFile('orders.dump.json', JSON.stringify(await daemon.dump(), null, 2))
   *
   * It has queues, items, leases, users and roles, and of API keys only the hashes. Faults, conditions, waiting leases and events are not in it.
   * @throws QueratorError on a server elsewhere, or if the daemon is down or closed
   */
  dump(...none: readonly []): Promise<DaemonDump> {
    const dumping = async () => {
      checkNothing('dump', none)
      if (this.forRunner.opening !== undefined) await this.forRunner.opening
      const daemon = this.#backing.embedded('dump')
      this.#backing.checkOpen()
      return localValue(daemon.dump())
    }
    return this.forRunner.noted('dump', '', paced(dumping()))
  }
}

/** Returns plain values of this realm. In Jest, the daemon is of another one. */
function localValue<T extends object>(value: T): T {
  return Object.getPrototypeOf(value) === Object.prototype ? value : JSON.parse(JSON.stringify(value))
}
