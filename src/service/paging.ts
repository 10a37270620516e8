/** Pages of lists (docs/protocol/admin.md §3). */
import { isAfter, isBlank } from './names.js'

const USUAL_PAGE = 1000

/** Returns the most items that a list may return: 1,000 for a limit of 0, none for a negative limit. */
export function pageSize(limit: number): number {
  return Math.max(0, limit || USUAL_PAGE)
}

/** Returns the id at which a list by id starts. Every id comes after the empty one. */
export function pivotId(pivot: string): string {
  return isBlank(pivot) ? '' : pivot
}

/** Returns a list in order of creation from a name on. If the name does not exist, it starts at the first greater name. */
export function fromName<T extends { readonly name: string }>(list: readonly T[], pivot: string): readonly T[] {
  if (isBlank(pivot)) return list
  const exact = list.findIndex(({ name }) => name === pivot)
  if (exact >= 0) return list.slice(exact)
  const greater = list.findIndex(({ name }) => isAfter(name, pivot))
  return greater >= 0 ? list.slice(greater) : []
}
