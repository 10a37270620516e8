/** `TestDaemon`, the daemon that a test holds. */
import type { Duplex } from 'node:stream'
import { ASYNC_DISPOSE } from '../../async-dispose.js'
import { originOf } from '../../client/call-site.js'
import { type ClientOptions, QueratorClient } from '../../client/client.js'
import { checkOptions } from '../../client/known-options.js'
import { paced } from '../../clock/event-loop.js'
import { EventLog } from '../../diagnosis/event-log.js'
import type { Backing } from '../backing/backing.js'
import { type RecordingOptions, recordingOf } from '../consumers/open-recording.js'
import { type QuietOptions, untilQuiet } from '../consumers/quiet.js'
import type { Recording } from '../consumers/recording.js'
import { type Tracked, type TrackOptions, track } from '../consumers/track.js'
import type { TrackContext } from '../consumers/tracked-function.js'
import type { RunningWorker, RunWorkerOptions, StartWorker } from '../consumers/workers.js'
import { Interceptions } from '../reach/interceptions.js'
import { createQueue } from './create-queue.js'
import { type ListenOptions, listen } from './listen.js'
import { type QueueHome, queueHome } from './queue-home.js'
import type { QueueOptions } from './queue-options.js'
import { RunnerSide } from './runner-side.js'
import { clockSideOf, TestClock } from './test-clock.js'
import { TestQueue } from './test-queue.js'
import { type TestUser, TestUsers, type UserOptions } from './test-users.js'

/** A daemon for tests: its client, its clock, its queues, and every way to reach it. `startTestDaemon()` returns one. */
export class TestDaemon {
  /** The typed client, with one method for each call of the protocol. It stays an administrator after {@link closeDoor}. */
  readonly client: QueratorClient
  /** A `fetch` that reaches this daemon, whatever the origin of the URL. A path alone works too. */
  readonly fetch: typeof fetch
  /** What runners use. @internal */
  readonly forRunner: RunnerSide
  readonly #backing: Backing
  readonly #home: QueueHome
  readonly #intercepted: Interceptions
  readonly #users: TestUsers
  #clock: TestClock | undefined
  #events: EventLog | undefined
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(backing: Backing) {
    this.#backing = backing
    this.client = backing.client
    this.fetch = backing.fetch
    this.#users = new TestUsers(backing)
    this.#intercepted = new Interceptions({ fetch: this.fetch, listen: () => this.listen() })
    this.forRunner = new RunnerSide(backing, this.#users, this.#intercepted.active)
    this.#home = queueHome(backing, this.forRunner, {
      events: () => this.events,
      pause: (queueName) => this.pause(queueName),
      resume: (queueName) => this.resume(queueName),
    })
  }

  /** The daemon's clock. @throws QueratorError on a server elsewhere without a control plane */
  get clock(): TestClock {
    const { remote } = this.forRunner
    this.#clock ??= new TestClock(
      remote?.clock ?? clockSideOf(this.#backing.embedded('the clock'), () => this.forRunner.place('the clock')),
    )
    return this.#clock
  }

  /** Everything that happened to items, leases and queues. @throws QueratorError on a server elsewhere without a control plane */
  get events(): EventLog {
    this.#events ??= this.forRunner.remote?.events ?? new EventLog(this.#backing.embedded('events'))
    return this.#events
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Creates a queue, with a new name unless you give one. @throws QueratorError if an option is unknown, or the daemon refuses it */
  createQueue(options: QueueOptions = {}): Promise<TestQueue> {
    return paced(createQueue(this.#backing, this.#home, options))
  }

  /**
   * Creates a user with a new key, and returns a client that sends it. `user.key` is the key.
   *
   *     const user = await daemon.createUser({ permissions: ['queue.lease'], namespace: 'shop' })
   *
   * @throws QueratorError unless the daemon has `auth: 'internal'`, or if a role does not exist or the username is taken
   */
  createUser(options: UserOptions = {}): Promise<TestUser> {
    return paced(this.#users.create(options))
  }

  /**
   * Closes the open door: from now on, a caller without a key may do nothing (docs/protocol/admin.md §2.6). The daemon's own
   * `client`, queues and fixtures go on as an administrator named `querator-test`, which this returns.
   * @throws QueratorError unless the daemon has `auth: 'internal'`
   */
  closeDoor(): Promise<TestUser> {
    return paced(this.#users.closeDoor())
  }

  /**
   * Starts a worker of yours. It stops with the test: its signal is aborted, and it is awaited. If it fails, the test fails.
   *
   *     const worker = daemon.runWorker((signal) => emailWorker.run(signal))
   *
   * A worker that is started outside of a test runs until the daemon is closed, or the test file is over.
   * @throws QueratorError if `start` is no function, or an option is unknown
   */
  runWorker(start: StartWorker, options: RunWorkerOptions = {}): RunningWorker {
    return this.forRunner.workers.start(start, options)
  }

  /**
   * Resolves when your consumers have nothing left to do and ask for items again: no call is on its way, and at least `waiting` leases wait
   * in all queues. Await it before you move the clock by hand.
   * @throws QueratorError if that does not happen in time, or on a server elsewhere. The message says who is not done.
   */
  quiet(options: QuietOptions = {}): Promise<void> {
    const waiting = async () => untilQuiet(this.forRunner.place('quiet'), undefined, options)
    return this.#home.noted('quiet', '', paced(waiting()))
  }

  /**
   * Runs a function that starts, pokes or awaits your own worker, and resolves when everything is done: no item is free or leased, and no
   * call is on its way. With `advance` or `until`, it moves the clock while the worker has nothing else to do.
   *
   *     const seen = await daemon.track(({ signal }) => emailWorker.run(signal), { until: '2h' })
   *     expect(seen.completed).toHaveLength(2)
   *
   * A function that has not returned by then is left alone, or is awaited if it uses the signal, which is aborted.
   * @returns what happened meanwhile
   * @throws what the function throws; QueratorError if not everything is done in time. The message says what is left, and who holds it.
   */
  track<T>(fn: (context: TrackContext) => T | PromiseLike<T>, options: TrackOptions = {}): Promise<Tracked<T>> {
    const tracking = async () => track(this.forRunner.place('track'), fn, options)
    return this.#home.noted('track', '', paced(tracking()))
  }

  /** Returns another client of this daemon. Without `apiKey`, it sends no key. */
  clientWith(options: Pick<ClientOptions, 'apiKey' | 'encoding'>): QueratorClient {
    checkOptions('clientWith', options, ['apiKey', 'encoding'])
    const { send, unawaited, notSent } = this.#backing
    return new QueratorClient({ ...options, send, unawaited, notSent })
  }

  /** Returns a queue that exists already. If it does not exist, its first call fails. */
  queue(name: string): TestQueue {
    return new TestQueue(this.#home, name)
  }

  /**
   * Holds produce, lease, complete and retry of a queue until {@link resume}. On a server elsewhere, later calls of this daemon wait until that is
   * done; await `clock.read()` if other processes must see it.
   * @throws QueratorError if the queue does not exist, or on a server elsewhere without a control plane
   */
  pause(queueName: string): void {
    const { remote } = this.forRunner
    if (remote !== undefined) remote.pause(queueName, true)
    else
      this.#backing.embedded('pause').pause(queueName, true, originOf(this.pause, this.#backing.unawaited?.callSites))
  }

  /** Ends a {@link pause}, and carries out the calls that it held. @throws QueratorError if the queue does not exist */
  resume(queueName: string): void {
    const { remote } = this.forRunner
    if (remote !== undefined) remote.pause(queueName, false)
    else
      this.#backing
        .embedded('resume')
        .pause(queueName, false, originOf(this.resume, this.#backing.unawaited?.callSites))
  }

  /**
   * Runs `fn`, and resolves with what happened on the daemon from its start to its end. What the queues held before does not matter.
   *
   *     const seen = await daemon.recording(() => handleOrder(order))
   *     await expect(seen).toHaveProduced('invoices', [{ reference: 'order-1' }])
   *
   * It sees every queue of the daemon, also those of concurrent tests, unless you name some in `queues`. If `fn` throws or rejects, it
   * rejects with the same error. It ends when `fn` has settled, so await in `fn` what you want to see.
   * @throws QueratorError on a server elsewhere, or if the daemon keeps fewer events than happened (option `events`)
   */
  recording<T>(fn: () => T, options: RecordingOptions = {}): Promise<Recording<Awaited<T>>> {
    return paced(recordingOf(this.#backing, fn, options))
  }

  /** Opens a connection without a port, for HTTP clients that take a socket, such as `http.request({ createConnection })`. */
  connect(): Duplex {
    return this.#backing.embedded('connect').connect()
  }

  /**
   * Opens a TCP port and returns its URL. Default: a free port on 127.0.0.1. A second call returns the same URL. The port does not
   * keep the process alive.
   * @throws QueratorError if the port cannot be opened
   */
  listen(options: ListenOptions = {}): Promise<string> {
    return paced(listen(this.#backing, options))
  }

  /**
   * Sends this process's requests for an origin to this daemon, if they are made with the global `fetch` or with undici. For code with
   * a hard-coded URL. Import undici first. It lasts until you call the returned function, or the daemon is closed.
   *
   *     daemon.intercept('http://queues.internal:2319')
   *
   * @throws QueratorError if `origin` is not an http URL
   */
  intercept(origin: string | URL): () => void {
    this.#backing.checkOpen()
    return this.#intercepted.add(origin)
  }

  /**
   * Ends the daemon: workers are stopped, waiting leases get a 453 `queue is shutting down`, then connections end. You need not call it
   * at the end of a test, and you may call it twice.
   * @throws QueratorError if a worker failed, or does not end in time
   */
  close(): Promise<void> {
    this.#intercepted.undoAll()
    this.forRunner.endFile()
    this.#closing ??= this.#end()
    return paced(this.#closing)
  }

  /** Calls {@link close}, for `await using`. */
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close()
  }

  async #end(): Promise<void> {
    const failed = this.forRunner.workers.isEmpty ? [] : await this.forRunner.workers.stop()
    await this.#backing.close()
    if (failed.length > 0) throw failed[0]
  }
}
