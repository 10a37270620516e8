/** The workers that a test has started: they are stopped with it, and it fails if one of them does. */
import { inspect } from 'node:util'
import { atCallSite, originOf } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { wakeAfter } from '../../clock/real-time.js'
import type { Presence } from '../../daemon/lives/presence.js'
import { messageOf, usageError } from '../../errors.js'
import { joined } from './handler-errors.js'
import { RunningHandlers } from './running-handlers.js'
import { RunningWorker, type RunWorkerOptions, type StartWorker } from './running-worker.js'

/** How long a failure may wait for somebody to ask, in milliseconds, if no runner tells when a test is over. */
const UNASKED = 250

/** Who starts a worker. */
export interface Starter {
  /** The test that it belongs to, if that is known. */
  readonly owner: unknown
  /** Whether a runner tells when tests begin and end. */
  readonly isObserved: boolean
}

/** The running workers of a daemon. */
export class Workers {
  /** Returns whether the daemon is there. Undefined on a server elsewhere. */
  readonly #presence: () => Presence | undefined
  /** The handlers of drain and work that run. */
  readonly handlers = new RunningHandlers()
  readonly #all = new Set<RunningWorker>()
  /** Failures of functions that nobody awaits any more. */
  readonly #astray: Error[] = []

  constructor(presence: () => Presence | undefined = () => undefined) {
    this.#presence = presence
  }

  /** See `daemon.runWorker`. */
  start(start: StartWorker, options: RunWorkerOptions, { owner, isObserved }: Starter): RunningWorker {
    const origin = originOf(this.start)
    checkOptions('runWorker', options, ['stop', 'name', 'queue'])
    if (typeof start !== 'function') {
      throw atCallSite(
        usageError(`runWorker takes a function that starts a worker; got ${inspect(start, { depth: 0 })}`),
      )
    }
    if (options.name !== undefined && typeof options.name !== 'string') {
      throw atCallSite(usageError(`runWorker: name is a text; got ${inspect(options.name, { depth: 0 })}`))
    }
    const failed = () => (isObserved ? undefined : this.#tellUnasked(worker))
    const worker = new RunningWorker(start, options, { origin, owner, presence: this.#presence(), failed })
    this.#all.add(worker)
    return worker
  }

  /** Reports the failure of a function that goes on after its test has stopped to await it. */
  leave(end: Promise<unknown>): void {
    end.catch((error: unknown) => {
      this.#astray.push(usageError(`the tracked function failed after track() had ended: ${messageOf(error)}`, error))
    })
  }

  /** The workers that were started so far. */
  get started(): ReadonlySet<RunningWorker> {
    return new Set(this.#all)
  }

  /** Whether no worker was started, or all were stopped. */
  get isEmpty(): boolean {
    return this.#all.size === 0 && this.#astray.length === 0
  }

  /** Returns the failure of a worker of this test or of none, and marks it as known. Undefined if there is none. */
  takeFailure(asking: unknown): Error | undefined {
    for (const worker of this.#all) {
      const isOthers = asking !== undefined && worker.owner !== undefined && worker.owner !== asking
      const { failure } = worker
      if (failure === undefined || isOthers) continue
      worker.told()
      return failure
    }
    return this.#astray.shift()
  }

  /** Says which workers of this test or of none have ended without a failure. */
  endLines(asking: unknown): string[] {
    const own = [...this.#all].filter(({ owner }) => asking === undefined || owner === undefined || owner === asking)
    return own.flatMap(({ endText }) => endText ?? [])
  }

  /** Stops the workers that are chosen. Returns the error if any failed. */
  async stop(isChosen: (worker: RunningWorker) => boolean = () => true): Promise<Error | undefined> {
    const workers = [...this.#all].filter(isChosen)
    for (const worker of workers) this.#all.delete(worker)
    const ends = await Promise.allSettled(workers.map((worker) => worker.stop()))
    const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []))
    const all = [...failed, ...this.#astray.splice(0)]
    return all.length === 0 ? undefined : joined(all, 'workers')
  }

  /** Lets a failure become an unhandled rejection, as that of any promise that nobody awaits. */
  #tellUnasked(worker: RunningWorker): void {
    const tell = () => {
      cancel()
      process.off('beforeExit', tell)
      const { failure } = worker
      worker.told()
      if (failure !== undefined) void Promise.reject(failure)
    }
    const cancel = wakeAfter(UNASKED, tell)
    process.once('beforeExit', tell)
  }
}
