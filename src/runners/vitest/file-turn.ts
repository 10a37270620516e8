/**
 * What the setup file, the environment and the values of a test file know of each other. They are loaded apart, and a worker may run
 * several files one after the other, so it hangs off the global object. This file loads nothing else: most test files need only this much.
 */
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import type { VitestEvents } from './vitest-events.js'

/** The test file that runs now. */
export interface FileTurn {
  /** How many files the setup has begun in this worker. 0 if it is not there. */
  files: number
  /** The options that the environment of the file gives its daemon. */
  options: FixtureOptions | undefined
  /** Set by `querator-test/vitest/values`, when a test file first imports it. */
  events: VitestEvents | undefined
}

const KEY = Symbol.for('querator-test/vitest-file')

/** Returns what is known of the test file that runs now. `realm` is the global object of its tests. */
export function fileTurn(realm: object = globalThis): FileTurn {
  const known = realm as Record<symbol, FileTurn | undefined>
  known[KEY] ??= { files: 0, options: undefined, events: undefined }
  return known[KEY]
}
