/** The user's Vitest, which this package does not install. */
import { usageError } from '../../internal.js'

/** Returns Vitest's exports, for the entry of this name. @throws QueratorError if Vitest is not installed or does not run this file */
export async function loadedVitest(entry: string): Promise<typeof import('vitest')> {
  if (!process.env.VITEST) {
    throw usageError(
      `${entry} is for test files that Vitest runs (npx vitest); in Jest use querator-test/jest, elsewhere use startTestDaemon() of querator-test`,
    )
  }
  try {
    return await import('vitest')
  } catch (cause) {
    throw usageError(`${entry} needs Vitest 3 or later: npm install --save-dev vitest`, cause)
  }
}
