/** Jest's globals, as far as they are used here. */
import { createRequire } from 'node:module'
import { usageError } from '../../internal.js'

/** Jest's globals. */
export interface JestGlobals {
  beforeAll(hook: () => void): void
  beforeEach(hook: () => Promise<void>): void
  afterEach(hook: () => Promise<void>): void
  afterAll(hook: () => Promise<void>): void
  test: { concurrent: object; skip: unknown }
  expect: {
    getState(): { currentTestName?: string; testPath?: string }
    extend(matchers: object): void
    addSnapshotSerializer(serializer: object): void
  }
}

/** Returns the globals. With `injectGlobals: false` they come from Jest's module. @throws QueratorError outside of Jest */
export function jestGlobals(): JestGlobals {
  const globals = globalThis as unknown as Partial<JestGlobals>
  // Vitest can have the same globals.
  if (process.env.VITEST) throw wrongRunner()
  if (globals.beforeEach !== undefined) return globals as JestGlobals
  try {
    return createRequire(`${process.cwd()}/`)('@jest/globals') as JestGlobals
  } catch (cause) {
    throw wrongRunner(cause)
  }
}

function wrongRunner(cause?: unknown) {
  return usageError(
    "querator-test/jest is for test files that Jest runs; with Vitest write import { test } from 'querator-test/vitest', elsewhere use startTestDaemon() of querator-test",
    cause,
  )
}
