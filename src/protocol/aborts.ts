/**
 * Listens to an AbortSignal with only one listener, however many calls share the signal, and with none once they have ended. Node
 * warns of a leak from the eleventh listener on.
 */

/** The listeners of one signal. */
class Listeners {
  readonly #signal: AbortSignal
  readonly #all = new Set<() => void>()

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#aborted, { once: true })
  }

  add(listener: () => void): void {
    this.#all.add(listener)
  }

  remove(listener: () => void): void {
    this.#all.delete(listener)
    if (this.#all.size > 0) return
    this.#signal.removeEventListener('abort', this.#aborted)
    bySignal.delete(this.#signal)
  }

  readonly #aborted = (): void => {
    bySignal.delete(this.#signal)
    for (const listener of this.#all) listener()
  }
}

const bySignal = new WeakMap<AbortSignal, Listeners>()

/** Calls `listener` when the signal is aborted, or at once if it already is. Returns a function to remove the listener. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener()
    return () => undefined
  }
  const all = bySignal.get(signal) ?? new Listeners(signal)
  bySignal.set(signal, all)
  // A separate function, because the same listener may be added twice.
  const own = () => listener()
  all.add(own)
  return () => all.remove(own)
}

/** Throws the reason of a signal that is aborted. The signals of an older jsdom have no method for it. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal)
}

/** Returns why a signal was aborted. The signals of an older jsdom do not know. */
export function reasonOf(signal: AbortSignal): unknown {
  return 'reason' in signal ? signal.reason : new DOMException('This operation was aborted', 'AbortError')
}

/** Marks the reason of a signal that the harness aborts. Its client did not give up by itself. Also from another copy or realm. */
export const STOPPED_BY_HARNESS = Symbol.for('querator-test.stopped')
