/** Creates the queues of a test daemon, with their dead letter queues and namespaces. */
import type { Backing } from '../backing/backing.js'
import { checkQueueOptions, type QueueOptions, queueRequest } from './queue-options.js'
import { type QueueHome, TestQueue } from './test-queue.js'
import { makeNamespace } from './test-users.js'

/** Creates queues for tests. */
export class QueueMaker {
  readonly #backing: Backing
  readonly #home: QueueHome

  constructor(backing: Backing, home: QueueHome) {
    this.#backing = backing
    this.#home = home
  }

  /** See `daemon.createQueue`. */
  async create(options: QueueOptions): Promise<TestQueue> {
    checkQueueOptions(options)
    this.#backing.checkOpen()
    const name = options.name ?? this.#backing.names.next(options.label ?? 'queue')
    if (options.namespace) await makeNamespace(this.#backing.ownClient, options.namespace)
    const deadQueue = await this.#deadQueueFor(name, options)
    return this.#make(name, options, deadQueue)
  }

  async #deadQueueFor(name: string, options: QueueOptions): Promise<TestQueue | undefined> {
    const { deadQueue } = options
    if (deadQueue === undefined || deadQueue === false) return undefined
    if (typeof deadQueue === 'string') return new TestQueue(this.#home, deadQueue)
    if (deadQueue !== true) return deadQueue
    const { leaseTimeout, expireTimeout, namespace } = options
    return this.#make(`${name}-dead`, {
      ...(namespace === undefined ? {} : { namespace }),
      ...(leaseTimeout === undefined ? {} : { leaseTimeout }),
      ...(expireTimeout === undefined ? {} : { expireTimeout }),
    })
  }

  async #make(name: string, options: QueueOptions, deadQueue?: TestQueue): Promise<TestQueue> {
    await this.#backing.client.queuesCreate(queueRequest(name, options, deadQueue?.name ?? ''))
    const queue = new TestQueue(this.#home, name, deadQueue)
    this.#backing.made(queue)
    return queue
  }
}
