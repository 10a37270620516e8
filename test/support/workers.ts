/** Consumers that own their loop, as applications have them, and what their tests need. */
import { isQueratorError, type LeasedItem, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'

/** When {@link frozen} daemons start. */
export const START = Date.parse('2026-01-01')
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** A daemon whose clock stands still. */
export function frozen(): Promise<TestDaemon> {
  return startTestDaemon({ clock: { start: START }, log: 'silent' })
}

/** A handler that fails. */
export function fails(): never {
  throw new Error('smtp is down')
}

/** The error of a promise. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error as Error,
  )
}

/** The lines of the message of its error. */
export async function linesOf(promise: Promise<unknown>): Promise<string[]> {
  return (await errorOf(promise)).message.split('\n')
}

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
