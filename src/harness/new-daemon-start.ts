/** What a test daemon begins with, and at which time. */
import { MovableClock } from '../clock/movable-clock.js'
import type { TestRealm } from '../clock/runner-time.js'
import type { DaemonConfig } from '../daemon/config/config.js'
import { timeText } from '../daemon/dump/dump-time.js'
import { readDump } from '../daemon/dump/read-dump.js'
import type { DaemonImage } from '../daemon/lives/daemon-image.js'
import { messageOf, usageError } from '../errors.js'
import type { TestDaemonOptions } from './daemon-options.js'

/**
 * Returns the clock, and the state of the option `from`. With `clock: 'runner'` the clock follows the time of `realm`.
 * @throws QueratorError if an option is wrong, or there is no such file
 */
export function startOf(
  { from: given, clock: option, seed }: TestDaemonOptions,
  config: DaemonConfig,
  realm: TestRealm,
): { readonly clock: MovableClock; readonly from?: DaemonImage } {
  if (given === undefined) return { clock: new MovableClock(option, undefined, realm) }
  const [dump, source] = typeof given === 'string' ? [fileOf(given), given] : [given, 'the option from']
  const image = readDump(dump, source, config.storages)
  const from = seed === undefined ? image : { ...image, random: undefined }
  if (option === undefined) return { clock: new MovableClock({ start: Math.ceil(from.now), runs: !from.frozen }), from }
  const clock = new MovableClock(option, undefined, realm)
  // The runner's clock may be set later.
  if (clock.followsRunner || clock.exact.now() >= from.now) return { clock, from }
  throw usageError(
    `the option clock begins at ${timeText(clock.now())}, before the time of the dump, ${timeText(from.now)}; leave clock out, or let it begin later`,
  )
}

function fileOf(file: string): unknown {
  if (/^\s*\{/.test(file)) {
    throw usageError(
      'the option from takes a dump or the path of a file, and this is the text of one; give JSON.parse(text)',
    )
  }
  try {
    const text = process.getBuiltinModule('node:fs').readFileSync(file, 'utf8')
    // Some editors write a mark before it.
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw usageError(
      `the option from: ${file} cannot be read: ${messageOf(error)}; write what daemon.dump() returns to it as JSON`,
      error,
    )
  }
}
