/** What a queue tells here or on a server elsewhere: why a lease gets nothing, and what is in it. */

import { explainQueue } from '../../diagnosis/explain.js'
import { queueSnapshot } from '../../diagnosis/queue-snapshot.js'
import { usageError } from '../../errors.js'
import { noSync } from '../elsewhere/remote-clock.js'
import type { RemotePlace } from '../elsewhere/remote-waits.js'
import { queueCounts } from './queue-counts.js'
import type { QueueHome } from './queue-home.js'

/** See `queue.explain`. */
export function explained(home: QueueHome, name: string): string {
  if (home.remote !== undefined) throw noSync('queue.explain()', 'await queue.explanation()')
  return explainQueue(home.embedded('explain'), name, home.waiting(name).first)
}

/** See `queue.explanation`. */
export async function explanation(home: QueueHome, name: string): Promise<string> {
  if (home.remote === undefined) return explained(home, name)
  const { text } = await home.remote.control.get<{ text: string }>('/test/explain', { queue: name })
  return text
}

/** See `queue.snapshot`. */
export async function snapshotOf(home: QueueHome, name: string): Promise<string> {
  if (home.remote !== undefined) {
    const { text } = await home.remote.control.get<{ text: string }>('/test/snapshot', { queue: name })
    return text
  }
  const daemon = home.embedded('snapshot')
  // Earlier calls of this test have arrived when this one is answered.
  await queueCounts(home.ownClient, name)
  return queueSnapshot(daemon, name)
}

/** Returns what waits work on at a server elsewhere with a control plane. Undefined for any other daemon. */
export function remotePlace({ remote, waiting }: QueueHome, queue: string): RemotePlace | undefined {
  if (remote === undefined) return undefined
  return { control: remote.control, events: remote.events, queue, patience: waiting(queue).patience }
}

/** Returns the name of the dead letter queue of a queue. @throws QueratorError if it has none, or on a server elsewhere */
export function deadQueueName({ daemon }: QueueHome, queueName: string): string {
  const name = daemon?.inspector.deadQueueOf(queueName)
  if (name !== undefined) return name
  throw usageError(`the queue '${queueName}' has no dead letter queue; make it with createQueue({ deadQueue: true })`)
}
