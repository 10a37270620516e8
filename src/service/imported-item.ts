/** Converts an imported item from the protocol to the engine (docs/protocol/admin.md §11). */
import type { ExactInstant } from '../clock/exact-instant.js'
import type { ImportedItem } from '../engine/queue/import-items.js'
import type { Timestamp } from '../protocol/messages/message.js'
import type { RequestOf } from '../protocol/methods.js'
import { instantOf } from '../protocol/timestamp.js'

type GivenItem = RequestOf<'storageItemsImport'>['items'][number]

/** The value of a timestamp that an import leaves out. */
const EPOCH: ExactInstant = { at: 0, early: 0 }

/** Returns the instant of a timestamp that may be missing. */
export function givenInstant(timestamp: Timestamp | undefined): ExactInstant {
  return timestamp === undefined ? EPOCH : instantOf(timestamp)
}

/** Returns the item for the engine. */
export function importedItem(given: GivenItem): ImportedItem {
  return {
    reference: given.reference,
    encoding: given.encoding,
    kind: given.kind,
    payload: given.payload,
    sourceId: given.sourceId,
    isLeased: given.isLeased,
    leaseDeadline: givenInstant(given.leaseDeadline),
    expireDeadline: givenInstant(given.expireDeadline),
    attempts: given.attempts,
    maxAttempts: given.maxAttempts,
  }
}
