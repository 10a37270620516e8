/**
 * The error class of the package, on both sides of the wire: the daemon replies with it, and the client throws it. Codes and texts: docs/protocol/admin.md §0. Messages have the form `constant part; details`.
 */

import { visibleText } from './visible.js'

/** The HTTP statuses of replies, with their texts. 453 to 455 and 512 are Querator's own. */
export const CODE_TEXT = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  453: 'Request Failed',
  454: 'Retry Request',
  455: 'Client Content Error',
  500: 'Internal Service Error',
  501: 'Not Implemented',
  512: 'Transport Error',
} as const

/** A status code of Querator's replies. */
export type Code = keyof typeof CODE_TEXT

const BRAND = Symbol.for('querator-test.error')

/** Options of a {@link QueratorError}. */
export interface QueratorErrorOptions {
  /** The text of the code. Default: Querator's text for that code, or an empty text for other codes. */
  codeText?: string
  /** Hints for the reader, for example the names of the queues that exist. Default: none. */
  details?: Readonly<Record<string, string>>
  /** The error that led to this one. */
  cause?: unknown
}

/**
 * The error of a call that a daemon refused, or of a wrong option or call in your test.
 *
 * `instanceof` also works if the error comes from another copy of this package or from another realm, such as Jest's sandbox.
 */
export class QueratorError extends Error {
  /** The HTTP status of the reply, for example 454 if a lease got nothing in time. 0 if the error does not come from a daemon. */
  readonly code: number
  /** The text of the code, for example `Retry Request`. */
  readonly codeText: string
  /** Hints for the reader, for example the names of the queues that exist. Empty if there are none. */
  readonly details: Readonly<Record<string, string>>
  /** Always `'QueratorError'`. */
  override readonly name = 'QueratorError'

  /** Creates an error, for example to let a fake client fail as a daemon does. */
  constructor(code: number, message: string, options: QueratorErrorOptions = {}) {
    // A message that no daemon sent is for people. Tests compare the message of a daemon, so that one stays as it is.
    const shown = visibleText(message)
    super(code === 0 ? shown : message, options.cause === undefined ? undefined : { cause: options.cause })
    // Terminals show the stack.
    if (this.message !== shown) this.stack = this.stack?.replace(message, () => shown) ?? ''
    this.code = code
    this.codeText = options.codeText ?? CODE_TEXT[code as Code] ?? ''
    this.details = { ...options.details }
  }

  /** @internal */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isQueratorError(value)
  }

  /** @internal */
  get [BRAND](): true {
    return true
  }
}

/** Returns whether `value` is a {@link QueratorError}, from any copy of this package. Never throws. */
export function isQueratorError(value: unknown): value is QueratorError {
  return typeof value === 'object' && value !== null && BRAND in value
}

/** Returns whether a daemon replied that something of this kind does not exist. */
export function isMissing(error: unknown, what: 'queue' | 'role' | 'role binding'): boolean {
  return isQueratorError(error) && error.code !== 0 && error.message.startsWith(`${what} does not exist`)
}

/** Returns the message of anything thrown. Errors of another realm, such as Node's own in Jest, are not `instanceof Error`. */
export function messageOf(thrown: unknown): string {
  const { message } = Object(thrown) as { message?: unknown }
  return typeof message === 'string' ? message : String(thrown)
}

/** Returns what to add to the message of an error about a queue that the daemon lost. Empty if it is not about one. */
export function lossIn(error: unknown): string {
  const lost = isQueratorError(error) ? error.details.lost : undefined
  return lost === undefined ? '' : `; ${lost}`
}

/** Returns a 400: the request is wrong, and changed nothing. */
export function badRequest(message: string, details?: Record<string, string>): QueratorError {
  return new QueratorError(400, message, details ? { details } : {})
}

/** Returns a 453: the request is right, but cannot be carried out. */
export function requestFailed(message: string): QueratorError {
  return new QueratorError(453, message)
}

/** Returns a 454: nothing happened in time. Trying again may help. */
export function retryRequest(message: string): QueratorError {
  return new QueratorError(454, message)
}

/** Returns a 455: the body, `Content-Type` or `Accept` is not understood. */
export function contentError(message: string): QueratorError {
  return new QueratorError(455, message)
}

/** Returns the error of an option or a call that cannot work. The message says what to do. Its code is 0, because no daemon sent it. */
export function usageError(message: string, cause?: unknown): QueratorError {
  const error = new QueratorError(0, message, { codeText: 'Usage', cause })
  Error.captureStackTrace?.(error, usageError)
  return error
}
