/** What the setup file of a Vitest suite tells `querator-test/vitest/values`. */
import type { ShownTest } from './vitest-task.js'

/** What happens in a test file, in order. Each resolves when Vitest may go on. */
export interface VitestEvents {
  /** Another test file begins in this worker. */
  beginFile(): Promise<void>
  /** A test begins, before its hooks. `apart` says whether only code called by `run` belongs to it. Returns what ends it. */
  begin(test: ShownTest, apart: boolean): Promise<BegunTest>
  /** All tests and hooks of the file are over. */
  endFile(): Promise<void>
}

/** A test that runs. */
export interface BegunTest {
  /** Runs the hooks and the body of the test. */
  run<T>(body: () => T): T
  /** The test and its hooks are over. Lets Vitest print what happened. @throws QueratorError that lets the test fail */
  end(): Promise<void>
}
