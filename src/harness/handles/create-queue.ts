/** Creates queues for tests. */
import type { Backing } from '../backing/backing.js'
import type { QueueHome } from './queue-home.js'
import { checkQueueOptions, type QueueOptions, queueRequest } from './queue-options.js'
import { TestQueue } from './test-queue.js'
import { makeNamespace } from './test-users.js'

/** See `daemon.createQueue`. */
export async function createQueue(backing: Backing, home: QueueHome, options: QueueOptions): Promise<TestQueue> {
  checkQueueOptions(options)
  backing.checkOpen()
  const name = options.name ?? newName(backing, options.label ?? 'queue')
  if (options.namespace) await makeNamespace(backing.ownClient, options.namespace)
  const make = async (queueName: string, given: QueueOptions, deadQueue?: TestQueue) => {
    await backing.client.queuesCreate(queueRequest(queueName, given, deadQueue?.name ?? ''))
    const queue = new TestQueue(home, queueName, deadQueue, true)
    backing.made(queue)
    return queue
  }
  const { deadQueue } = options
  if (deadQueue !== true) {
    const given = typeof deadQueue === 'string' ? new TestQueue(home, deadQueue) : deadQueue || undefined
    return make(name, options, given)
  }
  const { leaseTimeout, expireTimeout, namespace } = options
  const ofDead = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(leaseTimeout === undefined ? {} : { leaseTimeout }),
    ...(expireTimeout === undefined ? {} : { expireTimeout }),
  }
  return make(name, options, await make(`${name}-dead`, ofDead))
}

/** Returns a name that no queue has. A copy of another daemon has queues that this one did not name. */
function newName(backing: Backing, label: string): string {
  for (;;) {
    const name = backing.names.next(label)
    if (!backing.isEmbedded || backing.embedded('observe').inspector.queueId(name) === undefined) return name
  }
}
