/** Bun and its module `bun:test`, as far as they are used here. */
import { createRequire } from 'node:module'
import { usageError } from '../../internal.js'

/** The module `bun:test`. */
export interface BunTestModule {
  beforeEach(hook: () => Promise<void>): void
  afterAll(hook: () => Promise<void>): void
  /** Runs a hook after all others of the running test. Throws in a concurrent test. */
  onTestFinished(hook: () => Promise<void>): void
  test: object & { skip: unknown }
  expect: { extend(matchers: object): void }
}

/** Returns the module. @throws QueratorError outside of Bun */
export function bunTest(): BunTestModule {
  try {
    // Other runtimes could not load this file if it imported the module.
    return createRequire(import.meta.url)('bun:test') as BunTestModule
  } catch (cause) {
    throw usageError('querator-test/bun is for `bun test`; elsewhere use startTestDaemon() of querator-test', cause)
  }
}

/** Returns the path of the test file that runs. */
export function runningFile(): string {
  return (globalThis as unknown as { Bun: { main: string } }).Bun.main
}
