/**
 * Lists that are longer than any right request: a reader keeps as many elements as such a request has, and counts the rest.
 * Otherwise a few megabytes of empty elements would become gigabytes, only to be refused for their number.
 */

const COUNT = Symbol('how many there were')

type Counted = unknown[] & { [COUNT]?: number }

/** Notes one more element, which is not kept. */
export function countOne(list: unknown[]): void {
  const counted = list as Counted
  if (counted[COUNT] === undefined) Object.defineProperty(counted, COUNT, { value: list.length, writable: true })
  counted[COUNT] = (counted[COUNT] as number) + 1
}

/** How many elements came, kept or not. */
export function countOf(list: readonly unknown[]): number {
  return (list as Counted)[COUNT] ?? list.length
}
