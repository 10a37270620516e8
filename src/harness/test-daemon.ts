/** A daemon in the hands of a test: its client, its clock, its queues, and every way to reach it. */
import type { Duplex } from 'node:stream'
import { QueratorClient } from '../client/client.js'
import type { TestClock } from '../clock/test-clock.js'
import type { Daemon } from '../daemon/daemon.js'
import { usageError } from '../errors.js'
import type { Send } from '../protocol/exchange.js'
import { checkOptions } from './known-options.js'
import { fetchFrom } from './memory-fetch.js'
import { NameSource, QUEUE_OPTIONS, type QueueOptions } from './queue-options.js'
import { type QueueHome, TestQueue } from './test-queue.js'

/** `Symbol.asyncDispose`, also where the runner's realm does not have it (Jest 29 on Node 20). */
const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('nodejs.asyncDispose') as typeof Symbol.asyncDispose)

/** What stands behind a test daemon: one of its own, or a server elsewhere. @internal */
export type Backing =
  | { readonly daemon: Daemon }
  | { readonly daemon?: undefined; readonly endpoint: string; readonly namePrefix: string }

/** See the head of this file. Made by `startTestDaemon()`. */
export class TestDaemon {
  /** The typed client: one method for each call of the protocol. */
  readonly client: QueratorClient
  /** A `fetch` that reaches this daemon, whatever the origin of the URL; paths alone will do. */
  readonly fetch: typeof fetch
  readonly #backing: Backing
  readonly #names: NameSource
  readonly #clients = new NameSource()
  readonly #made: TestQueue[] = []
  readonly #home: QueueHome
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(backing: Backing) {
    this.#backing = backing
    const { daemon } = backing
    if (daemon === undefined) {
      this.client = new QueratorClient({ endpoint: backing.endpoint })
      const { endpoint } = backing
      this.fetch = (input, init) => globalThis.fetch(typeof input === 'string' ? new URL(input, endpoint) : input, init)
    } else {
      const send: Send = (request) => daemon.send(request)
      this.client = new QueratorClient({ send })
      this.fetch = fetchFrom(send)
    }
    this.#names = new NameSource(daemon === undefined ? backing.namePrefix : '')
    this.#home = {
      client: this.client,
      pause: (queueName) => this.pause(queueName),
      resume: (queueName) => this.resume(queueName),
      nextClientId: () => this.#clients.next('client'),
    }
  }

  /** The daemon's clock. @throws QueratorError for a server elsewhere, whose clock no test can move */
  get clock(): TestClock {
    return this.#embedded('the clock').clock
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Makes a queue with a name of its own. @throws QueratorError 400 as queues.create does */
  async createQueue(options: QueueOptions = {}): Promise<TestQueue> {
    checkOptions('createQueue', options, QUEUE_OPTIONS)
    const name = options.name ?? this.#names.next(options.label ?? 'queue')
    const deadQueue = await this.#deadQueueFor(name, options)
    return this.#create(name, options, deadQueue)
  }

  /** A queue that exists already; whether it does shows at the first call. */
  queue(name: string): TestQueue {
    return new TestQueue(this.#home, name)
  }

  /** Holds produce, lease, complete and retry of a queue until {@link resume}. @throws QueratorError when it is unknown */
  pause(queueName: string): void {
    this.#embedded('pause').queue(queueName).pause(true)
  }

  /** Lets what a pause held in, together. @throws QueratorError when the queue is unknown */
  resume(queueName: string): void {
    this.#embedded('resume').queue(queueName).pause(false)
  }

  /** A connection without a port, for HTTP clients that take a socket: `http.request({ createConnection })`. */
  connect(): Duplex {
    return this.#embedded('connect').connect()
  }

  /**
   * Opens a TCP port, for everything else; answers the URL. On 127.0.0.1 and a free port, unless said otherwise.
   * Listening does not keep the process open. A second call answers the same URL.
   * @throws QueratorError when the port cannot be opened
   */
  async listen(options: { host?: string; port?: number } = {}): Promise<string> {
    if (this.#backing.daemon === undefined) return this.#backing.endpoint
    return `http://${await this.#backing.daemon.listen(options)}`
  }

  /**
   * Ends the daemon: leases that wait are answered with 453 `queue is shutting down`, then connections end. Not
   * needed at the end of a test; forgetting it is harmless. Calling it again is, too.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [ASYNC_DISPOSE](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    if (this.#backing.daemon !== undefined) return this.#backing.daemon.close()
    await Promise.all(this.#made.map((queue) => queue.delete()))
  }

  #embedded(what: string): Daemon {
    if (this.#backing.daemon !== undefined) return this.#backing.daemon
    throw usageError(
      `${what} works only on a daemon inside the test process, not on ${this.#backing.endpoint}; unset QUERATOR_ENDPOINT (or leave out endpoint) to run this test`,
    )
  }

  async #deadQueueFor(name: string, options: QueueOptions): Promise<TestQueue | undefined> {
    const { deadQueue } = options
    if (deadQueue === undefined || deadQueue === false) return undefined
    if (typeof deadQueue === 'string') return this.queue(deadQueue)
    if (deadQueue !== true) return deadQueue
    const { leaseTimeout, expireTimeout } = options
    return this.#create(`${name}-dead`, {
      ...(leaseTimeout === undefined ? {} : { leaseTimeout }),
      ...(expireTimeout === undefined ? {} : { expireTimeout }),
    })
  }

  async #create(name: string, options: QueueOptions, deadQueue?: TestQueue): Promise<TestQueue> {
    await this.client.queuesCreate({
      queueName: name,
      leaseTimeout: options.leaseTimeout ?? '1m',
      expireTimeout: options.expireTimeout ?? '24h',
      maxAttempts: options.maxAttempts ?? 0,
      deadQueue: deadQueue?.name ?? '',
      reference: options.reference ?? '',
      requestedPartitions: options.partitions ?? 1,
    })
    const queue = new TestQueue(this.#home, name, deadQueue)
    // A daemon of its own takes its queues with it; on a server elsewhere they must be removed.
    if (this.#backing.daemon === undefined) this.#made.push(queue)
    return queue
  }
}
