/**
 * Speaks before the runner does: a test that still waits for a lease shortly before its time is over would only be told
 * that it was too slow.
 */
import { wakeAfter } from '../clock/real-time.js'
import type { Daemon } from '../daemon/daemon.js'
import { visible } from '../visible.js'
import { explainQueue } from './explain.js'
import { type Resources, Stillness } from './stillness.js'
import type { TestOfRunner } from './test-of-runner.js'

/** How long before the end it speaks, in milliseconds; of a short time the last fifth. */
const BEFORE_THE_END = 500

/** How often it is asked whether a test is stuck, and for how long nothing has moved then, in milliseconds. */
const LOOK_EVERY = 100
const QUIET = 1000
/** A lease may wait so long by a running clock, in milliseconds (docs/protocol/queue.md §4). */
const LONGEST_LEASE = 15 * 60_000

/** What is known of the test when it begins. */
interface Watched {
  /** The number of its first event. */
  readonly first: number
  /** What the process waits for anyway. */
  readonly usual: Resources | undefined
}

/** How long after the beginning of a test it speaks, in milliseconds; undefined for a test without a limit. */
export function speaksAfter(timeout: number): number | undefined {
  // No runner waits for ever in fact.
  if (!Number.isFinite(timeout) || timeout <= 0) return undefined
  return Math.max(timeout - BEFORE_THE_END, timeout * 0.8)
}

/** Watches a test; returns a function to stop that. Never keeps the process alive. */
export function watchTest(daemon: Daemon, test: TestOfRunner, { first, usual }: Watched): () => void {
  const delay = speaksAfter(test.timeout)
  if (delay === undefined) return () => undefined
  let stop = wakeAfter(delay, () => {
    speak(daemon, test, first)
    if (test.stuck !== undefined) stop = whenStuck(daemon, usual, test.stuck)
  })
  return () => stop()
}

function speak(daemon: Daemon, { title, queues }: TestOfRunner, first: number): void {
  const waits = (name: string) => daemon.closed === false && daemon.inspector.waits(name)
  const own = queues().filter(waits)
  // Code that has a name of its own waits elsewhere.
  const names = own.length > 0 ? own : daemon.inspector.queueNames().filter(waits)
  if (names.length === 0) return
  const head = visible(`'${title}' is about to time out, and still waits for a lease:`)
  console.error([head, ...names.map((name) => explainQueue(daemon, name, first))].join('\n'))
}

/** Calls `stuck` once nothing has moved for a while, and nothing could. */
function whenStuck(daemon: Daemon, usual: Watched['usual'], stuck: () => void): () => void {
  const stillness = new Stillness(daemon, usual)
  let stop = () => {}
  const look = () => {
    if (stillness.look(LONGEST_LEASE) >= QUIET) stuck()
    else stop = wakeAfter(LOOK_EVERY, look)
  }
  look()
  return () => stop()
}
