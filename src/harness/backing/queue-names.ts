/** Names of queues for tests that do not name them. */

/** Text in ASCII. To compile a pattern of all letters takes two milliseconds. */
const PLAIN = /^[ -~]*$/

/** Makes names that are unique within a daemon. With a prefix, they are unique on a shared server. */
export class NameSource {
  readonly #prefix: string
  readonly #counts = new Map<string, number>()

  constructor(prefix = '') {
    this.#prefix = prefix
  }

  /** Returns `label-1`, `label-2` and so on. Replaces characters that a queue name cannot have, such as white space. */
  next(label: string): string {
    const clean = label
      .trim()
      .toLowerCase()
      .replace(PLAIN.test(label) ? /[^a-z\d]+/g : /[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
    // Cut by characters, because half of one is not valid in a name.
    const short = [...clean].slice(0, 60).join('')
    const base = `${this.#prefix}${short || 'queue'}`
    const count = (this.#counts.get(base) ?? 0) + 1
    this.#counts.set(base, count)
    return `${base}-${count}`
  }
}

/** A queue of a test, or anything else with its name. */
export interface NamedQueue {
  /** The name of the queue. */
  readonly name: string
}
