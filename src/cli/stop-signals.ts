/**
 * The signals that stop a server. A process often gets two at once: to its process group and to itself, or from a terminal and a
 * supervisor. Waiting clients must still get their replies.
 */
import type { EventEmitter } from 'node:events'
import { passedNow } from '../clock/real-time.js'

/** A closed terminal sends SIGHUP. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Signals within this time after the first belong to the same request. In milliseconds, shorter than the longest stop. */
const SAME_REQUEST = 500

/** The source of signals, and how to end the process by one. Default: this process. */
export interface SignalSource {
  readonly process?: Pick<EventEmitter, 'on' | 'removeListener'>
  readonly now?: () => number
  readonly endBy?: (signal: NodeJS.Signals) => void
}

/** Resolves with the first signal. A signal later than {@link SAME_REQUEST} ends the process at once. */
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

/** Sends the signal again. Without a listener it ends the process, and the exit status names it. */
function endThis(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal)
}
