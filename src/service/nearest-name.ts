/** Hints for a name that does not exist: what exists, and what was probably meant. */

/** At most this many names are listed. */
const MOST_LISTED = 20

/** `existing` and `nearest`, as the details of an error; never part of its message. */
export function nearestNames(name: string, existing: readonly string[]): Record<string, string> {
  if (existing.length === 0) return { existing: 'no queues' }
  const listed = existing.slice(0, MOST_LISTED).join(', ')
  const more = existing.length > MOST_LISTED ? `, and ${existing.length - MOST_LISTED} more` : ''
  const nearest = nearestOf(name, existing.slice(0, 1000))
  return { existing: listed + more, ...(nearest === undefined ? {} : { nearest }) }
}

function nearestOf(name: string, existing: readonly string[]): string | undefined {
  let nearest: string | undefined
  // A name that shares less than half of its letters was not meant.
  let least = Math.floor(name.length / 2) + 1
  for (const candidate of existing) {
    if (Math.abs(candidate.length - name.length) >= least || candidate.length > 200) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      nearest = candidate
      least = distance
    }
  }
  return nearest
}

/** How many letters must be added, removed or changed to make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1)
    }
    row = next
  }
  return row[b.length] as number
}
