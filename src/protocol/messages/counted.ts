/**
 * Lists that are longer than in any valid request. A reader keeps only as many elements as a valid request has, and counts the rest.
 * Otherwise a few megabytes of empty elements would become gigabytes, only to be rejected for their number.
 */

const COUNT = Symbol('how many there were')

type Counted = unknown[] & { [COUNT]?: number }

/** Counts one more element that is not kept. */
export function countOne(list: unknown[]): void {
  const counted = list as Counted
  if (counted[COUNT] === undefined) Object.defineProperty(counted, COUNT, { value: list.length, writable: true })
  counted[COUNT] = (counted[COUNT] as number) + 1
}

/** Returns the number of elements, kept or not. */
export function countOf(list: readonly unknown[]): number {
  return (list as Counted)[COUNT] ?? list.length
}
