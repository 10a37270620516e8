/** Removing a queue that may be gone already. */
import type { QueratorClient } from '../client/client.js'
import { isQueratorError } from '../errors.js'

/** Removes a queue; does nothing when it is gone. */
export async function deleteQueue(client: QueratorClient, queueName: string): Promise<void> {
  try {
    await client.queuesDelete({ queueName, force: true })
  } catch (error) {
    if (!isQueratorError(error) || !error.message.startsWith('queue does not exist')) throw error
  }
}
