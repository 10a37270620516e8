/** The names that queues get when a test does not name them. */

/** Names that are unique within a daemon, and, with a prefix, among all that share one. */
export class NameSource {
  readonly #prefix: string
  readonly #counts = new Map<string, number>()

  constructor(prefix = '') {
    this.#prefix = prefix
  }

  /** `label-1`, `label-2` and so on. White space and what else a queue name cannot have is replaced. */
  next(label: string): string {
    const clean = label
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
    // By whole characters: half of one is no name.
    const short = [...clean].slice(0, 60).join('')
    const base = `${this.#prefix}${short || 'queue'}`
    const count = (this.#counts.get(base) ?? 0) + 1
    this.#counts.set(base, count)
    return `${base}-${count}`
  }
}
