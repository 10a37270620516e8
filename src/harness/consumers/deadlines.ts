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
 * deadline of anything else.
 */
export class Deadlines {
  readonly #daemon: Daemon
  #read: number
  #idle = 0
  /** The leases that waited when consumers began to be idle. Nobody knows yet what follows when one of them times out. */
  #firstLeases: ReadonlySet<unknown> | undefined

  constructor(daemon: Daemon) {
    this.#daemon = daemon
    this.#read = daemon.record.count
  }

  /**
   * The next deadline to stop at, or `Infinity`. Call it after each rest. `isCertain` tells whether the rest took no silence. Unless
   * `countsLeases`, leases that time out and are asked for again are nothing to wait for.
   */
  next({ isCertain }: { readonly isCertain: boolean }, countsLeases = false): Instant {
    const { clock } = this.#daemon
    const news = this.#news()
    if (news === 'idle') this.#idle++
    if (news === 'others' || this.#firstLeases === undefined) {
      this.#idle = 0
      this.#firstLeases = new Set(this.#waitingLeases())
    }
    if (this.#idle < (isCertain ? MOST_IDLE_STEPS : MOST_SILENT_STEPS)) return clock.next
    const next = this.#nextButIdle()
    return next === NEVER && countsLeases ? clock.next : next
  }

  /** Returns who made the events since the last call. Without any, consumers stay as idle as they were. */
  #news(): 'none' | 'idle' | 'others' {
    const { record } = this.#daemon
    const from = this.#read + 1
    this.#read = record.count
    if (record.count < from) return 'none'
    if (from < record.first) return 'others'
    for (let number = from; number <= record.count; number++) if (!IDLE.has(record.at(number).kind)) return 'others'
    return 'idle'
  }

  /** The next deadline of an item, of a call that a fault delays, or of a lease that has not timed out since all are idle. */
  #nextButIdle(): Instant {
    const { faults, inspector } = this.#daemon
    const ofItems = inspector.queueNames().map((name) => inspector.nextDeadline(name))
    const ofFaults = faults.open.map((fault) => fault.nextEnd)
    const first = this.#waitingLeases().filter((lease) => this.#firstLeases?.has(lease))
    const ofLeases = first.map(({ request }) => request.deadline)
    return [...ofItems, ...ofFaults, ...ofLeases].reduce((next, at) => Math.min(next, at), NEVER)
  }

  #waitingLeases() {
    const { inspector } = this.#daemon
    return inspector.queueNames().flatMap((name) => inspector.queue(name).waitingLeases)
  }
}
