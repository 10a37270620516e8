/**
 * The one error class of the package, on both sides of the wire: what the daemon answers with, and what the
 * client throws. Codes and texts: docs/protocol/admin.md §0. Messages have the form `constant part; details`.
 */

import { visibleText } from './visible.js'

/** HTTP status of a reply, and the text that goes with it. 453 to 455 and 512 are Querator's own. */
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

/** A status code that Querator answers with. */
export type Code = keyof typeof CODE_TEXT

const BRAND = Symbol.for('querator-test.error')

/** What a {@link QueratorError} may carry beside its code and message. */
export interface QueratorErrorOptions {
  /** Overrides the text that belongs to the code. */
  codeText?: string
  /** Hints for the reader, for example the names that exist. Never part of the message. */
  details?: Readonly<Record<string, string>>
  /** What led to this error. */
  cause?: unknown
}

/**
 * An error answered by a daemon, or a use of the harness that cannot work.
 *
 * `instanceof` holds for errors of another copy of this package and of another realm as well, because it
 * looks at a brand and not at the prototype.
 */
export class QueratorError extends Error {
  /** The HTTP status, for example 454 when a lease found nothing in time. 0 when no daemon answered. */
  readonly code: number
  /** The text of the code, for example `Retry Request`. */
  readonly codeText: string
  /** Hints for the reader; empty when there are none. */
  readonly details: Readonly<Record<string, string>>
  override readonly name = 'QueratorError'

  constructor(code: number, message: string, options: QueratorErrorOptions = {}) {
    // Without a daemon that said it nobody compares it: it is for people. What a daemon said stays as it came.
    const shown = visibleText(message)
    super(code === 0 ? shown : message, options.cause === undefined ? undefined : { cause: options.cause })
    // The stack is what terminals show.
    if (this.message !== shown) this.stack = this.stack?.replace(message, () => shown) ?? ''
    this.code = code
    this.codeText = options.codeText ?? CODE_TEXT[code as Code] ?? ''
    this.details = { ...options.details }
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isQueratorError(value)
  }

  get [BRAND](): true {
    return true
  }
}

/** Whether `value` is a {@link QueratorError} of any copy of this package. Never throws. */
export function isQueratorError(value: unknown): value is QueratorError {
  return typeof value === 'object' && value !== null && BRAND in value
}

/** Whether a daemon answered that something of this kind does not exist. */
export function isMissing(error: unknown, what: 'queue' | 'role' | 'role binding'): boolean {
  return isQueratorError(error) && error.code !== 0 && error.message.startsWith(`${what} does not exist`)
}

/** What went wrong, from whatever was thrown. Errors of another realm are no `instanceof Error`: Jest's own, Node's in Jest. */
export function messageOf(thrown: unknown): string {
  const { message } = Object(thrown) as { message?: unknown }
  return typeof message === 'string' ? message : String(thrown)
}

/** 400: the request is wrong, and nothing was changed by it. */
export function badRequest(message: string, details?: Record<string, string>): QueratorError {
  return new QueratorError(400, message, details ? { details } : {})
}

/** 453: the request is right, but cannot be carried out. */
export function requestFailed(message: string): QueratorError {
  return new QueratorError(453, message)
}

/** 454: nothing came of it in time; asking again may help. */
export function retryRequest(message: string): QueratorError {
  return new QueratorError(454, message)
}

/** 455: the body, `Content-Type` or `Accept` cannot be understood. */
export function contentError(message: string): QueratorError {
  return new QueratorError(455, message)
}

/** An option or a call of the harness that cannot work; the message says what to do. Code 0: no daemon said it. */
export function usageError(message: string, cause?: unknown): QueratorError {
  const error = new QueratorError(0, message, { codeText: 'Usage', cause })
  Error.captureStackTrace?.(error, usageError)
  return error
}
