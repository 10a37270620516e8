/**
 * Detects that nothing can happen any more. A test waits in vain if no call is open, no deadline is due, and the process
 * has no timer and no socket.
 */
import { awaitedTimers, passedNow } from '../clock/real-time.js'
import type { Daemon } from '../daemon/daemon.js'

/** The number of active resources of a process by kind: `Timeout`, `TCPSocketWrap` and so on. */
export type Resources = ReadonlyMap<string, number>

/**
 * Returns the resources of the runner itself: its pipes, and what it has open for a test, by kind. Undefined if the runtime
 * does not list resources.
 */
export function runnersOwn(forTest: Readonly<Record<string, number>>): Resources | undefined {
  if (AT_IMPORT === undefined) return undefined
  const own = new Map([...AT_IMPORT].filter(([kind]) => RUNNERS_OWN.test(kind)))
  for (const [kind, count] of Object.entries(forTest)) own.set(kind, (own.get(kind) ?? 0) + count)
  return own
}

/** Returns the same for a daemon that is not told of tests. The timer of Jest's timeout is known, because Jest runs every test under one. */
export function openWithoutFixtures(): Resources | undefined {
  const { JEST_WORKER_ID, VITEST } = process.env
  return runnersOwn({ Timeout: JEST_WORKER_ID !== undefined && VITEST === undefined ? 1 : 0 })
}

/** Returns how many timers keep the process alive. */
export function timersNow(): number {
  return resources()?.get('Timeout') ?? 0
}

function resources(): Resources | undefined {
  // Bun lists nothing, whatever is open, and Deno nothing of its own.
  const { bun, deno } = process.versions
  if (typeof process.getActiveResourcesInfo !== 'function' || bun !== undefined || deno !== undefined) return undefined
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** Kinds of resources that connect the processes of a runner. */
const RUNNERS_OWN = /Pipe|TTY|MessagePort|Process|Signal|FSEvent/

/** Read before user code can open anything. */
const AT_IMPORT = resources()

/** Measures how long nothing has moved in a daemon. Call `look` from time to time. */
export class Stillness {
  readonly #daemon: Daemon
  /** The resources of the runner itself when the test began. */
  readonly #usual: Resources | undefined
  readonly #unlisted: 'may move' | 'still'
  #calls: number
  #events: number
  #since = passedNow()

  /** `unlisted` tells what to assume where the runtime does not list its resources: that something may still happen, or not. */
  constructor(daemon: Daemon, usual: Resources | undefined, unlisted: 'may move' | 'still' = 'may move') {
    this.#daemon = daemon
    this.#usual = usual
    this.#unlisted = unlisted
    this.#calls = daemon.activity.started
    this.#events = daemon.record.count
  }

  /**
   * Returns for how long nothing has moved, in milliseconds of real time. 0 while something may move, such as at a deadline
   * that is due within this many milliseconds.
   */
  look(within: number): number {
    const { activity, record } = this.#daemon
    const moved = activity.started !== this.#calls || record.count !== this.#events
    this.#calls = activity.started
    this.#events = record.count
    if (moved || this.#mayMove(within)) this.#since = passedNow()
    return passedNow() - this.#since
  }

  /** The number of active timers, without those of the runner. */
  get timers(): number {
    return (resources()?.get('Timeout') ?? 0) - (this.#usual?.get('Timeout') ?? 0)
  }

  #mayMove(within: number): boolean {
    const { activity, inspector, faults, listening, clock } = this.#daemon
    // Another process may call at any time.
    if (listening || activity.open > inspector.waitingLeases + faults.held) return true
    return clock.mayFireWithin(within) || this.#processWaits()
  }

  #processWaits(): boolean {
    return processWaits(this.#usual) ?? this.#unlisted === 'may move'
  }
}

/** Returns whether the process has more resources open than the runner has. Undefined if that is not known. */
export function processWaits(usual: Resources | undefined): boolean | undefined {
  const now = resources()
  if (now === undefined || usual === undefined) return undefined
  const own = (kind: string) => (kind === 'Timeout' ? awaitedTimers() : 0)
  for (const [kind, count] of now) if (count - own(kind) > (usual.get(kind) ?? 0)) return true
  return false
}
