/** A worker that handles the items of a queue until it is stopped. */
import { ASYNC_DISPOSE } from '../../async-dispose.js'
import type { DrainPlace } from './drain.js'
import { deadLetteredSince, type Handled, handledOf } from './handled.js'
import { handlersError } from './handler-errors.js'
import { type Handler, handlerSettings, type WorkOptions } from './handler-options.js'
import { HandlerPool } from './handler-pool.js'
import type { RunningWorker, RunWorkerOptions, StartWorker } from './running-worker.js'

/** Starts a worker of the test. */
export type RunWorker = (start: StartWorker, options: RunWorkerOptions) => RunningWorker

/** A worker that handles the items of a queue. `queue.work()` returns one. */
export class QueueWorker {
  readonly #worker: RunningWorker
  readonly #handled: () => Handled

  /** @internal */
  constructor(worker: RunningWorker, handled: () => Handled) {
    this.#worker = worker
    this.#handled = handled
  }

  /** What the handler has done so far. */
  get handled(): Handled {
    return this.#handled()
  }

  /** Whether the worker has ended, because it was stopped or its handler failed. */
  get ended(): boolean {
    return this.#worker.ended
  }

  /** Resolves when the worker has ended. Rejects with the error of its handler. */
  get done(): Promise<void> {
    return this.#worker.done
  }

  /**
   * Stops the worker once the handlers that run have returned. Items that they have not begun go back to the queue.
   * @returns what the handler has done
   * @throws QueratorError if the handler failed, or does not return in time
   */
  async stop(): Promise<Handled> {
    await this.#worker.stop()
    return this.#handled()
  }

  /** Calls {@link stop}, for `await using`. */
  async [ASYNC_DISPOSE](): Promise<void> {
    await this.stop()
  }
}

/** See `queue.work`. */
export function work(place: DrainPlace, run: RunWorker, handler: Handler, options: WorkOptions): QueueWorker {
  const pool = new HandlerPool(place, handler, handlerSettings('work', handler, options, place.nextClientId))
  const first = (place.daemon?.record.count ?? 0) + 1
  const start = async (signal: AbortSignal) => {
    signal.addEventListener('abort', () => pool.stop(), { once: true })
    await pool.workOff(() => true)
    if (pool.errors.length > 0) throw handlersError(pool.errors)
  }
  const name = `the worker of '${place.queueName}'`
  const worker = run(start, options.stop === undefined ? { name } : { name, stop: options.stop })
  const deadLettered = () => deadLetteredSince(place.moving('deadLettered').daemon, place.queueName, first)
  return new QueueWorker(worker, () => handledOf([...pool.handled], deadLettered))
}
