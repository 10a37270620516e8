/** Deno's `Deno.test`, as far as it is used here. */
import { usageError } from '../../internal.js'

/** What Deno passes to a test. */
export interface DenoTestContext {
  /** The name of the test. */
  readonly name: string
  /** The URL of its file. */
  readonly origin: string
  /** Runs a part of the test. It shares the queue of the test. */
  step(name: string, body: (context: DenoTestContext) => void | Promise<void>): Promise<boolean>
}

/** The body of a test. */
export type DenoTestBody = (context: DenoTestContext) => void | Promise<void>

/** Options of a test, as far as they are known here. */
export interface DenoTestOptions {
  /** Whether to leave the test out. */
  readonly ignore?: boolean
  /** Whether to run only this test of the file. */
  readonly only?: boolean
  /** Whether the test fails if it leaves asynchronous operations open. */
  readonly sanitizeOps?: boolean
  /** Whether the test fails if it leaves resources open. */
  readonly sanitizeResources?: boolean
}

/** The type of `Deno.test`. */
export interface DenoTest {
  /** Declares a test. */
  (name: string, body: DenoTestBody): void
  /** Declares a test with options. */
  (name: string, options: DenoTestOptions, body: DenoTestBody): void
  /** Declares a test by its options. */
  (options: DenoTestOptions & { readonly name: string; readonly fn: DenoTestBody }): void
  /** Runs only this test. */
  readonly only: DenoTest
  /** Leaves the test out. */
  readonly ignore: DenoTest
}

type Declare = (...args: unknown[]) => void

/** Returns `Deno.test`. @throws QueratorError outside of Deno, and in a Deno without hooks */
export function denoTest(): Declare & { only: Declare; ignore: Declare; afterAll(hook: () => Promise<void>): void } {
  const { Deno } = globalThis as { Deno?: { test?: ReturnType<typeof denoTest> } }
  if (typeof Deno?.test?.afterAll === 'function') return Deno.test
  throw usageError(
    'querator-test/deno is for `deno test`, Deno 2.5 or later; elsewhere use startTestDaemon() of querator-test',
  )
}
