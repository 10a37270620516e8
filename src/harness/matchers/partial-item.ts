/** Compares an item with what a test gives: its reference, or some of its fields. */

import { usageError } from '../../errors.js'
import { isBytes } from '../../protocol/byte-text.js'
import { isAsymmetric } from './asymmetric.js'
import { checkDue, DUE_FIELDS, dueFault } from './due.js'
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

/** The fields of an item that `toHaveScheduled` and `toHaveProduced` compare. */
export interface ScheduledItemFields extends ItemFields {
  /**
   * How long until the item can be leased, in milliseconds or as a duration such as `'1h'`. It counts by the daemon's clock, in
   * `toHaveScheduled` from now, and in `toHaveProduced` from when the item was produced. Without `delta`, it is exact to the millisecond on
   * a frozen clock. On a running clock, up to a second less may be left.
   */
  readonly in?: unknown
  /** The time from which the item can be leased: a `Date`, or a text such as `'2026-01-31T09:00:00Z'`. Exact to the millisecond without `delta`. */
  readonly at?: unknown
  /** How far from `in` or `at` it may be, to either side, in milliseconds or as a duration such as `'10s'`. */
  readonly delta?: number | string
}

/** An item that `toHaveScheduled` or `toHaveProduced` expects: its reference, some of its fields, or an asymmetric matcher for an object with all fields. */
export type PartialScheduledItem = string | ScheduledItemFields

/** An item that a matcher expects: its reference, some of its fields, or an asymmetric matcher for an object with all fields. */
export type PartialItem = string | ItemFields

const FIELDS = ['reference', 'kind', 'encoding', 'attempts', 'partition', 'id', 'json', 'text', 'bytes']

/** @throws QueratorError if it has a field that items do not have, or a wrong due time. Only some matchers take a due time. */
export function checkPartialItem(matcher: string, expected: PartialScheduledItem, takesDue: boolean): void {
  if (typeof expected !== 'object' || expected === null || isAsymmetric(expected)) return
  const fields = takesDue ? [...FIELDS, ...DUE_FIELDS] : FIELDS
  const unknown = Object.keys(expected).find((field) => !fields.includes(field))
  if (unknown !== undefined) {
    throw usageError(`${matcher}: items have no field '${unknown}'; they have: ${fields.join(', ')}`)
  }
  if (takesDue) checkDue(matcher, expected)
}

/**
 * Returns the fields in which an item differs from the expected one. `due` stands for `in`, `at` and `delta`.
 * @throws QueratorError if a field that nobody knows would decide. Otherwise a claim that it is not so would hold for no reason.
 */
export function differences(expected: PartialScheduledItem, item: SeenItem): string[] {
  if (typeof expected === 'string') return expected === item.reference ? [] : ['reference']
  if (isAsymmetric(expected)) return expected.asymmetricMatch(fieldsOf(item)) ? [] : ['item']
  const fields = Object.entries(expected).filter(([field, value]) => value !== undefined && !DUE_FIELDS.includes(field))
  const due = dueFault(expected, item.due) === '' ? [] : ['due']
  const isKnown = ([field]: [string, unknown]) => item.lacks?.(field) === undefined
  const differ = (given: [string, unknown][]) => {
    return given.filter(([field, value]) => !equals(value, fieldOf(item, field))).map(([field]) => field)
  }
  const wrong = [...differ(fields.filter(isKnown)), ...due]
  // Throws at a field that is not known.
  return wrong.length > 0 ? wrong : differ(fields)
}

/** Returns the item as an object, for an asymmetric matcher of the whole item. */
function fieldsOf(item: SeenItem): object {
  const fields = FIELDS.map((field) => [field, { enumerable: true, get: () => fieldOf(item, field) }])
  return Object.defineProperties({}, Object.fromEntries(fields) as PropertyDescriptorMap)
}

function fieldOf(item: SeenItem, field: string): unknown {
  const lack = item.lacks?.(field)
  if (lack !== undefined) throw usageError(lack)
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
