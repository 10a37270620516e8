/** Deletes a queue that may be gone already. */
import type { QueratorClient } from '../../client/client.js'
import { isMissing } from '../../errors.js'

/** Deletes a queue. Does nothing if it is gone. @internal */
export async function deleteQueue(client: QueratorClient, queueName: string): Promise<void> {
  try {
    await client.queuesDelete({ queueName, force: true })
  } catch (error) {
    if (!isMissing(error, 'queue')) throw error
  }
}
