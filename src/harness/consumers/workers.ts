/** The workers that a test has started: they are stopped with it, and it fails if one of them does. */
import { inspect } from 'node:util'
import { ASYNC_DISPOSE } from '../../async-dispose.js'
import { atCallSite, type Origin, originOf, placesOf, siteText, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { orGiveUp } from '../../clock/give-up.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { messageOf, usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import { isAbort } from './abort.js'

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
}

const USUAL_STOP = 2000

/** A worker that runs beside a test. `daemon.runWorker()` returns one. */
export class RunningWorker {
  /** The signal that the worker got. It is aborted by {@link stop}, and at the end of the test. */
  readonly signal: AbortSignal
  readonly #name: string
  readonly #stop: number
  readonly #origin: Origin
  readonly #abort = new AbortController()
  readonly #end: Promise<void>
  #state: 'running' | 'ended' | { readonly error: unknown } = 'running'
  /** Whether the test knows of the failure. */
  #told = false
  #isLate = false

  /** @internal */
  constructor(start: StartWorker, { stop, name }: RunWorkerOptions, origin: Origin) {
    this.#name = visible(name ?? (start.name || 'the worker'))
    this.#stop = stop === undefined ? USUAL_STOP : givenMilliseconds('runWorker: stop', stop)
    this.#origin = origin
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
      if (typeof this.#state === 'object') throw this.#state.error
    })
  }

  /**
   * Aborts the signal, and resolves when the worker has ended.
   * @throws QueratorError if the worker failed, or does not end in time
   */
  async stop(): Promise<void> {
    if (this.#isLate) return
    this.#abort.abort()
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
    if (typeof this.#state !== 'object' || this.#told) return undefined
    const { error } = this.#state
    return thrownFrom(
      usageError(`${this.#name} failed: ${messageOf(error)}${siteText(placesOf(this.#origin))}`, error),
      Object(error) as Origin,
    )
  }

  /** Marks the failure as known. @internal */
  told(): void {
    this.#told = true
  }

  async #run(start: StartWorker): Promise<void> {
    try {
      await start(this.signal)
      this.#state = 'ended'
    } catch (error) {
      this.#state = this.signal.aborted && isAbort(error, this.signal) ? 'ended' : { error }
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

/** The running workers of a daemon. */
export class Workers {
  readonly #all = new Set<RunningWorker>()

  /** See `daemon.runWorker`. */
  start(start: StartWorker, options: RunWorkerOptions): RunningWorker {
    const origin = originOf(this.start)
    checkOptions('runWorker', options, ['stop', 'name'])
    if (typeof start !== 'function') {
      throw atCallSite(
        usageError(`runWorker takes a function that starts a worker; got ${inspect(start, { depth: 0 })}`),
      )
    }
    const worker = new RunningWorker(start, options, origin)
    this.#all.add(worker)
    return worker
  }

  /** The workers that were started so far. */
  get started(): ReadonlySet<RunningWorker> {
    return new Set(this.#all)
  }

  /** Whether no worker was started, or all were stopped. */
  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** Returns the failure of a worker, of which the test does not know yet, and marks it as known. Undefined if there is none. */
  takeFailure(): Error | undefined {
    for (const worker of this.#all) {
      const { failure } = worker
      if (failure === undefined) continue
      worker.told()
      return failure
    }
    return undefined
  }

  /** Stops all workers, or all but these. Returns what failed. */
  async stop(keep: ReadonlySet<RunningWorker> = new Set()): Promise<unknown[]> {
    const workers = [...this.#all].filter((worker) => !keep.has(worker))
    for (const worker of workers) this.#all.delete(worker)
    const ends = await Promise.allSettled(workers.map((worker) => worker.stop()))
    return ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
  }
}
