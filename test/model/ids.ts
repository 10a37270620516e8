/**
 * Pairs the ids of the model with those of the other side, a daemon or a recording. Each id has at most one partner, so
 * an id that is wrongly new, or wrongly reused, finds none.
 */

const OF_MODEL = /#\d+/g

/** Pairs of ids. */
export class Ids {
  readonly #theirs: Map<string, string>
  readonly #ours: Map<string, string>

  /** Copies the pairs of another instance, or starts empty. */
  constructor(known?: Ids) {
    this.#theirs = new Map(known === undefined ? [] : known.#theirs)
    this.#ours = new Map(known === undefined ? [] : known.#ours)
  }

  /** Pairs the two ids, unless one of them already has a partner. */
  pair(ours: string, theirs: string): void {
    if (this.#theirs.has(ours) || this.#ours.has(theirs)) return
    this.#theirs.set(ours, theirs)
    this.#ours.set(theirs, ours)
  }

  /** The model's id for an id of the other side, or that id itself. */
  ours(theirs: string): string {
    return this.#ours.get(theirs) ?? theirs
  }

  /** The model's ids for several ids of the other side. */
  allOurs(theirs: readonly string[]): string[] {
    return theirs.map((id) => this.ours(id))
  }

  /** Replaces the model's ids in a text with those of the other side, where known. */
  theirs(text: string): string {
    return text.replace(OF_MODEL, (id) => this.#theirs.get(id) ?? id)
  }
}
