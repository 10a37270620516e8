/**
 * The keys of items and records in LevelDB. They are text of ASCII, but for ids, so that they are in order and quick to read: LevelDB
 * orders bytes, and a string costs a third of a `Buffer`.
 */
import { RECORD_KINDS, type RecordKind } from '../storage.js'

/** Before all keys of items, and after them. */
export const ITEMS = ['i', 'j'] as const
/** Before all marks of ended partitions, and after them. */
export const ENDED = ['e', 'f'] as const
const RECORD = 'r'
const LAST_SEQUENCE = 2 ** 48 - 1
const FIRST_KIND = 48

/** Returns seven bits of a number as a character. */
const bits = (value: number) => value & 127

/** Returns the key of an item: `i`, five characters for the partition, and seven for the sequence number. */
export function itemKey(partition: number, sequence: number): string {
  const high = Math.floor(sequence / 2 ** 28)
  const low = sequence % 2 ** 28
  return (
    ITEMS[0] +
    partitionText(partition) +
    String.fromCharCode(
      bits(high >>> 14),
      bits(high >>> 7),
      bits(high),
      low >>> 21,
      bits(low >>> 14),
      bits(low >>> 7),
      bits(low),
    )
  )
}

/** Returns the first and the last key that an item of a partition can have. */
export function itemsOf(partition: number): { gte: string; lte: string } {
  return { gte: itemKey(partition, 0), lte: itemKey(partition, LAST_SEQUENCE) }
}

/** Returns the key that says that a partition has ended. */
export function endedKey(partition: number): string {
  return ENDED[0] + partitionText(partition)
}

/** Returns the partition that the key of an item, or of a mark, names. */
export function partitionOf(key: string): number {
  const low = (key.charCodeAt(2) << 21) | (key.charCodeAt(3) << 14) | (key.charCodeAt(4) << 7) | key.charCodeAt(5)
  return key.charCodeAt(1) * 2 ** 28 + low
}

/** Returns the sequence number in the key of an item. */
export function sequenceOf(key: string): number {
  const high = (key.charCodeAt(6) << 14) | (key.charCodeAt(7) << 7) | key.charCodeAt(8)
  const low = (key.charCodeAt(9) << 21) | (key.charCodeAt(10) << 14) | (key.charCodeAt(11) << 7) | key.charCodeAt(12)
  return high * 2 ** 28 + low
}

/** Returns the key of a record. */
export function recordKey(kind: RecordKind, id: string): string {
  return RECORD + String.fromCharCode(FIRST_KIND + RECORD_KINDS.indexOf(kind)) + id
}

/** Returns the kind and the id that the key of a record names, or `undefined` if it is no key of a record. */
export function recordOf(key: string): { kind: RecordKind; id: string } | undefined {
  const kind = RECORD_KINDS[key.charCodeAt(1) - FIRST_KIND]
  return key[0] === RECORD && kind !== undefined ? { kind, id: key.slice(2) } : undefined
}

function partitionText(partition: number): string {
  return String.fromCharCode(
    partition >>> 28,
    bits(partition >>> 21),
    bits(partition >>> 14),
    bits(partition >>> 7),
    bits(partition),
  )
}
