/** The begins and ends of calls in order, as a linked list from which entries can be lifted and put back. */

/** The begin or the end of a call. */
export interface Entry<T> {
  readonly operation: T
  /** The number of its call, in order of begins. */
  readonly index: number
  readonly isBegin: boolean
  /** The end of this begin, or the begin of this end. Undefined if the call never ended. */
  match: Entry<T> | undefined
  previous: Entry<T> | undefined
  next: Entry<T> | undefined
}

/** When a call began and ended. */
interface Interval {
  readonly invoked: number
  readonly returned: number
}

/** A linked list of begins and ends. */
export class HistoryList<T extends Interval> {
  #first: Entry<T> | undefined

  constructor(operations: readonly T[]) {
    const places: { at: number; entry: Entry<T> }[] = []
    const inOrder = [...operations].sort((a, b) => a.invoked - b.invoked)
    for (const [index, operation] of inOrder.entries()) {
      const links = { match: undefined, previous: undefined, next: undefined }
      const begin: Entry<T> = { operation, index, isBegin: true, ...links }
      places.push({ at: operation.invoked, entry: begin })
      if (operation.returned === Number.POSITIVE_INFINITY) continue
      begin.match = { operation, index, isBegin: false, ...links, match: begin }
      places.push({ at: operation.returned, entry: begin.match })
    }
    places.sort((a, b) => a.at - b.at)
    for (const [place, { entry }] of places.entries()) {
      entry.previous = places[place - 1]?.entry
      entry.next = places[place + 1]?.entry
    }
    this.#first = places[0]?.entry
  }

  get first(): Entry<T> | undefined {
    return this.#first
  }

  /** Lifts an entry out of the list. It keeps its links, so that it can be put back. */
  lift(entry: Entry<T>): void {
    if (entry.previous === undefined) this.#first = entry.next
    else entry.previous.next = entry.next
    if (entry.next !== undefined) entry.next.previous = entry.previous
  }

  /** Puts back the entry that was lifted last. */
  putBack(entry: Entry<T>): void {
    if (entry.previous === undefined) this.#first = entry
    else entry.previous.next = entry
    if (entry.next !== undefined) entry.next.previous = entry
  }
}
