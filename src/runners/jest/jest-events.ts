/** What a Jest environment tells `querator-test/jest`, which runs in the realm of the tests. */
import type { Beginning } from '../../fixtures/running-tests.js'
import type { EndOfTest } from '../../internal.js'

/** A test that begins. Its name has the names of the blocks around it. */
export type BegunTest = Pick<Beginning, 'name' | 'file' | 'timeout'>

/** What happens in a test file, in the order in which Jest does it. Each resolves when Jest may go on. */
export interface JestEvents {
  /** A test begins, before its hooks. Not called for concurrent tests. */
  begin(test: BegunTest): Promise<void>
  /**
   * The test and its hooks are over. Returns a text to print after the failure, if there is one.
   * @throws QueratorError that lets the test fail
   */
  end(how: EndOfTest): Promise<string | undefined>
  /** All tests and hooks of the file are over. */
  endFile(): Promise<void>
  /** Lets go of what is still open, so that Jest can end. Called after {@link endFile}, also if that took too long. */
  release(): void
}
