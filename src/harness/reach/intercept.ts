/**
 * Routing what code under test sends to a fixed origin: `globalThis.fetch` goes to the daemon without a socket; undici,
 * and a `fetch` that somebody kept from before, ask their global dispatcher, which sends them to the daemon's port.
 */
import { usageError } from '../../errors.js'

/** Where the requests go instead. */
export interface Door {
  readonly fetch: typeof fetch
  /** Opens a port; returns its URL. */
  listen(): Promise<string>
}

/** A dispatcher of any version of undici, as far as it matters here. */
interface Dispatcher {
  dispatch(options: { origin?: string | URL }, handler: DispatchHandler): boolean
}

interface DispatchHandler {
  /** Of undici 7 and later. */
  onResponseError?(controller: unknown, error: unknown): void
  /** Before that. */
  onError?(error: unknown): void
}

/** Where undici keeps its dispatcher: up to version 6, and from 7 on. */
const DISPATCHERS = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')]

type Global = Record<PropertyKey, unknown> & { fetch: typeof fetch }

/** Routes requests for `url`'s origin to the daemon; returns a function to undo that. @throws QueratorError when it is not a URL */
export function interceptOrigin(url: string | URL, door: Door): () => void {
  const origin = originOf(url)
  if (!origin?.startsWith('http')) {
    throw usageError(
      `intercept takes the origin that your code asks, such as 'http://queues.internal:2319'; got '${url}'`,
    )
  }
  // Nobody who came later and stands before this one is taken away; it only lets everything through then.
  let active = true
  const meant = (asked: string | undefined) => active && asked === origin
  const global = globalThis as unknown as Global
  // Node loads its own undici with the first of these.
  void global.Response
  const undo = [
    replace(global, 'fetch', (before: typeof fetch): typeof fetch => (input, init) => {
      return meant(originOf(input)) ? door.fetch(input, init) : Reflect.apply(before, globalThis, [input, init])
    }),
    ...DISPATCHERS.filter((key) => global[key] !== undefined).map((key) =>
      replace(global, key, (before: Dispatcher) => redirecting(before, meant, door)),
    ),
  ]
  return () => {
    active = false
    for (const takeBack of undo) takeBack()
  }
}

/** Puts something in the place of a global; taking it back does nothing where it was replaced once more. */
function replace<T>(global: Global, key: PropertyKey, make: (before: T) => T): () => void {
  const before = global[key] as T
  const made = make(before)
  global[key] = made
  return () => {
    if (global[key] === made) global[key] = before
  }
}

function redirecting(before: Dispatcher, meant: (origin: string | undefined) => boolean, door: Door): Dispatcher {
  const dispatch: Dispatcher['dispatch'] = (options, handler) => {
    if (!meant(originOf(options.origin))) return before.dispatch(options, handler)
    door.listen().then(
      (origin) => before.dispatch({ ...options, origin }, handler),
      (error: unknown) => (handler.onResponseError ? handler.onResponseError(null, error) : handler.onError?.(error)),
    )
    // There is room for more.
    return true
  }
  return new Proxy(before, {
    get(target, key) {
      if (key === 'dispatch') return dispatch
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function originOf(input: string | URL | Request | undefined): string | undefined {
  const url = String(typeof input === 'object' && 'url' in input ? input.url : input)
  return URL.canParse(url) ? new URL(url).origin : undefined
}
