/** Lets an error point at the line of the test that made the call, not at the lines of this package. */

/** The folder of this build, or of the sources, as it stands in stack traces; undefined when that cannot be told. */
const OWN_FOLDER = /((?:file:\/\/)?[^\s(]*?[/\\])(?:client[/\\])?[^/\\\s(]+\.[cm]?[jt]s:\d/.exec(
  new Error().stack ?? '',
)?.[1]

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
