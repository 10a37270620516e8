/** Lets an error point at the line of the test that made the call, not at the lines of this package. */

/** The folder of this build, or of the sources, as it stands in stack traces; undefined when that cannot be told. */
const OWN_FOLDER = /((?:file:\/\/)?[^\s(]*?[/\\])(?:client[/\\])?[^/\\\s(]+\.[cm]?[jt]s:\d/.exec(
  new Error().stack ?? '',
)?.[1]

/** Node's own frames, and those of packages, tell a user nothing. */
const FOREIGN = /\(?node:|[/\\]node_modules[/\\]/

/** Where a call was made: a stack, and what the user does not want to see of it. */
export interface Origin {
  readonly stack?: string | undefined
  /** Frames of files whose paths contain one of these are wrappers around the call. */
  readonly skip?: readonly string[] | undefined
}

/** How calls are noted with their places in the code; undefined where they are not. */
export interface CallSites {
  readonly skip: readonly string[]
}

/** So many places of a call are shown: a wrapper, what calls it, and the test. */
const MOST_PLACES = 3

/** The frames that are the user's own code: not of this package, of others, or of Node, nor of wrappers to be skipped. */
export function userFrames(origin: Origin | undefined): string[] {
  const frames = (origin?.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const own = frames.filter((line) => (OWN_FOLDER === undefined || !line.includes(OWN_FOLDER)) && !FOREIGN.test(line))
  const wanted = own.filter((line) => !origin?.skip?.some((part) => line.includes(part)))
  // A wrapper is better than nothing.
  return wanted.length > 0 ? wanted : own
}

/** The places of a call in the user's code, the innermost first: `src/orders.ts:12:15`. At most three. */
export function placesOf(origin: Origin | undefined): readonly string[] {
  if (origin === undefined) return []
  const known = places.get(origin) ?? readPlaces(origin)
  places.set(origin, known)
  return known
}

/** Those of calls that were asked about: a stack takes long to write out and to read. */
const places = new WeakMap<Origin, readonly string[]>()

function readPlaces(origin: Origin): string[] {
  return userFrames(origin)
    .slice(0, MOST_PLACES)
    .flatMap((frame) => /([^\s(]+:\d+:\d+)\)?$/.exec(frame)?.[1] ?? [])
    .map((place) => place.replace(/^file:\/\//, '').replace(`${process.cwd()}/`, ''))
}

/** Places as they are printed: `src/orders.ts:12 < test/orders.test.ts:30`. */
export function placesText(places: readonly string[]): string {
  return places.map((place) => place.replace(/:\d+$/, '')).join(' < ')
}

/** Places in parentheses, to follow what was called: ` (src/orders.ts:12 < test/orders.test.ts:30)`. Empty for none. */
export function siteText(places: readonly string[]): string {
  return places.length === 0 ? '' : ` (${placesText(places)})`
}

/** So many frames of a stack are taken: runners set the limit to 100, and each frame takes time, and memory in the record. */
const FRAMES = 16

/** The stack of whoever called `maker`, written out only when it is read. */
export function originOf(maker: (...args: never[]) => unknown, sites?: CallSites): Origin {
  const origin: Origin = sites === undefined || sites.skip.length === 0 ? {} : { skip: sites.skip }
  const limit = Error.stackTraceLimit
  // Where nobody may change it, it stays.
  const changed = limit > FRAMES && Reflect.set(Error, 'stackTraceLimit', FRAMES)
  Error.captureStackTrace?.(origin, maker)
  if (changed) Error.stackTraceLimit = limit
  return origin
}

/** Gives an error the stack of an origin, so that it points there and not at the timer or hook that noticed it. Returns the same error. */
export function thrownFrom<E extends Error>(error: E, origin: Origin): E {
  const frames = (origin.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
  return error
}

/** Takes the frames of this package off the top of the stack, where others are left. Returns the same error. */
export function atCallSite<E extends Error>(error: E): E {
  const lines = (error.stack ?? '').split('\n')
  const first = lines.findIndex((line) => /^\s+at /.test(line))
  if (OWN_FOLDER === undefined || first < 0) return error
  const frames = lines.slice(first)
  const foreign = frames.filter((line) => !line.includes(OWN_FOLDER))
  if (foreign.length > 0) error.stack = [...lines.slice(0, first), ...foreign].join('\n')
  return error
}
