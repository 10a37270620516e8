/** Compares an item with what a test gives: its reference, or some of its fields. */

import { usageError } from '../../errors.js'
import { isBytes } from '../../protocol/byte-text.js'
import type { SeenItem } from './seen-item.js'

/**
 * The fields of an item that a matcher compares. Leave out what may be anything. Each value may be an asymmetric matcher of your
 * runner, such as `expect.any(Number)`.
 */
export interface ItemFields {
  /** The producer's name for the item. */
  readonly reference?: unknown
  /** The producer's kind of item. */
  readonly kind?: unknown
  /** The producer's encoding of the payload. */
  readonly encoding?: unknown
  /** How often the item has been leased. */
  readonly attempts?: unknown
  /** The number of the partition. */
  readonly partition?: unknown
  /** The id. */
  readonly id?: unknown
  /** The payload, parsed as JSON. It is compared as a whole. */
  readonly json?: unknown
  /** The payload as text. */
  readonly text?: unknown
  /** The payload as bytes. */
  readonly bytes?: unknown
}

/** An item that a matcher expects: its reference, some of its fields, or an asymmetric matcher for an object with all fields. */
export type PartialItem = string | ItemFields

const FIELDS = ['reference', 'kind', 'encoding', 'attempts', 'partition', 'id', 'json', 'text', 'bytes']

/** @throws QueratorError if it has a field that items do not have */
export function checkPartialItem(matcher: string, expected: PartialItem): void {
  if (typeof expected !== 'object' || expected === null || isAsymmetric(expected)) return
  const unknown = Object.keys(expected).find((field) => !FIELDS.includes(field))
  if (unknown === undefined) return
  throw usageError(`${matcher}: items have no field '${unknown}'; they have: ${FIELDS.join(', ')}`)
}

/** Returns the fields in which an item differs from the expected one. */
export function differences(expected: PartialItem, item: SeenItem): string[] {
  if (typeof expected === 'string') return expected === item.reference ? [] : ['reference']
  if (isAsymmetric(expected)) return expected.asymmetricMatch(fieldsOf(item)) ? [] : ['item']
  return Object.entries(expected)
    .filter(([field, value]) => value !== undefined && !equals(value, fieldOf(item, field)))
    .map(([field]) => field)
}

/** Returns the item as an object, for an asymmetric matcher of the whole item. */
function fieldsOf(item: SeenItem): Record<string, unknown> {
  return Object.fromEntries(FIELDS.map((field) => [field, fieldOf(item, field)]))
}

function fieldOf(item: SeenItem, field: string): unknown {
  if (field === 'text') return item.payload?.text()
  if (field === 'bytes') return item.payload?.bytes
  if (field !== 'json') return item[field as keyof SeenItem]
  try {
    return item.payload?.json()
  } catch {
    // Other text equals no JSON value.
    return undefined
  }
}

interface Asymmetric {
  asymmetricMatch(other: unknown): boolean
}

function isAsymmetric(value: unknown): value is Asymmetric {
  return typeof (Object(value) as Partial<Asymmetric>).asymmetricMatch === 'function'
}

/** Whether two values are deeply equal. Ignores prototypes, because values may come from other realms. */
export function equals(expected: unknown, actual: unknown): boolean {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(actual)
  if (Object.is(expected, actual)) return true
  if (typeof expected !== 'object' || typeof actual !== 'object' || expected === null || actual === null) return false
  if (isBytes(expected) || isBytes(actual)) {
    return isBytes(expected) && isBytes(actual) && Buffer.compare(expected, actual) === 0
  }
  if (isDate(expected) || isDate(actual)) return isDate(expected) && isDate(actual) && +expected === +actual
  if (Array.isArray(expected) !== Array.isArray(actual)) return false
  const [ours, theirs] = [defined(expected), defined(actual)]
  return (
    ours.length === theirs.length &&
    ours.every(([key, value]) => equals(value, (actual as Record<string, unknown>)[key]))
  )
}

function defined(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined)
}

function isDate(value: object): value is Date {
  return typeof (value as Partial<Date>).getTime === 'function'
}
