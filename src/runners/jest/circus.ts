/** What jest-circus, Jest's own runner, shows of tests in its events and its state. */
import type { EndOfTest } from '../../internal.js'

/** A test. */
export interface CircusTest {
  readonly name: string
  readonly parent?: CircusBlock | undefined
  /** In milliseconds. Undefined for the usual one. */
  readonly timeout?: number
  readonly concurrent?: boolean
  /** Whether it was written with test.failing. */
  readonly failing?: boolean
  /** Each error with the place of the test, for errors without a stack. */
  readonly errors?: unknown[]
}

interface CircusBlock {
  readonly name: string
  readonly parent?: CircusBlock | undefined
}

/** The state. */
export interface CircusState {
  readonly testTimeout?: number
  readonly currentlyRunningTest?: CircusTest | null
}

/** What Jest gives a test by default, in milliseconds. */
const USUAL_TIMEOUT = 5000
/** Jest prints an error without a stack in another form. It prints none of these frames. */
const NO_FRAME = '    at <anonymous>:0:0'

/** Returns how long a test may run, in milliseconds. */
export function timeoutOf(test: CircusTest | null | undefined, state: CircusState | undefined): number {
  return test?.timeout ?? state?.testTimeout ?? USUAL_TIMEOUT
}

/** Returns how a test ended. */
export function endOf(test: CircusTest | null | undefined): EndOfTest {
  if (test?.failing) return { outcome: 'not reported' }
  const errors = test?.errors ?? []
  if (errors.length === 0) return { outcome: 'passed' }
  return { outcome: 'failed', errors: errors.map((error) => (Array.isArray(error) ? (error[0] ?? error[1]) : error)) }
}

/** Adds an error to a test, which fails it. */
export function addError(test: CircusTest | null | undefined, error: unknown): void {
  test?.errors?.push([error, error])
}

/** Lets Jest print a text after the failure of a test. Does nothing without a text. */
export function addReport(test: CircusTest | null | undefined, text: string | undefined): void {
  if (text !== undefined) addError(test, { message: text, stack: `${text}\n${NO_FRAME}` })
}
