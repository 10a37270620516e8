/**
 * Routes requests for a fixed origin to the daemon. `globalThis.fetch` reaches it without a socket. Undici, and a `fetch`
 * that was saved before, use their global dispatcher, which sends requests to the daemon's port.
 */
// Not the global one: that of jsdom may lack canParse.
import { URL } from 'node:url'
import { usageError } from '../../errors.js'

/** Where intercepted requests go. */
export interface Door {
  readonly fetch: typeof fetch
  /** Opens a port and returns its URL. */
  listen(): Promise<string>
}

/** The part of undici's dispatcher that is used here, in any version. */
interface Dispatcher {
  dispatch(options: { origin?: string | URL }, handler: DispatchHandler): boolean
}

interface DispatchHandler {
  /** In undici 7 and later. */
  onResponseError?(controller: unknown, error: unknown): void
  /** In earlier versions. */
  onError?(error: unknown): void
}

/** The keys of undici's global dispatcher: up to version 6, and from 7 on. */
const DISPATCHERS = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')]

type Global = Record<PropertyKey, unknown> & { fetch: typeof fetch }

/** Routes requests for the origin of `url` to `door`. Returns a function that undoes it. @throws QueratorError if it is not a URL */
export function interceptOrigin(url: string | URL, door: Door): () => void {
  const origin = originOf(url)
  if (!origin?.startsWith('http')) {
    throw usageError(
      `intercept takes the origin that your code asks, such as 'http://queues.internal:2319'; got '${url}'`,
    )
  }
  // Undoing does not remove wrappers that were added later. This one then passes everything on.
  let active = true
  const meant = (asked: string | undefined) => active && asked === origin
  const global = globalThis as unknown as Global
  // Node loads its own undici on the first use of such a global.
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

/** Replaces a global. Returns a function that restores it, unless it was replaced again. */
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
    // True means that the caller may send more.
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
