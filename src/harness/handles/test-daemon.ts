/** `TestDaemon`, the daemon that a test holds. */
import type { Duplex } from 'node:stream'
import { ASYNC_DISPOSE } from '../../async-dispose.js'
import { originOf } from '../../client/call-site.js'
import { type ClientOptions, QueratorClient } from '../../client/client.js'
import { checkNothing, checkOptions } from '../../client/known-options.js'
import { paced } from '../../clock/event-loop.js'
import { EventLog } from '../../diagnosis/event-log.js'
import type { Backing } from '../backing/backing.js'
import { createQueue } from './create-queue.js'
import { DaemonWithLives } from './daemon-with-lives.js'
import { type ListenOptions, listen } from './listen.js'
import { MadeFork } from './made-fork.js'
import { type QueueHome, queueHome } from './queue-home.js'
import type { QueueOptions } from './queue-options.js'
import { clockSideOf, TestClock } from './test-clock.js'
import { TestQueue } from './test-queue.js'
import type { TestUser, TestUsers, UserOptions } from './test-users.js'

/** A daemon for tests: its client, its clock, its queues, and every way to reach it. `startTestDaemon()` returns one. */
export class TestDaemon extends DaemonWithLives {
  /** The typed client, with one method for each call of the protocol. It stays an administrator after {@link closeDoor}. */
  readonly client: QueratorClient
  /** A `fetch` that reaches this daemon, whatever the origin of the URL. A path alone works too. */
  readonly fetch: typeof fetch
  readonly #backing: Backing
  readonly #home: QueueHome
  readonly #users: TestUsers
  #clock: TestClock | undefined
  #events: EventLog | undefined
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(backing: Backing) {
    super(backing)
    this.#backing = backing
    this.client = backing.client
    this.fetch = backing.fetch
    this.#users = this.forRunner.users
    this.#home = queueHome(backing, this.forRunner, {
      events: () => this.events,
      pause: (queueName) => this.pause(queueName),
      resume: (queueName) => this.resume(queueName),
      isClosed: () => this.closed,
    })
  }

  /** The daemon's clock. @throws QueratorError on a server elsewhere without a control plane */
  get clock(): TestClock {
    const { remote, noted } = this.forRunner
    this.#clock ??= new TestClock(
      remote?.clock ?? clockSideOf(this.#backing.embedded('the clock'), () => this.forRunner.place('the clock')),
      noted,
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
    return this.forRunner.intercepted.add(origin)
  }

  /**
   * Returns another daemon in memory that is a copy of this one: queues and items with their ids, leases and deadlines, users and keys, the
   * clock, and what ids come next. What changes in one does not show in the other. Faults, conditions, waiting leases and recorded events are
   * not copied: each item of the copy begins with an event `imported`.
   *
   *     await using copy = await daemon.fork()
   *
   * With fixtures, a copy that a test makes is closed with it. Takes some milliseconds for thousands of items.
   * @throws QueratorError on a server elsewhere, or if the daemon is down or closed
   */
  fork(...none: readonly []): Promise<TestDaemon> {
    const forking = async () => {
      checkNothing('fork', none)
      if (this.forRunner.opening !== undefined) await this.forRunner.opening
      const copy = new TestDaemon(this.#backing.fork())
      copy.forRunner.users.takeOver(this.#users.door)
      return this.forRunner.faults.add(new MadeFork(copy)).daemon
    }
    return this.forRunner.noted('fork', '', paced(forking()))
  }

  /**
   * Ends the daemon: workers are stopped, waiting leases get a 453 `queue is shutting down`, then connections end. You need not call it
   * at the end of a test, and you may call it twice.
   * @throws QueratorError if a worker failed, or does not end in time
   */
  close(): Promise<void> {
    this.forRunner.intercepted.undoAll()
    this.forRunner.endFile()
    this.#closing ??= this.forRunner.close(originOf(this.close, this.#backing.unawaited?.callSites))
    return paced(this.#closing)
  }

  /** Calls {@link close}, for `await using`. */
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close()
  }
}
