/** Which files of the user are calling, by the stack. Mocha runs all files of a run in one process. */
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Frames of Node and of packages, Mocha and this one among them. */
const FOREIGN = /\(?node:|[/\\]node_modules[/\\]/
const FRAME = /^\s+at (?:.*\(|async )?(.+?):\d+:\d+\)?$/

/** Returns the files of the user on the stack, the innermost first. */
export function callingFiles(): readonly string[] {
  const usual = Error.stackTraceLimit
  Error.stackTraceLimit = Number.POSITIVE_INFINITY
  const stack = new Error().stack ?? ''
  Error.stackTraceLimit = usual
  const frames = stack.split('\n').filter((line) => !FOREIGN.test(line))
  const files = frames.flatMap((line) => FRAME.exec(line)?.[1] ?? []).map(realFile)
  return [...new Set(files)]
}

/** Returns the path of a file without links, as modules have it. */
export function realFile(file: string): string {
  try {
    return realpathSync(file.startsWith('file:') ? fileURLToPath(file) : file)
  } catch {
    return file
  }
}
