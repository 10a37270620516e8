/** Runs a handler for the items of a queue, several at a time, over the protocol, as a consumer does. */
import { whileHandling } from '../../client/handling.js'
import { isQueratorError, messageOf, usageError } from '../../errors.js'
import type { Lease, LeasedItem } from '../handles/leased-items.js'
import { stopReason } from './abort.js'
import { explainSince } from './failure-text.js'
import { type HandledItem, type HandledOutcome, outcomeOf } from './handled.js'
import { handlerError, limitError, retryError } from './handler-errors.js'
import { delayOf, type Handler, type HandlerSettings } from './handler-options.js'
import type { HeldItem, PoolPlace } from './pool-place.js'

/** What a handler threw. */
interface Failure {
  readonly error: unknown
}

/** The running handlers of a queue, and what became of their items. */
export class HandlerPool {
  readonly handled: HandledItem[] = []
  /** What the handlers threw, each with the timeline of its item. Only with `onError: 'throw'`. */
  readonly errors: Error[] = []
  readonly #place: PoolPlace
  readonly #handler: Handler
  readonly #settings: HandlerSettings
  readonly #stop = new AbortController()
  readonly #running = new Map<LeasedItem, Promise<void>>()
  /** Why the pool cannot go on, if a call was refused. */
  #broken: Failure | undefined
  #begun = 0

  constructor(place: PoolPlace, handler: Handler, settings: HandlerSettings) {
    this.#place = place
    this.#handler = handler
    this.#settings = settings
    place.handlers.clients.add(settings.clientId)
  }

  /** The items whose handlers run. */
  get running(): readonly LeasedItem[] {
    return [...this.#running.keys()]
  }

  /** Whether no further item is taken. */
  get stopped(): boolean {
    return this.#stop.signal.aborted
  }

  /** The reason why it could not go on. Undefined if there is none. */
  get broken(): Failure | undefined {
    return this.#broken
  }

  /** Takes no further items, and aborts the signal of the running handlers. */
  stop(): void {
    this.#stop.abort(stopReason())
  }

  /** Works while `hasMore` says that there are items. Resolves when all handlers have ended. @throws if a call is refused */
  async workOff(hasMore: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await this.#takeAll(hasMore)
    } catch (error) {
      this.#break(error)
    }
    await Promise.all(this.#running.values())
    if (this.#broken !== undefined) throw this.#broken.error
  }

  async #takeAll(hasMore: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      await this.#room()
      await this.#place.untilUp(this.#stop.signal)
      if (this.stopped) return
      const more = hasMore()
      // Without a turn in between, so that nobody else gets the item.
      if (typeof more === 'boolean' ? more : await more) {
        const lease = await this.#lease()
        if (lease !== undefined) await this.#handleAll(lease)
      } else {
        if (this.#running.size === 0) return
        await this.#anyEnd()
      }
    }
  }

  async #handleAll(lease: Lease): Promise<void> {
    for (const [index, item] of lease.items.entries()) {
      await this.#room()
      const isOver = !this.stopped && this.#begun >= this.#settings.limit
      if (isOver) {
        this.errors.push(limitError(this.#place.queueName, item, this.#settings.limit, this.#hasEvents))
        this.stop()
      }
      if (this.stopped) {
        await this.#giveBack(lease.items.slice(index))
        return
      }
      if (this.#holds(lease, item)) this.#begin(lease, item)
      else this.#add(item, outcomeOf(this.#place, lease, item))
    }
  }

  #begin(lease: Lease, item: LeasedItem): void {
    this.#begun++
    this.#place.handlers.count++
    const turn = this.#handle(lease, item)
      .catch((error: unknown) => this.#break(error))
      .finally(() => {
        this.#place.handlers.count--
        this.#running.delete(item)
      })
    this.#running.set(item, turn)
  }

  /** Runs the handler. @throws if the item can be neither completed nor retried, for another reason than its lease */
  async #handle(lease: Lease, item: LeasedItem): Promise<void> {
    const { signal } = this.#stop
    const named = { queue: this.#place.queueName, id: item.id }
    let failure: Failure | undefined
    let said = ''
    const explain = explainSince(this.#place.daemon?.presence)
    try {
      await whileHandling([named], async () => this.#handler(item, { lease, signal }))
    } catch (error) {
      failure = { error }
      said = explain(error)
    }
    const outcome = await this.#finish(lease, item, failure)
    this.#add(item, outcome, failure)
    if (failure === undefined || this.#settings.onError === 'collect') return
    this.errors.push(handlerError(this.#place.queueName, item, { ...failure, said }, this.#hasEvents))
    this.stop()
  }

  async #finish(lease: Lease, item: LeasedItem, failure: Failure | undefined): Promise<HandledOutcome> {
    if (!this.#holds(lease, item)) return outcomeOf(this.#place, lease, item)
    if (failure !== undefined && this.#settings.retry === 'as the handler says') return 'left'
    const at = failure && this.#retryAt(item, failure)
    const life = this.#place.life()
    try {
      if (failure === undefined) await item.complete()
      else await item.retry(at === undefined ? {} : { at })
      return failure === undefined ? 'completed' : 'retried'
    } catch (error) {
      // The lease ran out while the call was on its way.
      if (isQueratorError(error) && error.code === 400) return outcomeOf(this.#place, lease, item)
      if (this.#wentDown(life, error)) return 'lost'
      throw error
    }
  }

  /** Whether a call failed because the daemon went down, or the queue made room for an earlier one. A consumer tries again then. */
  #wentDown(life: number, error: unknown): boolean {
    if (!isQueratorError(error)) return false
    return (
      (error.code === 453 || error.codeText === 'No Answer') && (life !== this.#place.life() || this.#place.isDown())
    )
  }

  /** Returns when a failed item may come again. Undefined for at once. @throws if the function does not say */
  #retryAt(item: LeasedItem, { error }: Failure): Date | undefined {
    const { retry } = this.#settings
    if (typeof retry !== 'function') return undefined
    try {
      return new Date(this.#place.now() + delayOf(retry, item.attempts, error))
    } catch (problem) {
      throw retryError(this.#place.queueName, item, { problem, error }, this.#hasEvents)
    }
  }

  /** Whether the consumer still holds an item. On a server elsewhere, unless the handler has completed or retried it. */
  #holds(lease: Lease, item: LeasedItem): boolean {
    const { daemon, queueName } = this.#place
    if (daemon === undefined) return item.settled === undefined
    return daemon.inspector.holderOf(queueName, lease.partition, item.id) === lease.clientId
  }

  get #hasEvents(): boolean {
    return this.#place.daemon !== undefined
  }

  #add(item: LeasedItem, outcome: HandledOutcome, failure?: Failure): void {
    const { reference, attempts } = item
    this.handled.push({ reference, attempts, item, outcome, ...failure, history: () => item.history() })
  }

  /** Undefined if there was nothing in time, or the pool was stopped. */
  async #lease(): Promise<Lease | undefined> {
    const { batchSize, clientId, requestTimeout } = this.#settings
    const abandon = new AbortController()
    // A lease that was served already must arrive, or its items would stay leased.
    const stop = () => this.#isAnyOnItsWay() || abandon.abort(stopReason())
    this.#stop.signal.addEventListener('abort', stop, { once: true })
    const life = this.#place.life()
    const forget = this.#settings.isPatient ? undefined : this.#place.whenInVain(clientId, stop)
    try {
      return await this.#place.lease({ batchSize, clientId, requestTimeout, signal: abandon.signal })
    } catch (error) {
      if (abandon.signal.aborted || (isQueratorError(error) && error.code === 454)) return undefined
      if (this.#wentDown(life, error)) return undefined
      throw error
    } finally {
      forget?.()
      this.#stop.signal.removeEventListener('abort', stop)
    }
  }

  /** Whether the consumer holds an item that has not arrived. It may still hold one that it has lost in a crash. */
  #isAnyOnItsWay(): boolean {
    const held = this.#place.held(this.#settings.clientId)
    if (held.length === 0) return false
    const arrived = new Set([...this.running, ...this.handled.map(({ item }) => item)].map(leaseOf))
    return held.some((item) => !arrived.has(leaseOf(item)))
  }

  /** Items that nobody has begun go back, so that nothing stays leased. */
  async #giveBack(items: readonly LeasedItem[]): Promise<void> {
    for (const item of items) {
      const life = this.#place.life()
      await item.retry().catch((error: unknown) => {
        if ((isQueratorError(error) && error.code === 400) || this.#wentDown(life, error)) return
        throw usageError(`could not give ${item.reference || item.id} back: ${messageOf(error)}`, error)
      })
    }
  }

  #break(error: unknown): void {
    this.#broken ??= { error }
    this.stop()
  }

  /** Resolves when another handler may begin. */
  async #room(): Promise<void> {
    while (this.#running.size >= this.#settings.concurrency) await this.#anyEnd()
  }

  async #anyEnd(): Promise<void> {
    await Promise.race(this.#running.values())
  }
}

/** Tells the leases of an item apart: each is another attempt. */
function leaseOf({ id, attempts }: HeldItem): string {
  return `${id} ${attempts}`
}
