/**
 * What the results of a whole history reveal about each of its moments. The search uses this to reject wrong orders
 * early. It rejects only orders that a later result would contradict.
 */
import type { AnsweredItem, Input, Output } from './calls.js'
import type { Operation } from './linearizability.js'

type Call = Operation<Input, Output>

/** The ids under which items will be seen, by {@link placeName}. */
export type ForeseenIds = ReadonlyMap<string, string>

/**
 * Names one place of an item in its partition. The number of attempts identifies it, because an item leaves a place
 * only by a lease, or is scheduled there.
 */
export function placeName(reference: string, attempts: number | 'scheduled'): string {
  return `${reference} ${attempts}`
}

/** Collects the ids from all results. */
export function foreseenIds(operations: readonly Call[]): ForeseenIds {
  const ids = new Map<string, string>()
  for (const { input, output } of operations) {
    for (const item of itemsOf(output)) {
      const name = placeName(item.reference, attemptsAtPlace(item, input.do === 'scheduled'))
      if (!ids.has(name)) ids.set(name, item.id)
    }
  }
  return ids
}

/** How many attempts the item had when it came to the place where it was seen. */
function attemptsAtPlace({ attempts, leasedUntil }: AnsweredItem, scheduled: boolean): number | 'scheduled' {
  if (scheduled && attempts === 0) return 'scheduled'
  // An item retried for later keeps its place until it comes due.
  return scheduled || leasedUntil !== undefined ? attempts - 1 : attempts
}

/** An aborted produce did take effect if anybody saw one of its items. */
export function withoutDoubt(operations: readonly Call[]): Call[] {
  const seen = new Set(operations.flatMap(({ output }) => itemsOf(output).map(({ reference }) => reference)))
  return operations.map((operation) => {
    const { input, optional } = operation
    if (!optional || input.do !== 'produce') return operation
    return { ...operation, optional: !input.items.some(({ reference }) => seen.has(reference)) }
  })
}

function itemsOf(output: Output | undefined): readonly AnsweredItem[] {
  if (typeof output !== 'object') return []
  if ('leased' in output) return output.leased
  return 'listed' in output ? output.listed : []
}
