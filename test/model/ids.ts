/**
 * Which id of the model stands for which id of the other side, a daemon or a recording. Each has one partner at most, on
 * both sides: an id that should be new and is not, or the other way round, finds none.
 */

const OF_MODEL = /#\d+/g

/** Pairs of ids. */
export class Ids {
  readonly #theirs: Map<string, string>
  readonly #ours: Map<string, string>

  /** A copy of what another knows, or empty. */
  constructor(known?: Ids) {
    this.#theirs = new Map(known === undefined ? [] : known.#theirs)
    this.#ours = new Map(known === undefined ? [] : known.#ours)
  }

  /** From now on the two stand for the same, if neither had a partner. */
  pair(ours: string, theirs: string): void {
    if (this.#theirs.has(ours) || this.#ours.has(theirs)) return
    this.#theirs.set(ours, theirs)
    this.#ours.set(theirs, ours)
  }

  /** The model's id for one of the other side, or that one itself. */
  ours(theirs: string): string {
    return this.#ours.get(theirs) ?? theirs
  }

  /** The model's ids for several of the other side. */
  allOurs(theirs: readonly string[]): string[] {
    return theirs.map((id) => this.ours(id))
  }

  /** A text with the ids of the model replaced by those of the other side, where these are known. */
  theirs(text: string): string {
    return text.replace(OF_MODEL, (id) => this.#theirs.get(id) ?? id)
  }
}
