/** Finds the name that a misspelt one probably means. */

/** The most names that are compared letter by letter. */
export const MOST_COMPARED = 500
/** The longest name that is compared letter by letter. */
const LONGEST_COMPARED = 100
/** Names that differ in this many letters are never near. This limits the cost of a comparison. */
const FAR = 16

/** Returns the existing name that was probably meant. Undefined if none is near. */
export function nearestOf(name: string, existing: readonly string[]): string | undefined {
  if (name.length > LONGEST_COMPARED) return undefined
  let nearest: string | undefined
  // A name that shares fewer than half of its letters is not near.
  let least = Math.min(Math.floor(name.length / 2) + 1, FAR)
  const letters = name.toLowerCase()
  for (const candidate of existing.slice(0, MOST_COMPARED)) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const distance = distanceBelow(least, letters, candidate.toLowerCase())
    if (distance < least) {
      nearest = candidate
      least = distance
    }
  }
  return nearest
}

/** Returns how many letters to add, remove or change to turn `a` into `b`, at most `limit`. */
function distanceBelow(limit: number, a: string, b: string): number {
  const [from, toA, toB] = differing(a, b)
  const [rows, columns] = [toA - from, toB - from]
  if (Math.abs(rows - columns) >= limit) return limit
  if (rows === 0 || columns === 0) return Math.max(rows, columns)
  // Each cell of a row is the number of changes between the first letters of both names.
  const row = Array.from({ length: columns + 1 }, (_, column) => Math.min(column, limit))
  for (let i = 1; i <= rows; i++) {
    // Cells farther from the diagonal need too many changes anyway.
    const [first, last] = [Math.max(1, i - limit + 1), Math.min(columns, i + limit - 1)]
    let diagonal = row[first - 1] as number
    let left = first === 1 ? Math.min(i, limit) : limit
    let best = left
    row[first - 1] = left
    const letter = a.charCodeAt(from + i - 1)
    for (let j = first; j <= last; j++) {
      const above = row[j] as number
      const change = letter === b.charCodeAt(from + j - 1) ? diagonal : diagonal + 1
      left = Math.min(change, above + 1, left + 1, limit)
      row[j] = left
      diagonal = above
      if (left < best) best = left
    }
    if (best >= limit) return limit
  }
  return row[columns] as number
}

/** Returns where two texts begin to differ, and where in each the difference ends. Shared letters at both ends need no comparison. */
function differing(a: string, b: string): [from: number, toA: number, toB: number] {
  let from = 0
  while (from < a.length && from < b.length && a.charCodeAt(from) === b.charCodeAt(from)) from++
  let [toA, toB] = [a.length, b.length]
  while (toA > from && toB > from && a.charCodeAt(toA - 1) === b.charCodeAt(toB - 1)) {
    toA--
    toB--
  }
  return [from, toA, toB]
}
