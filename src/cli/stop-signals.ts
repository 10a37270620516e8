/**
 * The signals that stop a server. Whoever stops one often says it twice: to the group of its processes and to itself, or
 * by a terminal and by a supervisor. Clients that wait must get their answers all the same.
 */
import type { EventEmitter } from 'node:events'
import { passedNow } from '../clock/real-time.js'

/** A terminal that is closed sends the last one. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Within this time after the first, further signals are the same request; in milliseconds. Shorter than the longest stop. */
const SAME_REQUEST = 500

/** Where signals come from, and how one takes its usual effect. Default: this process. */
export interface SignalSource {
  readonly process?: Pick<EventEmitter, 'on' | 'removeListener'>
  readonly now?: () => number
  readonly endBy?: (signal: NodeJS.Signals) => void
}

/** Resolves with the first signal that comes. One that comes later than any second word for it ends the process at once. */
export function stopSignal(source: SignalSource = {}): Promise<NodeJS.Signals> {
  const { process: signals = process, now = passedNow, endBy = endThis } = source
  return new Promise((resolve) => {
    let first: number | undefined
    const listener = (signal: NodeJS.Signals) => {
      first ??= now()
      if (now() - first < SAME_REQUEST) return resolve(signal)
      for (const one of STOP_SIGNALS) signals.removeListener(one, listener)
      endBy(signal)
    }
    for (const one of STOP_SIGNALS) signals.on(one, listener)
  })
}

/** With nobody listening it does what it does to any process, and its status says so. */
function endThis(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal)
}
