/** Lets an error point at the line of the test that made the call, not at the lines of this package. */

/** The folder of this build, or of the sources, as it stands in stack traces; undefined when that cannot be told. */
const OWN_FOLDER = /((?:file:\/\/)?[^\s(]*?[/\\])(?:client[/\\])?[^/\\\s(]+\.[cm]?[jt]s:\d/.exec(
  new Error().stack ?? '',
)?.[1]

/** Node's own frames, and those of packages, tell a user nothing. */
const FOREIGN = /\(?node:|[/\\]node_modules[/\\]/

/** The frames of a stack that are the user's own code: not of this package, of others, or of Node. */
export function userFrames(stack: string | undefined): string[] {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return frames.filter((line) => (OWN_FOLDER === undefined || !line.includes(OWN_FOLDER)) && !FOREIGN.test(line))
}

/** Where the code is that a stack was taken in: the first place outside of this package, `orders.test.ts:12:15`. */
export function callSiteOf(stack: string | undefined): string | undefined {
  const place = /([^\s(]+:\d+:\d+)\)?$/.exec(userFrames(stack)[0] ?? '')?.[1]
  return place?.replace(/^file:\/\//, '').replace(`${process.cwd()}/`, '')
}

/** So many frames of a stack are taken: runners set the limit to 100, and each frame takes time, and memory in the record. */
const FRAMES = 16

/** The stack of whoever called `maker`, written out only when it is read. */
export function originOf(maker: (...args: never[]) => unknown): { stack?: string } {
  const origin: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  // Where nobody may change it, it stays.
  const changed = limit > FRAMES && Reflect.set(Error, 'stackTraceLimit', FRAMES)
  Error.captureStackTrace?.(origin, maker)
  if (changed) Error.stackTraceLimit = limit
  return origin
}

/** Takes the frames of this package off the top of the stack, where others are left. Answers the same error. */
export function atCallSite<E extends Error>(error: E): E {
  const lines = (error.stack ?? '').split('\n')
  const first = lines.findIndex((line) => /^\s+at /.test(line))
  if (OWN_FOLDER === undefined || first < 0) return error
  const frames = lines.slice(first)
  const foreign = frames.filter((line) => !line.includes(OWN_FOLDER))
  if (foreign.length > 0) error.stack = [...lines.slice(0, first), ...foreign].join('\n')
  return error
}
