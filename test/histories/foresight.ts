/**
 * What the answers of a whole history tell about each of its moments. The search uses it to see early that an order is wrong; it
 * excludes nothing but what an answer would contradict later.
 */
import type { AnsweredItem, Input, Output } from './calls.js'
import type { Operation } from './linearizability.js'

type Call = Operation<Input, Output>

/** The ids that items are going to be seen under, by {@link placeName}. */
export type ForeseenIds = ReadonlyMap<string, string>

/**
 * Names a place of an item in the order of its partition. It comes to a place with other attempts each time, because it leaves it
 * by a lease only, or it is scheduled there.
 */
export function placeName(reference: string, attempts: number | 'scheduled'): string {
  return `${reference} ${attempts}`
}

/** Reads the ids out of all answers. */
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

/** With how many attempts the item came to the place at which it was seen. */
function attemptsAtPlace({ attempts, leasedUntil }: AnsweredItem, scheduled: boolean): number | 'scheduled' {
  if (scheduled && attempts === 0) return 'scheduled'
  // Who is given back for later keeps its place until then.
  return scheduled || leasedUntil !== undefined ? attempts - 1 : attempts
}

/** A produce that was given up has happened all the same when somebody has seen one of its items. */
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
