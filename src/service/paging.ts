/** Pages of lists (docs/protocol/admin.md §3). */
import { isAfter, isBlank } from './names.js'

const USUAL_PAGE = 1000

/** The most items that a list returns: 1,000 for a limit of 0, none for a negative one. */
export function pageSize(limit: number): number {
  return Math.max(0, limit || USUAL_PAGE)
}

/** The id from which a list by id goes: every id comes after the empty one. */
export function pivotId(pivot: string): string {
  return isBlank(pivot) ? '' : pivot
}

/** What a list in the order of creation has from a name on; where nothing has it, from the first greater name on. */
export function fromName<T extends { readonly name: string }>(list: readonly T[], pivot: string): readonly T[] {
  if (isBlank(pivot)) return list
  const exact = list.findIndex(({ name }) => name === pivot)
  if (exact >= 0) return list.slice(exact)
  const greater = list.findIndex(({ name }) => isAfter(name, pivot))
  return greater >= 0 ? list.slice(greater) : []
}
