/** A worker that a test has started. */
import { ASYNC_DISPOSE } from '../../async-dispose.js'
import { atCallSite, type Origin, placesOf, siteText, thrownFrom } from '../../client/call-site.js'
import { orGiveUp } from '../../clock/give-up.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import type { Presence } from '../../daemon/lives/presence.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import type { NamedQueue } from '../backing/queue-names.js'
import { isAbort, stopReason } from './abort.js'
import { explainSince } from './failure-text.js'

/** Starts a worker. It works until the signal is aborted. A worker that returns a promise is awaited when it is stopped. */
export type StartWorker = (signal: AbortSignal) => unknown

/** Options of `daemon.runWorker()`. */
export interface RunWorkerOptions {
  /**
   * How long the worker may take to end once its signal is aborted, by the machine's clock: milliseconds, or a duration such as `'5s'`.
   * Default `'2s'`.
   */
  readonly stop?: number | string
  /** The name of the worker in errors. Default: the name of the function. */
  readonly name?: string
  /** A queue of the test that the worker belongs to. Needed only if several tests run at the same time. */
  readonly queue?: string | NamedQueue
}

const USUAL_STOP = 2000

/** What is known of a worker when it starts. */
interface Start {
  readonly origin: Origin
  readonly owner: unknown
  /** Whether the daemon is there. Undefined on a server elsewhere. */
  readonly presence: Presence | undefined
  /** Called when it has failed. */
  readonly failed: () => void
}

/** A worker that runs beside a test. `daemon.runWorker()` returns one. */
export class RunningWorker {
  /** The signal that the worker got. It is aborted by {@link stop}, and at the end of the test. */
  readonly signal: AbortSignal
  /** The test that it belongs to. Undefined if it is not known, or if no test ran. @internal */
  readonly owner: unknown
  readonly #name: string
  readonly #stop: number
  readonly #origin: Origin
  readonly #failed: () => void
  readonly #abort = new AbortController()
  readonly #end: Promise<void>
  readonly #presence: Presence | undefined
  /** `text` says what is known of the error, or of the daemon when the worker ended. */
  #state: 'running' | { readonly text: string; readonly error?: unknown } = 'running'
  /** Whether the test knows of the failure. */
  #told = false
  #isLate = false

  /** @internal */
  constructor(start: StartWorker, { stop, name }: RunWorkerOptions, { origin, owner, presence, failed }: Start) {
    this.#name = visible(name ?? (start.name || 'the worker'))
    this.#stop = stop === undefined ? USUAL_STOP : givenMilliseconds('runWorker: stop', stop)
    this.#origin = origin
    this.owner = owner
    this.#failed = failed
    this.#presence = presence
    this.signal = this.#abort.signal
    this.#end = this.#run(start)
  }

  /** Whether the worker has ended, by itself or because it was stopped. */
  get ended(): boolean {
    return this.#state !== 'running'
  }

  /**
   * Resolves when the worker has ended. Rejects with its error, unless it was stopped and the error is about that. Asking for it means that
   * the test handles a failure itself.
   */
  get done(): Promise<void> {
    this.#told = true
    return this.#end.then(() => {
      if (typeof this.#state === 'object' && 'error' in this.#state) throw this.#state.error
    })
  }

  /**
   * Aborts the signal, and resolves when the worker has ended. A second call, after one that was not awaited by the worker in time, resolves
   * at once.
   * @throws QueratorError if the worker failed, or does not end in time
   */
  async stop(): Promise<void> {
    if (this.#isLate) return
    this.#abort.abort(stopReason())
    const ended = await orGiveUp(
      this.#end.then(() => true),
      this.#stop,
      () => false,
    )
    if (!ended) throw this.#late()
    const failure = this.failure
    this.#told = true
    if (failure !== undefined) throw failure
  }

  /** Calls {@link stop}, for `await using`. */
  [ASYNC_DISPOSE](): Promise<void> {
    return this.stop()
  }

  /** The failure of the worker, of which the test does not know yet. @internal */
  get failure(): Error | undefined {
    if (typeof this.#state !== 'object' || !('error' in this.#state) || this.#told) return undefined
    const { error, text } = this.#state
    const failed = usageError(`${this.#name} failed: ${text}${siteText(placesOf(this.#origin))}`, error)
    return atCallSite(thrownFrom(failed, Object(error) as Origin))
  }

  /** Says that it has ended without a failure, so that nobody waits for it. Undefined if it runs or has failed. @internal */
  get endText(): string | undefined {
    if (typeof this.#state !== 'object' || 'error' in this.#state) return undefined
    const how = this.signal.aborted ? 'was stopped' : 'has ended'
    return `${this.#name} ${how}${siteText(placesOf(this.#origin))}${this.#state.text}`
  }

  /** Marks the failure as known. @internal */
  told(): void {
    this.#told = true
  }

  async #run(start: StartWorker): Promise<void> {
    const explain = explainSince(this.#presence)
    const ended = () => {
      const away = this.#presence?.absence
      return { text: away === undefined ? '' : `, when ${away}` }
    }
    try {
      await start(this.signal)
      this.#state = ended()
    } catch (error) {
      const isStopped = this.signal.aborted && isAbort(error, this.signal)
      this.#state = isStopped ? ended() : { error, text: explain(error) }
      if (!isStopped) this.#failed()
    }
  }

  #late(): Error {
    this.#isLate = true
    const error = usageError(
      `${this.#name} did not end within ${lengthOf(this.#stop)} of being stopped; let it return when its signal is aborted, and pass the signal on to what it awaits, or give it longer with { stop: '10s' }`,
    )
    return atCallSite(thrownFrom(error, this.#origin))
  }
}
