/** Consumers that own their loop, as applications have them. */
import type { LeasedItem, TestQueue } from '../../src/index.js'
import { isQueratorError } from '../../src/index.js'

/** What a consumer does with an item. It completes the item if this returns, and leaves it leased if this throws. */
export type Work = (item: LeasedItem) => unknown

/** Leases items one by one until the signal is aborted. A lease that gets nothing in time is asked for again. */
export async function consume(
  queue: TestQueue,
  signal: AbortSignal,
  work: Work = () => undefined,
  { clientId = 'worker', requestTimeout = '30s' } = {},
): Promise<void> {
  while (!signal.aborted) {
    const lease = await queue.lease({ clientId, requestTimeout, signal }).catch((error: unknown) => {
      if (isQueratorError(error) && error.code === 454) return undefined
      throw error
    })
    for (const item of lease?.items ?? []) {
      try {
        await work(item)
      } catch {
        continue
      }
      await item.complete()
    }
  }
}
