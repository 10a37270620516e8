/** Explains shortly before the timeout of a test why its leases still wait. The runner would only say that it was too slow. */
import { passedNow, wakeAfter } from '../clock/real-time.js'
import type { Daemon } from '../daemon/daemon.js'
import { visible } from '../visible.js'
import { explainQueue } from './explain.js'
import { type Resources, Stillness } from './stillness.js'
import type { TestOfRunner } from './test-of-runner.js'

/** How long before the timeout the watchdog prints, in milliseconds. At most a fifth of the timeout. */
const BEFORE_THE_END = 500

/** How often to check whether a test is stuck, and how long nothing must have moved, in milliseconds. */
const LOOK_EVERY = 100
const QUIET = 1000
/** The longest that a lease may wait by a running clock, in milliseconds (docs/protocol/queue.md §4). */
const LONGEST_LEASE = 15 * 60_000

/** What is known about a test when it begins. */
interface Watched {
  /** The number of its first event. */
  readonly first: number
  /** What the runner itself keeps open in the process. */
  readonly usual: Resources | undefined
}

/** Returns how long after the beginning of a test the watchdog prints, in milliseconds. Undefined without a timeout. */
export function speaksAfter(timeout: number): number | undefined {
  // 0 and infinity mean no timeout.
  if (!Number.isFinite(timeout) || timeout <= 0) return undefined
  return Math.max(timeout - BEFORE_THE_END, timeout * 0.8)
}

/** Watches a test and returns a function that stops watching. Does not keep the process alive. */
export function watchTest(daemon: Daemon, test: TestOfRunner, { first, usual }: Watched): () => void {
  const began = passedNow()
  let stop = () => {}
  const watch = () => {
    const delay = speaksAfter(test.timeout)
    if (delay === undefined) return
    const left = began + delay - passedNow()
    // A test may have changed its timeout meanwhile.
    if (left > 1) stop = wakeAfter(left, watch)
    else {
      speak(daemon, test, first)
      if (test.stuck !== undefined) stop = whenStuck(daemon, usual, test.stuck)
    }
  }
  watch()
  return () => stop()
}

function speak(daemon: Daemon, { title, queues }: TestOfRunner, first: number): void {
  const waits = (name: string) => daemon.closed === false && daemon.inspector.waits(name)
  const own = queues().filter(waits)
  // The code under test may use another queue.
  const names = own.length > 0 ? own : daemon.inspector.queueNames().filter(waits)
  if (names.length === 0) return
  const head = visible(`'${title}' is about to time out, and still waits for a lease:`)
  console.error([head, ...names.map((name) => explainQueue(daemon, name, first))].join('\n'))
}

/** Calls `stuck` once nothing has moved for a while and nothing can. Returns a function that stops that. */
function whenStuck(daemon: Daemon, usual: Watched['usual'], stuck: () => void): () => void {
  // A runner that is told is the one to decide.
  const stillness = new Stillness(daemon, usual, 'still')
  let stop = () => {}
  const look = () => {
    if (stillness.look(LONGEST_LEASE) >= QUIET) stuck()
    else stop = wakeAfter(LOOK_EVERY, look)
  }
  look()
  return () => stop()
}
