/** What was probably meant by a name that does not exist. */

/** More names than this are not compared letter by letter. */
export const MOST_COMPARED = 500

/** The name among those that exist which was probably meant; undefined when none is near. */
export function nearestOf(name: string, existing: readonly string[]): string | undefined {
  let nearest: string | undefined
  // A name that shares less than half of its letters was not meant.
  let least = Math.floor(name.length / 2) + 1
  for (const candidate of existing.slice(0, MOST_COMPARED)) {
    if (Math.abs(candidate.length - name.length) >= least) continue
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
