/** Values that the server made up stand in the recordings as `<id 1>` and so on, in order of first appearance. */

const TOKEN = /<(?:id|key|prefix) \d+>/g
const ONLY_TOKEN = /^<(id|key|prefix) \d+>$/

/** What the values look like (docs/protocol/admin.md §6, §11.1). */
const SHAPES: Record<string, RegExp> = {
  id: /^[0-9A-Za-z]{27}$/,
  key: /^qtr-[0-9a-z]{1,16}-[0-9A-Za-z]{43,}$/,
  prefix: /^qtr-[0-9a-z]{1,16}-[0-9A-Za-z]{8}$/,
}

/** What each token stands for in a replay: one value for each token, and one token for each value. */
export class Tokens {
  readonly #values = new Map<string, string>()
  readonly #tokens = new Map<string, string>()

  /** The same bindings, which may then go ways of their own. */
  copy(): Tokens {
    const copy = new Tokens()
    for (const [token, value] of this.#values) copy.#bind(token, value)
    return copy
  }

  /** Whether it is known what a token stands for. */
  has(token: string): boolean {
    return this.#values.has(token)
  }

  /** A request with its tokens replaced. @throws when one of them has not appeared yet */
  fill<T>(request: T): T {
    const text = JSON.stringify(request)
    if (text === undefined) return request
    return JSON.parse(
      text.replace(TOKEN, (token) => {
        const value = this.#values.get(token)
        if (value === undefined) throw new Error(`nothing is known yet that ${token} could stand for`)
        return value
      }),
    ) as T
  }

  /** What an answer should have been, as far as it is known; binds tokens that appear for the first time. */
  expected(recorded: unknown, actual: unknown): unknown {
    // Nothing there is not any value: then `<any>` stays, and differs.
    if (recorded === '<any>') return actual ?? recorded
    if (typeof recorded === 'string') return this.#expectedText(recorded, actual)
    if (Array.isArray(recorded)) {
      return recorded.map((entry, index) => this.expected(entry, Array.isArray(actual) ? actual[index] : undefined))
    }
    if (typeof recorded !== 'object' || recorded === null) return recorded
    const fields = actual as Record<string, unknown> | undefined
    return Object.fromEntries(
      Object.entries(recorded).map(([key, value]) => [key, this.expected(value, fields?.[key])]),
    )
  }

  #expectedText(recorded: string, actual: unknown): string {
    const kind = ONLY_TOKEN.exec(recorded)?.[1]
    if (kind !== undefined && !this.has(recorded) && typeof actual === 'string') {
      const other = this.#tokens.get(actual)
      if (other !== undefined) return `${recorded}, another value than ${other}`
      if (!SHAPES[kind]?.test(actual)) return `${recorded}, of the form ${SHAPES[kind]}`
      this.#bind(recorded, actual)
    }
    return recorded.replace(TOKEN, (token) => this.#values.get(token) ?? token)
  }

  #bind(token: string, value: string): void {
    this.#values.set(token, value)
    this.#tokens.set(value, token)
  }
}
