/** The items that a test produces. */
import { checkOptions } from '../../client/known-options.js'
import { usageError } from '../../errors.js'
import { type PayloadInput, payloadBytes } from './payload.js'

/** An item to be produced. */
export interface ItemInput extends PayloadInput {
  /** Your own name for the item. Its id changes, this does not. */
  readonly reference?: string
  readonly kind?: string
  readonly encoding?: string
  /** When it may be leased first. Default: now. Less than 100 ms ahead means now. */
  readonly enqueueAt?: Date
}

const ITEM_FIELDS = ['reference', 'kind', 'encoding', 'enqueueAt', 'json', 'text', 'bytes']

/**
 * The items as the client sends them.
 * @throws QueratorError for a field that items do not have, and for a list of items in the place of one
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
