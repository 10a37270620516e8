/** Hints for a name that does not exist: what exists, and what was probably meant. */
import { MOST_COMPARED, nearestOf } from '../nearest.js'

/** The names that are listed take at most this much room in a header. */
const MOST_LISTED = 2000

/** `existing` and `nearest`, as the details of an error; never part of its message. */
export function nearestNames(name: string, existing: readonly string[]): Record<string, string> {
  if (existing.length === 0) return { existing: 'no queues' }
  const nearest = nearestOf(name, existing)
  return { existing: listOf(existing), ...(nearest === undefined ? {} : { nearest }) }
}

function listOf(names: readonly string[]): string {
  let room = MOST_LISTED
  const listed = names.slice(0, MOST_COMPARED).filter((name) => {
    room -= encodeURIComponent(name).length
    return room >= 0
  })
  const left = names.length - listed.length
  if (left === 0) return listed.join(', ')
  return listed.length === 0 ? `${left} with long names` : `${listed.join(', ')}, and ${left} more`
}
