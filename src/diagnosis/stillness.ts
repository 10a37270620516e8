/**
 * Whether anything can still happen by itself. A test that waits for a fact while no call is open, nothing comes due, and
 * its process waits for no timer and no socket, waits for nothing.
 */
import { passedNow } from '../clock/real-time.js'
import type { Daemon } from '../daemon/daemon.js'

/** What a process waits for, by kind: `Timeout`, `TCPSocketWrap` and so on. */
export type Resources = ReadonlyMap<string, number>

/**
 * What this process waits for that is the runner's own: its pipes, and what it has open for a test, by kind. Undefined where
 * the runtime does not tell.
 */
export function runnersOwn(forTest: Readonly<Record<string, number>>): Resources | undefined {
  if (AT_IMPORT === undefined) return undefined
  const own = new Map([...AT_IMPORT].filter(([kind]) => RUNNERS_OWN.test(kind)))
  for (const [kind, count] of Object.entries(forTest)) own.set(kind, (own.get(kind) ?? 0) + count)
  return own
}

function resources(): Resources | undefined {
  if (typeof process.getActiveResourcesInfo !== 'function') return undefined
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** Kinds of what connects a runner's processes. */
const RUNNERS_OWN = /Pipe|TTY|MessagePort|Process|Signal|FSEvent/

/** Looked at before code of the user can open anything. */
const AT_IMPORT = resources()

/** Looks at a daemon from time to time. */
export class Stillness {
  readonly #daemon: Daemon
  /** What the process waited for when the test began: the runner's own business. */
  readonly #usual: Resources | undefined
  #calls: number
  #events: number
  #since = passedNow()

  constructor(daemon: Daemon, usual: Resources | undefined) {
    this.#daemon = daemon
    this.#usual = usual
    this.#calls = daemon.activity.started
    this.#events = daemon.record.count
  }

  /**
   * For how long nothing has moved, in milliseconds of real time; 0 while something may, by a deadline within this many
   * milliseconds among other things.
   */
  look(within: number): number {
    const { activity, record } = this.#daemon
    const moved = activity.started !== this.#calls || record.count !== this.#events
    this.#calls = activity.started
    this.#events = record.count
    if (moved || this.#mayMove(within)) this.#since = passedNow()
    return passedNow() - this.#since
  }

  /** How many timers the process waits for, beside the runner's own. */
  get timers(): number {
    return (resources()?.get('Timeout') ?? 0) - (this.#usual?.get('Timeout') ?? 0)
  }

  #mayMove(within: number): boolean {
    const { activity, inspector, listening, clock } = this.#daemon
    // Another process may call at any moment.
    if (listening || activity.open > inspector.waitingLeases) return true
    return clock.mayFireWithin(within) || this.#processWaits()
  }

  /** Whether the process waits for more than the runner does. */
  #processWaits(): boolean {
    const now = resources()
    if (now === undefined || this.#usual === undefined) return true
    for (const [kind, count] of now) if (count > (this.#usual.get(kind) ?? 0)) return true
    return false
  }
}
