/** Hints for a name that does not exist. */
import { MOST_COMPARED, nearestOf } from '../nearest.js'

/** The largest size of the listed names in a header, in bytes. */
const MOST_LISTED = 2000

/** Returns the existing names and the nearest one as details of an error. They are never part of its message. */
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
