/** Compares the items of a queue with the expected ones: which are wrong, which are missing, and what happened to those. */

import { usageError } from '../../errors.js'
import { dueFault, type ExpectedDue } from './due.js'
import { failureOf, type MatcherOutcome, shownExpectation } from './failure.js'
import { checkPartialItem, differences, type PartialItem, type PartialScheduledItem } from './partial-item.js'
import { seenInEvent } from './seen-in-record.js'
import type { SeenItem } from './seen-item.js'
import type { Subject } from './subject.js'

/** How many items a matcher expects, or which items in this order. Name each by its reference or by some of its fields. */
export type ExpectedItems = number | readonly PartialItem[]

/** How many items `toHaveScheduled` or `toHaveProduced` expects, or which items in this order. They may say when an item comes due. */
export type ExpectedScheduledItems = number | readonly PartialScheduledItem[]

/** What is wrong with each item of the queue, empty if nothing is, and which expected items are missing. */
interface Differences {
  readonly wrongAt: readonly string[]
  readonly missing: readonly PartialScheduledItem[]
}

/** Longer lists are only compared place by place. */
const MOST_ALIGNED = 300

/** Compares items with the expected number, or with the expected items in order. */
export function compared(
  subject: Subject,
  matcher: string,
  claim: string,
  seen: readonly SeenItem[],
  expected: ExpectedScheduledItems,
): MatcherOutcome {
  checkExpected(matcher, expected)
  if (typeof expected === 'number') {
    const words = `${claim} ${expected} ${expected === 1 ? 'item' : 'items'}, but there are ${seen.length}`
    return failureOf(subject, words, seen, { pass: seen.length === expected, concerned: seen })
  }
  const { wrongAt, missing } = found(seen, expected)
  const elsewhere = absent(subject, seen, expected)
  const wrong = seen.filter((_, at) => wrongAt[at] !== '')
  const pass = wrong.length === 0 && missing.length === 0
  return failureOf(subject, claim, seen, {
    pass,
    concerned: pass ? seen : [...elsewhere.known.values(), ...wrong],
    wrong: (_, at) => wrongAt[at] as string,
    missing: missing.map((item) => {
      const reference = referenceOf(item)
      const never = elsewhere.unheardOf.has(reference) ? `, ${subject.stranger(reference ?? '')}` : ''
      return `missing: ${shownExpectation(item)}${never}`
    }),
  })
}

/** The matchers that compare when an item comes due. */
const TAKE_DUE = ['toHaveScheduled', 'toHaveProduced']

/** @throws QueratorError if it is neither a number of items nor a list of items with fields that the matcher compares */
export function checkExpected(matcher: string, expected: unknown): void {
  if (typeof expected === 'number') {
    checkCount(matcher, expected)
    return
  }
  checkList(matcher, expected)
  for (const item of expected) checkPartialItem(matcher, item, TAKE_DUE.includes(matcher))
}

/** @throws QueratorError if it is not a list */
export function checkList(matcher: string, expected: unknown): asserts expected is PartialScheduledItem[] {
  if (!Array.isArray(expected)) throw usageError(`${matcher} takes a list of items; got ${String(expected)}`)
}

/** @throws QueratorError if it is not a number of items */
export function checkCount(matcher: string, count: unknown): void {
  if (Number.isInteger(count) && (count as number) >= 0) return
  throw usageError(`${matcher} takes a whole number, 0 or more; got ${String(count)}`)
}

function found(seen: readonly SeenItem[], expected: readonly PartialScheduledItem[]): Differences {
  const same = seen.length === expected.length || Math.max(seen.length, expected.length) > MOST_ALIGNED
  const partners = same ? seen.map((_, at) => at) : aligned(seen, expected)
  const left = new Set(expected.keys())
  for (const partner of partners) left.delete(partner)
  const wrongAt = seen.map((item, at) => {
    const wanted = expected[partners[at] as number]
    if (wanted === undefined) return strayed(item, expected, left)
    return faultOf(wanted, item)
  })
  return { wrongAt, missing: [...left].map((at) => expected[at] as PartialScheduledItem) }
}

/** Says what is wrong with an item without a partner. It may be expected in another place, or with other fields. */
function strayed(item: SeenItem, expected: readonly PartialScheduledItem[], left: Set<number>): string {
  const places = [...left]
  const fits = (at: number) => differences(expected[at] as PartialScheduledItem, item).length === 0
  const elsewhere = places.find(fits)
  const other = places.find(
    (at) => item.reference !== '' && referenceOf(expected[at] as PartialScheduledItem) === item.reference,
  )
  left.delete(elsewhere ?? other ?? -1)
  if (elsewhere !== undefined) return 'out of order'
  return other === undefined ? 'not expected' : faultOf(expected[other] as PartialScheduledItem, item)
}

/** Says how an item differs from the expected one. Empty if it does not. */
function faultOf(wanted: PartialScheduledItem, item: SeenItem): string {
  const fields = differences(wanted, item)
  if (fields.length === 0) return ''
  const due = fields.includes('due') ? dueFault(wanted as ExpectedDue, item.due) : ''
  if (fields.length === 1 && due !== '') return due
  return [`expected ${shownExpectation(wanted)}`, due].filter((text) => text !== '').join('; ')
}

/**
 * Returns for each item the place of its partner among the expected ones, or -1. As many as possible have one, and partners
 * keep their order. So if an item in the middle is missing, those behind it are not wrong.
 */
function aligned(seen: readonly SeenItem[], expected: readonly PartialScheduledItem[]): number[] {
  const fits = seen.map((item) => expected.map((wanted) => differences(wanted, item).length === 0))
  // The most pairs from these places on.
  const best = Array.from({ length: seen.length + 1 }, () => new Array<number>(expected.length + 1).fill(0))
  const bestOf = (row: number, column: number) => best[row]?.[column] ?? 0
  for (let row = seen.length - 1; row >= 0; row--) {
    for (let column = expected.length - 1; column >= 0; column--) {
      const taken = fits[row]?.[column] ? bestOf(row + 1, column + 1) + 1 : 0
      const line = best[row] as number[]
      line[column] = Math.max(taken, bestOf(row + 1, column), bestOf(row, column + 1))
    }
  }
  let column = 0
  return seen.map((_, row) => {
    while (column < expected.length && bestOf(row, column) === bestOf(row, column + 1)) column++
    const taken = fits[row]?.[column] === true && bestOf(row, column) === bestOf(row + 1, column + 1) + 1
    return taken ? column++ : -1
  })
}

/** Finds expected references that are not there: those of which something happened, and those of which nothing did. */
function absent(subject: Subject, seen: readonly SeenItem[], expected: readonly PartialScheduledItem[]) {
  const known = new Map<string, SeenItem>()
  const unheardOf = new Set<string | undefined>()
  const history = subject.history()
  if (history === undefined) return { known, unheardOf }
  for (const reference of expected.map(referenceOf)) {
    if (reference === undefined || seen.some((item) => item.reference === reference)) continue
    const last = history.findLast((event) => event.reference === reference)
    if (last === undefined) unheardOf.add(reference)
    else known.set(reference, seenInEvent(last, history))
  }
  return { known, unheardOf }
}

/** Returns the expected reference. Undefined if it may be any. */
function referenceOf(expected: PartialScheduledItem): string | undefined {
  const reference: unknown = typeof expected === 'string' ? expected : expected.reference
  return typeof reference === 'string' && reference !== '' ? reference : undefined
}
