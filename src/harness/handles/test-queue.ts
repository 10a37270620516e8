/** `TestQueue`, the queue that a test holds. */
import { paced } from '../../clock/event-loop.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { QueueEvent } from '../../diagnosis/event-log.js'
import { deleteQueue } from '../backing/delete-queue.js'
import { drain } from '../consumers/drain.js'
import type { Handled } from '../consumers/handled.js'
import type { DrainOptions, Handler, WorkOptions } from '../consumers/handler-options.js'
import type { MovingPlace } from '../consumers/moving.js'
import { type QueueWorker, work } from '../consumers/queue-worker.js'
import { type QuietOptions, untilQuiet } from '../consumers/quiet.js'
import { waitForRemote } from '../elsewhere/remote-waits.js'
import { pollUntil } from '../waiting/polling.js'
import type { AwaitedState } from '../waiting/state.js'
import type { WaitingPlace } from '../waiting/vigil.js'
import { type AwaitedEvent, type WaitOptions, waitForEvent, waitUntil } from '../waiting/waiting.js'
import { drainPlace } from './drain-place.js'
import type { Lease } from './leased-items.js'
import { polledPlace } from './polled-place.js'
import { leaseItems, produceItems } from './queue-calls.js'
import { type QueueCounts, queueCounts } from './queue-counts.js'
import type { AsksDone, QueueHome } from './queue-home.js'
import type { ItemInput, LeaseOptions } from './queue-inputs.js'
import { deadQueueName, explained, explanation, remotePlace, snapshotOf } from './queue-texts.js'
import { QueueWithFaults } from './queue-with-faults.js'
import { type StoredItem, storedOf } from './stored-item.js'

/** Marks queues, also those from another copy of this package. */
const BRAND = Symbol.for('querator-test.queue')

/** A queue for tests. `daemon.createQueue()`, `daemon.queue(name)` and the fixture `queue` return one. */
export class TestQueue extends QueueWithFaults {
  readonly #home: QueueHome
  readonly #deadQueue: TestQueue | undefined
  readonly #wasMade: boolean

  /** Whether a value is a queue of a test, from any copy of this package. @internal */
  static is(value: unknown): value is TestQueue {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  /** Returns the queue that a value is or stands for. Undefined if it is no queue. @internal */
  static behind(value: unknown): TestQueue | undefined {
    return TestQueue.is(value) ? (value as { [BRAND]: TestQueue })[BRAND] : undefined
  }

  /** @internal */
  get [BRAND](): TestQueue {
    return this
  }

  /** `wasMade` is whether the test daemon created the queue. @internal */
  constructor(home: QueueHome, name: string, deadQueue?: TestQueue, wasMade = false) {
    super(home, name)
    this.#home = home
    this.#deadQueue = deadQueue
    this.#wasMade = wasMade
  }

  /** The dead letter queue. On a server elsewhere, only of a queue that `createQueue()` made. @throws QueratorError if there is none */
  get deadQueue(): TestQueue {
    return this.#deadQueue ?? new TestQueue(this.#home, deadQueueName(this.#home, this.name))
  }

  /**
   * Adds items in this order, all to one partition.
   *
   *     await queue.produce({ reference: 'order-1', json: { id: 1 } })
   *
   * @throws QueratorError if an item has an unknown field or more than one payload, or the daemon refuses the call
   *   (docs/protocol/queue.md §3)
   */
  produce(...items: readonly ItemInput[]): Promise<void> {
    return produceItems(this.#home, this.name, items)
  }

  /**
   * Leases items of one partition, and waits until there is at least one.
   *
   *     const { items } = await queue.lease({ batchSize: 10 })
   *
   * @throws QueratorError with code 454 if no item arrives within `requestTimeout`
   */
  lease(options: LeaseOptions = {}): Promise<Lease> {
    return leaseItems(this.#home, this.name, options)
  }

  /** Returns the items that are not scheduled, including leased ones, without leasing them. They come by partition, in queue order. */
  items(): Promise<StoredItem[]> {
    return storedOf(this.#home, this.name, 'storageItemsList')
  }

  /** Returns the items that are scheduled for later, by partition and id. */
  scheduled(): Promise<StoredItem[]> {
    return storedOf(this.#home, this.name, 'storageScheduledList')
  }

  /** Returns how many items and waiting leases there are. */
  counts(): Promise<QueueCounts> {
    return this.#home.afterBegun(this.name, () => queueCounts(this.#home.ownClient, this.name))
  }

  /** Returns the daemon in this process, which `what` needs. @throws QueratorError on a server elsewhere @internal */
  embedded(what: string): Daemon {
    return this.#home.embedded(what)
  }

  /** What waits in this queue work on. @throws QueratorError on a server elsewhere @internal */
  get place(): MovingPlace {
    return this.#home.place('observe', this.name)
  }

  /**
   * Returns what happened in this queue, and to items that came into it as dead letters. The oldest event comes first.
   * @throws QueratorError on a server elsewhere
   */
  history(): QueueEvent[] {
    return this.#home.events().ofQueue(this.name)
  }

  /**
   * Resolves with an event of this queue as soon as it happens, or at once if it has happened already.
   *
   *     await queue.waitFor({ event: 'dead-lettered', reference: 'order-1' })
   *
   * @throws QueratorError if it does not happen in time. The message has the nearest events and the state of the queue.
   */
  waitFor(awaited: AwaitedEvent): Promise<QueueEvent> {
    const there = remotePlace(this.#home, this.name)
    if (there !== undefined) return paced(waitForRemote(there, awaited))
    return this.#waiting('waitFor', (place) => waitForEvent(place, awaited))
  }

  /**
   * Resolves when the queue holds nothing, neither leased nor scheduled items. Asks a server elsewhere again and again.
   * @throws QueratorError if that does not happen in time. The message says what is left.
   */
  drained(options: WaitOptions = {}): Promise<void> {
    return this.#until('drained', options)
  }

  /**
   * Resolves when no item is free or leased. Items may be scheduled for later. Asks a server elsewhere again and again.
   * @throws QueratorError if that does not happen in time. The message says what is left.
   */
  idle(options: WaitOptions = {}): Promise<void> {
    return this.#until('idle', options)
  }

  /**
   * Resolves when your consumers have nothing left to do and ask for items again: no call is on its way, and at least `waiting` leases wait
   * in this queue. Await it before you move the clock by hand.
   * @throws QueratorError if that does not happen in time, or on a server elsewhere. The message says who is not done.
   */
  quiet(options: QuietOptions = {}): Promise<void> {
    return this.#waiting('quiet', (place) => untilQuiet(place, this.name, options))
  }

  /**
   * Explains in a few lines why a lease gets nothing: who waits, what is leased by whom and until when, what is scheduled, whether
   * the queue is paused or the clock stands still, and which other queue has items.
   * @throws QueratorError on a server elsewhere: {@link explanation} asks it
   */
  explain(): string {
    return explained(this.#home, this.name)
  }

  /** Resolves with what {@link explain} returns. Unlike that, it also works on a server elsewhere that has a control plane. */
  explanation(): Promise<string> {
    return paced(explanation(this.#home, this.name))
  }

  /**
   * Returns the queue as text for an inline snapshot. The text is the same in every run: items are #1, #2 in the order in which they
   * came, and times of a frozen clock count from the creation of the queue. A running clock shows no times.
   * @throws QueratorError on a server elsewhere without a control plane
   */
  snapshot(): Promise<string> {
    return paced(snapshotOf(this.#home, this.name))
  }

  /**
   * Works off the queue with a handler: leases items, calls the handler for each, completes an item when it returns, and gives it back when
   * it throws. Calls go over the protocol, as those of a real worker.
   *
   *     const { completed } = await queue.drain(async (item) => sendMail(item.json()))
   *
   * @throws what the handler throws first, with the timeline of its item, unless `onError` is `'collect'`; QueratorError if the handler does
   *   not return in time, or is called more often than `limit`
   */
  drain(handler: Handler, options: DrainOptions = {}): Promise<Handled> {
    const draining = async () => drain(drainPlace(this.#home, this.name), handler, options)
    return this.#home.noted('drain', this.name, paced(draining()))
  }

  /**
   * Starts a worker that calls a handler for each item until it is stopped, as {@link drain} does. It stops with the test. If the handler
   * throws, the worker ends and the test fails, unless `onError` is `'collect'`.
   *
   *     await using worker = queue.work((item) => sendMail(item.json()))
   *
   * @throws QueratorError if an option is wrong
   */
  work(handler: Handler, options: WorkOptions = {}): QueueWorker {
    const { runWorker: run } = this.#home
    return work(drainPlace(this.#home, this.name), (start, given) => run(start, given, this.name), handler, options)
  }

  /** Deletes all items, including leased and scheduled ones. */
  clear(): Promise<void> {
    return this.#home.client.queueClear({ queueName: this.name, queue: true, destructive: true })
  }

  /** Deletes the queue and its items. Waiting leases get a 453. Does nothing if the queue is gone. */
  async delete(): Promise<void> {
    await deleteQueue(this.#home.ownClient, this.name)
    this.#home.deleted(this.name)
  }

  /**
   * Holds every produce, lease, complete and retry of this queue until {@link resume}. Only leases time out.
   * @throws QueratorError if the queue does not exist, or on a server elsewhere without a control plane
   */
  pause(): void {
    this.#home.pause(this.name)
  }

  /** Ends a {@link pause}, and carries out the calls that it held. */
  resume(): void {
    this.#home.resume(this.name)
  }

  /** A matcher checks this queue. See {@link QueueHome.checked}. @internal */
  checked(matcher: string, outcome: Promise<{ readonly pass: boolean }>, asksDone: AsksDone): void {
    this.#home.checked(matcher, this.name, outcome, asksDone)
  }

  #waiting<T>(what: string, wait: (place: WaitingPlace & MovingPlace) => Promise<T>): Promise<T> {
    const waiting = async () => wait({ ...this.#home.place(what, this.name), queue: this.name })
    return this.#home.noted(what, this.name, paced(waiting()))
  }

  #until(state: AwaitedState, options: WaitOptions): Promise<void> {
    const { elsewhere } = this.#home
    if (elsewhere === undefined) return this.#waiting(state, (place) => waitUntil(place, state, options))
    return pollUntil(polledPlace(this.#home, elsewhere, this.name, this.#wasMade), state, options)
  }
}
