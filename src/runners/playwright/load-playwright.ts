/** Loads `@playwright/test` of the project, or says why that cannot work. */
import { createRequire } from 'node:module'
import { usageError } from '../../internal.js'

type Playwright = typeof import('@playwright/test')

/**
 * Returns `@playwright/test`. It is required in both builds, because an ES module can await an import and a CommonJS module cannot.
 * @throws QueratorError if it is not installed, or does not run this file
 */
export function loadPlaywright(): Playwright {
  const loaded = required()
  if (!isPlaywrightProcess() && !isLoadingTests(loaded)) {
    throw usageError(
      'querator-test/playwright is for test files that Playwright runs (npx playwright test); in Vitest use querator-test/vitest, in Jest querator-test/jest, elsewhere startTestDaemon() of querator-test',
    )
  }
  return loaded
}

function required(): Playwright {
  try {
    return createRequire(import.meta.url)('@playwright/test') as Playwright
  } catch (cause) {
    const { code } = Object(cause) as { code?: unknown }
    // Playwright refuses a second copy of itself, and says so.
    if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw cause
    throw usageError(
      'querator-test/playwright needs Playwright Test: npm install --save-dev @playwright/test && npx playwright install',
      cause,
    )
  }
}

/** Whether this is a worker of Playwright or its command, whose configuration may import this entry too. */
function isPlaywrightProcess(): boolean {
  return process.env.TEST_WORKER_INDEX !== undefined || process.argv.some((argument) => /playwright/i.test(argument))
}

/** Whether Playwright loads a test file now. Outside of one, it refuses every declaration, even one that changes nothing. */
function isLoadingTests({ test }: Playwright): boolean {
  try {
    test.describe.configure({})
    return true
  } catch {
    return false
  }
}
