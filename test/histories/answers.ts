/** Converts real replies to the results of a history. */
import { isQueratorError } from '../../src/index.js'
import type { ResponseOf } from '../../src/protocol/methods.js'
import type { AnsweredItem, Output } from './calls.js'

type Time = { readonly seconds: bigint; readonly nanos: number }

/** The result of a lease. */
export function leaseAnswer({ partition, items }: ResponseOf<'queueLease'>): Output {
  const leased = items.map(({ reference, id, attempts, leaseDeadline, bytes }): AnsweredItem => {
    return { reference: named(reference, bytes), id, attempts, leasedUntil: timeOf(leaseDeadline) }
  })
  return { leased, partition }
}

/** The result of listing items or scheduled items. */
export function listAnswer({ items }: ResponseOf<'storageItemsList'>): Output {
  return {
    listed: items.map((item): AnsweredItem => {
      const { reference, id, attempts, isLeased, payload } = item
      return {
        reference: named(reference, payload),
        id,
        attempts,
        leasedUntil: isLeased ? timeOf(item.leaseDeadline) : undefined,
        created: timeOf(item.createdAt),
        expires: timeOf(item.expireDeadline),
      }
    }),
  }
}

/** The result of reading stats. */
export function statsAnswer({ logicalQueues: [logical] }: ResponseOf<'queueStats'>): Output {
  if (logical === undefined) return { error: 'the statistics are empty' }
  return {
    counts: {
      partitions: logical.partitions.map(({ total, totalLeased, scheduled }) => {
        return { total, leased: totalLeased, scheduled }
      }),
      leaseWaiting: logical.leaseWaiting,
      produceWaiting: logical.produceWaiting,
      completeWaiting: logical.completeWaiting,
      inFlight: logical.inFlight,
    },
  }
}

/** The error of the daemon, or undefined if the error came from elsewhere. */
export function errorAnswer(error: unknown): Output | undefined {
  return isQueratorError(error) && error.code !== 0 ? { error: `${error.code} ${error.message}` } : undefined
}

/** Payloads equal references. If they do not, the result shows it. */
function named(reference: string, payload: Uint8Array): string {
  const text = Buffer.from(payload).toString('utf8')
  return text === reference ? reference : `${reference} with the payload '${text}'`
}

function timeOf(time: Time | undefined): number {
  return time === undefined ? Number.NaN : Number(time.seconds) * 1000 + time.nanos / 1e6
}
