/** The inputs of `produce` and `lease`. */
import { checkOptions } from '../../client/known-options.js'
import { usageError } from '../../errors.js'
import { type PayloadInput, payloadBytes } from './payload.js'

/** An item to produce. Give its payload as one of `json`, `text` and `bytes`, or leave it out for an empty payload. */
export interface ItemInput extends PayloadInput {
  /** Your own name for the item. It stays the same, while the id changes. Default: an empty text. */
  readonly reference?: string
  /** The kind of item, a text for your consumers. Default: an empty text. */
  readonly kind?: string
  /** The encoding of the payload, a text for your consumers. Default: an empty text. */
  readonly encoding?: string
  /** The earliest time at which the item may be leased. Default: now. A time less than 100 ms ahead means now. */
  readonly enqueueAt?: Date
}

/** Options of `queue.lease()`. */
export interface LeaseOptions {
  /** How many items to lease at most, 1 to 1,000. Default 1. */
  readonly batchSize?: number
  /** The name of the consumer. Default: a new one for each lease. */
  readonly clientId?: string
  /** How long to wait for the first item, by the daemon's clock: more than 10 ms, at most 15 minutes. Default `'2s'`. */
  readonly requestTimeout?: string
  /** Cancels the lease. If it waits, the daemon drops it at once. */
  readonly signal?: AbortSignal
}

const ITEM_FIELDS = ['reference', 'kind', 'encoding', 'enqueueAt', 'json', 'text', 'bytes']

/**
 * Returns the items as the client sends them.
 * @throws QueratorError if a field is unknown, a payload is wrong, or an item is a list
 */
export function producedItems(items: readonly ItemInput[]) {
  for (const item of items) {
    if (Array.isArray(item)) throw usageError('produce takes items one by one; for a list write produce(...items)')
    checkOptions('an item to produce', item, ITEM_FIELDS, 'field')
  }
  return items.map(producedItem)
}

function producedItem(item: ItemInput) {
  const { reference = '', kind = '', encoding = '', enqueueAt } = item
  const bytes = payloadBytes(item)
  return { reference, kind, encoding, bytes, ...(enqueueAt === undefined ? {} : { enqueueAt }) }
}
