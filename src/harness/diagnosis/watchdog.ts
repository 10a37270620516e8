/**
 * Speaks before the runner does: a test that still waits for a lease shortly before its time is over would only be told
 * that it was too slow.
 */
import { wakeAfter } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { explainQueue } from './explain.js'
import type { TestOfRunner } from './test-of-runner.js'

/** How long before the end it speaks, in milliseconds; of a short time the last fifth. */
const BEFORE_THE_END = 500

/** How long after the beginning of a test it speaks, in milliseconds; undefined for a test without a limit. */
export function speaksAfter(timeout: number): number | undefined {
  // No runner waits for ever in fact.
  if (!Number.isFinite(timeout) || timeout <= 0) return undefined
  return Math.max(timeout - BEFORE_THE_END, timeout * 0.8)
}

/** Watches a test whose first event has this number; answers how to stop that. Never keeps the process open. */
export function watchTest(daemon: Daemon, { title, timeout, queues }: TestOfRunner, first: number): () => void {
  const delay = speaksAfter(timeout)
  if (delay === undefined) return () => undefined
  return wakeAfter(delay, () => {
    const waits = (name: string) => daemon.closed === false && daemon.inspector.waits(name)
    const own = queues().filter(waits)
    // Code that has a name of its own waits elsewhere.
    const names = own.length > 0 ? own : daemon.inspector.queueNames().filter(waits)
    if (names.length === 0) return
    const head = `'${title}' is about to run out of time, and waits for a lease:`
    console.error([head, ...names.map((name) => explainQueue(daemon, name, first))].join('\n'))
  })
}
