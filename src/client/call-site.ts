/** Makes errors point at the line of the test that made the call, rather than at the lines of this package. */

let ownFolder: { readonly path: string | undefined } | undefined

/**
 * Returns the folder of this build, or of the sources, as in stack traces. `undefined` if it is unknown. A green test does not ask. The
 * first stack with a line of a large file takes a millisecond.
 */
function pathOfOwnFolder(): string | undefined {
  const inStack = /((?:file:\/\/)?[^\s(]*?[/\\])(?:client[/\\])?[^/\\\s(]+\.[cm]?[jt]s:\d/
  ownFolder ??= { path: inStack.exec(new Error().stack ?? '')?.[1] }
  return ownFolder.path
}

/** Frames of Node, Deno and packages, which do not help the user. */
const FOREIGN = /\(?\b(?:node|ext):|[/\\]node_modules[/\\]/

/** The place of a call: a stack, and the frames to hide from it. */
export interface Origin {
  readonly stack?: string | undefined
  /** Frames of files with one of these in their path are wrappers around the call. */
  readonly skip?: readonly string[] | undefined
}

/** How to record the places of calls. */
export interface CallSites {
  readonly skip: readonly string[]
}

/** How many places of a call are shown: a wrapper, its caller, and the test. */
const MOST_PLACES = 3

function framesOf(origin: Origin | undefined): string[] {
  return (origin?.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
}

/** Returns the frames of the user's own code: not of this package, other packages or Node, and not of skipped wrappers. */
export function userFrames(origin: Origin | undefined): string[] {
  const folder = pathOfOwnFolder()
  const own = framesOf(origin).filter((line) => (folder === undefined || !line.includes(folder)) && !FOREIGN.test(line))
  const wanted = own.filter((line) => !origin?.skip?.some((part) => line.includes(part)))
  // A wrapper is better than nothing.
  return wanted.length > 0 ? wanted : own
}

/** Returns the places of a call in the user's code, the innermost first: `src/orders.ts:12:15`. At most three. */
export function placesOf(origin: Origin | undefined): readonly string[] {
  if (origin === undefined) return []
  const known = places.get(origin) ?? readPlaces(origin)
  places.set(origin, known)
  return known
}

/** Caches the places of calls, because formatting and parsing a stack is slow. */
const places = new WeakMap<Origin, readonly string[]>()

function readPlaces(origin: Origin): string[] {
  return userFrames(origin)
    .slice(0, MOST_PLACES)
    .flatMap((frame) => /([^\s(]+:\d+:\d+)\)?$/.exec(frame)?.[1] ?? [])
    .map((place) => place.replace(/^file:\/\//, '').replace(`${process.cwd()}/`, ''))
}

/** Returns places as text: `src/orders.ts:12 < test/orders.test.ts:30`. */
export function placesText(places: readonly string[]): string {
  return places.map((place) => place.replace(/:\d+$/, '')).join(' < ')
}

/** Returns places in parentheses, to follow a call: ` (src/orders.ts:12 < test/orders.test.ts:30)`. Empty if there are none. */
export function siteText(places: readonly string[]): string {
  return places.length === 0 ? '' : ` (${placesText(places)})`
}

/** How many frames of a stack are captured. Runners set the limit to 100, and each frame takes time, and memory in the record. */
const FRAMES = 16

/** Returns the stack of the caller of `maker`. It is only formatted when it is read. */
export function originOf(maker: (...args: never[]) => unknown, sites?: CallSites): Origin {
  const origin: Origin = sites === undefined || sites.skip.length === 0 ? {} : { skip: sites.skip }
  const limit = Error.stackTraceLimit
  // The limit stays as it is where it cannot be changed.
  const changed = limit > FRAMES && Reflect.set(Error, 'stackTraceLimit', FRAMES)
  Error.captureStackTrace?.(origin, maker)
  if (changed) Error.stackTraceLimit = limit
  return origin
}

/** Gives an error the stack of an origin, so that it points there and not at the timer or hook that noticed it. Returns the same error. */
export function thrownFrom<E extends Error>(error: E, origin: Origin): E {
  error.stack = [`${error.name}: ${error.message}`, ...framesOf(origin)].join('\n')
  return error
}

/**
 * Removes the frames of this package from the stack. If there are no others, because the engine does not know what awaits a call, those of
 * the origin take their place. Returns the same error.
 */
export function atCallSite<E extends Error>(error: E, origin?: Origin): E {
  const lines = (error.stack ?? '').split('\n')
  const first = lines.findIndex((line) => /^\s+at /.test(line))
  const folder = pathOfOwnFolder()
  if (folder === undefined || first < 0) return error
  const frames = lines.slice(first)
  const others = frames.filter((line) => !line.includes(folder))
  const foreign = others.length > 0 ? others : userFrames(origin)
  if (foreign.length > 0) error.stack = [...lines.slice(0, first), ...foreign].join('\n')
  return error
}
