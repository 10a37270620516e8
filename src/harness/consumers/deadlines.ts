/** The next deadline of a daemon to stop at. */
import { type Instant, NEVER } from '../../clock/instant.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { EventKind } from '../../engine/events/event-kinds.js'

/** How many leases in a row may time out before they are skipped. A month has 86,400 leases of 30 seconds. */
const MOST_IDLE_STEPS = 20
/** The same if each step takes a silence. */
const MOST_SILENT_STEPS = 2

/** The events of a consumer that finds nothing. */
const IDLE: ReadonlySet<EventKind> = new Set(['lease-timed-out', 'lease-waiting', 'lease-abandoned'])

/**
 * Finds the next deadline. While nothing happens but leases that time out and are asked for again, it skips them, and goes to the next
 * deadline of an item.
 */
export class Deadlines {
  readonly #daemon: Daemon
  #read: number
  #idle = 0

  constructor(daemon: Daemon) {
    this.#daemon = daemon
    this.#read = daemon.record.count
  }

  /**
   * The next deadline to stop at, or `Infinity`. Call it once for each step. `isCertain` tells whether the step took no silence. Unless
   * `countsLeases`, leases that time out and are asked for again are nothing to wait for.
   */
  next({ isCertain }: { readonly isCertain: boolean }, countsLeases = false): Instant {
    const { clock, inspector } = this.#daemon
    this.#idle = this.#wasIdle() ? this.#idle + 1 : 0
    if (this.#idle < (isCertain ? MOST_IDLE_STEPS : MOST_SILENT_STEPS)) return clock.next
    const ofItems = inspector.queueNames().reduce((next, name) => Math.min(next, inspector.nextDeadline(name)), NEVER)
    return ofItems === NEVER && countsLeases ? clock.next : ofItems
  }

  /** Whether nothing but idle consumers made events since the last step. */
  #wasIdle(): boolean {
    const { record } = this.#daemon
    const from = this.#read + 1
    this.#read = record.count
    if (record.count < from || from < record.first) return false
    for (let number = from; number <= record.count; number++) if (!IDLE.has(record.at(number).kind)) return false
    return true
  }
}
