/** Values that the server made up stand in the recordings as `<id 1>` and so on, in order of first appearance. */

const TOKEN = /<(?:id|key|prefix) \d+>/g
const ONLY_TOKEN = /^<(?:id|key|prefix) \d+>$/

/** What each token stands for in this replay. */
export class Tokens {
  readonly #values = new Map<string, string>()

  /** A request with its tokens replaced. */
  fill<T>(request: T): T {
    const text = JSON.stringify(request)
    if (text === undefined) return request
    return JSON.parse(text.replace(TOKEN, (token) => this.#values.get(token) ?? token)) as T
  }

  /** What an answer should have been, as far as it is known; binds tokens that appear for the first time. */
  expected(recorded: unknown, actual: unknown): unknown {
    if (recorded === '<any>') return actual
    if (typeof recorded === 'string') return this.#expectedText(recorded, actual)
    if (Array.isArray(recorded)) {
      return recorded.map((entry, index) => this.expected(entry, Array.isArray(actual) ? actual[index] : undefined))
    }
    if (typeof recorded !== 'object' || recorded === null) return recorded
    const fields = actual as Record<string, unknown> | undefined
    return Object.fromEntries(
      Object.entries(recorded)
        .map(([key, value]) => [key, this.expected(value, fields?.[key])])
        // `<any>` where there is nothing is nothing.
        .filter(([, value]) => value !== undefined),
    )
  }

  #expectedText(recorded: string, actual: unknown): string {
    if (ONLY_TOKEN.test(recorded) && !this.#values.has(recorded) && typeof actual === 'string') {
      this.#values.set(recorded, actual)
    }
    return recorded.replace(TOKEN, (token) => this.#values.get(token) ?? token)
  }
}
