/** `TestDaemon`, the daemon that a test holds. */
import type { Duplex } from 'node:stream'
import { ASYNC_DISPOSE } from '../../async-dispose.js'
import { originOf } from '../../client/call-site.js'
import { type ClientOptions, QueratorClient } from '../../client/client.js'
import { checkOptions } from '../../client/known-options.js'
import { paced } from '../../clock/event-loop.js'
import { EventLog } from '../../diagnosis/event-log.js'
import { ObservedTests } from '../../diagnosis/observed-test.js'
import type { TestOfRunner } from '../../diagnosis/test-of-runner.js'
import type { TimedTest } from '../../diagnosis/timed-test.js'
import type { Backing } from '../backing/backing.js'
import { interceptOrigin } from '../reach/intercept.js'
import { OpenChecks } from './open-checks.js'
import { type QueueHome, queueHome } from './queue-home.js'
import { checkQueueOptions, type QueueOptions, queueRequest } from './queue-options.js'
import { Switches } from './switches.js'
import { TestClock } from './test-clock.js'
import { TestQueue } from './test-queue.js'
import { makeNamespace, type TestUser, TestUsers, type UserOptions } from './test-users.js'

/** Options of `daemon.listen()`. */
export interface ListenOptions {
  /** The address to listen on. Default `'127.0.0.1'`. */
  host?: string
  /** The port. Default 0: any free port. */
  port?: number
}

/** A daemon for tests: its client, its clock, its queues, and every way to reach it. `startTestDaemon()` returns one. */
export class TestDaemon {
  /** The typed client, with one method for each call of the protocol. It stays an administrator after {@link closeDoor}. */
  readonly client: QueratorClient
  /** A `fetch` that reaches this daemon, whatever the origin of the URL. A path alone works too. */
  readonly fetch: typeof fetch
  readonly #backing: Backing
  readonly #checks: OpenChecks
  readonly #home: QueueHome
  readonly #intercepted = new Set<() => void>()
  readonly #switches: Switches
  readonly #tests = new ObservedTests()
  readonly #users: TestUsers
  #clock: TestClock | undefined
  #events: EventLog | undefined
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(backing: Backing) {
    this.#backing = backing
    this.client = backing.client
    this.fetch = backing.fetch
    this.#checks = new OpenChecks(backing.unawaited)
    this.#users = new TestUsers(backing)
    const users = this.#users
    this.#switches = new Switches({
      daemon: backing.isEmbedded ? backing.embedded('observe') : undefined,
      intercepted: this.#intercepted,
      get doorClosed() {
        return users.doorClosed
      },
      openDoor: () => users.openDoor(),
    })
    this.#home = queueHome({ backing, checks: this.#checks, tests: this.#tests, daemon: this })
  }

  /** The daemon's clock. @throws QueratorError on a server elsewhere */
  get clock(): TestClock {
    this.#clock ??= new TestClock(this.#backing.embedded('the clock'))
    return this.#clock
  }

  /** Everything that happened to items, leases and queues. @throws QueratorError on a server elsewhere */
  get events(): EventLog {
    this.#events ??= new EventLog(this.#backing.embedded('events'))
    return this.#events
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Creates a queue, with a new name unless you give one. @throws QueratorError if an option is unknown, or the daemon refuses it */
  createQueue(options: QueueOptions = {}): Promise<TestQueue> {
    return paced(this.#createQueue(options))
  }

  async #createQueue(options: QueueOptions): Promise<TestQueue> {
    checkQueueOptions(options)
    this.#backing.checkOpen()
    const name = options.name ?? this.#backing.names.next(options.label ?? 'queue')
    if (options.namespace) await makeNamespace(this.#backing.ownClient, options.namespace)
    const deadQueue = await this.#deadQueueFor(name, options)
    return this.#create(name, options, deadQueue)
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

  /** @internal Stops listening when the tests of the file are over, so that clients that still run find no port. */
  async retire(): Promise<void> {
    this.#tests.endFile()
    if (this.#backing.isEmbedded) await this.#backing.embedded('observe').stopListening()
  }

  /** @internal What tests switch, to restore it when they end. */
  get switches(): Switches {
    return this.#switches
  }

  /** @internal The checks of matchers that have not settled. */
  get checks(): OpenChecks {
    return this.#checks
  }

  /** @internal Begins a test of a runner. On a server elsewhere, only its time can be observed. */
  observe(test: TestOfRunner): TimedTest {
    if (!this.#backing.isEmbedded) return this.#tests.beginElsewhere(test)
    return this.#tests.begin(this.#backing.embedded('observe'), this.#backing.unawaited, test)
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

  /** Holds produce, lease, complete and retry of a queue until {@link resume}. @throws QueratorError if it does not exist */
  pause(queueName: string): void {
    this.#backing.embedded('pause').pause(queueName, true, originOf(this.pause, this.#backing.unawaited?.callSites))
  }

  /** Ends a {@link pause}, and carries out the calls that it held. @throws QueratorError if the queue does not exist */
  resume(queueName: string): void {
    this.#backing.embedded('resume').pause(queueName, false, originOf(this.resume, this.#backing.unawaited?.callSites))
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
    return paced(this.#listen(options))
  }

  async #listen(options: ListenOptions): Promise<string> {
    checkOptions('listen', options, ['host', 'port'])
    return this.#backing.listen(options)
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
    const takeBack = interceptOrigin(origin, { fetch: this.fetch, listen: () => this.listen() })
    const undo = () => {
      this.#intercepted.delete(undo)
      takeBack()
    }
    this.#intercepted.add(undo)
    return undo
  }

  /**
   * Ends the daemon: waiting leases get a 453 `queue is shutting down`, then connections end. You need not call it at the end of
   * a test, and you may call it twice.
   */
  close(): Promise<void> {
    for (const undo of this.#intercepted) undo()
    this.#tests.endFile()
    this.#closing ??= this.#backing.close()
    return paced(this.#closing)
  }

  /** Calls {@link close}, for `await using`. */
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close()
  }

  async #deadQueueFor(name: string, options: QueueOptions): Promise<TestQueue | undefined> {
    const { deadQueue } = options
    if (deadQueue === undefined || deadQueue === false) return undefined
    if (typeof deadQueue === 'string') return this.queue(deadQueue)
    if (deadQueue !== true) return deadQueue
    const { leaseTimeout, expireTimeout, namespace } = options
    return this.#create(`${name}-dead`, {
      ...(namespace === undefined ? {} : { namespace }),
      ...(leaseTimeout === undefined ? {} : { leaseTimeout }),
      ...(expireTimeout === undefined ? {} : { expireTimeout }),
    })
  }

  async #create(name: string, options: QueueOptions, deadQueue?: TestQueue): Promise<TestQueue> {
    await this.client.queuesCreate(queueRequest(name, options, deadQueue?.name ?? ''))
    const queue = new TestQueue(this.#home, name, deadQueue, true)
    this.#backing.made(queue)
    return queue
  }
}
