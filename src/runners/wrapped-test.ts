/** A runner's `test` whose bodies are wrapped; everything else about it stays. */

// biome-ignore lint/suspicious/noExplicitAny: whatever a runner passes to a test
type Body = (this: unknown, ...args: any[]) => unknown

/** Makes of a body what the runner is given; `title` is the name of the test as it was written. */
export type Wrap = (title: string, body: Body) => Body

/** `test` and what hangs on it under these names, such as `only` and `each`, with every body wrapped. */
export function wrappedTest<T extends object>(test: T, names: readonly string[], wrap: Wrap): T {
  return new Proxy(test, {
    apply(target, self, args: unknown[]) {
      const made: unknown = Reflect.apply(target as unknown as Body, self, withBody(args, wrap))
      // each(table) returns the function that takes the body.
      return typeof made === 'function' ? wrappedTest(made, names, wrap) : made
    },
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' && names.includes(String(key)) ? wrappedTest(value, names, wrap) : value
    },
  })
}

/**
 * `test` with one more kind: what is skipped where the daemon is a server elsewhere. A call goes to the runner directly,
 * so that it sees the line of the user.
 */
export function withEmbedded<T extends object & { skip: unknown }>(
  test: T,
  attached: () => boolean,
): T & { embedded: T } {
  const embedded = () => (attached() ? test.skip : test)
  return new Proxy(test, {
    get: (target, key) => (key === 'embedded' ? embedded() : Reflect.get(target, key)),
  }) as T & { embedded: T }
}

/** The body is the last function; a table, in its two forms, begins with an array. */
function withBody(args: unknown[], wrap: Wrap): unknown[] {
  const at = Array.isArray(args[0]) ? -1 : args.findLastIndex((arg) => typeof arg === 'function')
  if (at < 0) return args
  const body = args[at] as Body
  const wrapped = wrap(typeof args[0] === 'string' ? args[0] : body.name, body)
  // Runners look at the number of parameters to see whether there is a callback among them.
  Object.defineProperty(wrapped, 'length', { value: body.length })
  return args.with(at, wrapped)
}
