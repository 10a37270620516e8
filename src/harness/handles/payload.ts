/** Payloads in tests: JSON, text or bytes. */
import { TextDecoder, TextEncoder } from 'node:util'
import { usageError } from '../../errors.js'
import { halfPairAt } from '../../protocol/well-formed.js'

/** A payload in one form. Give none for an empty payload. */
export interface PayloadInput {
  /** The payload as a value that `JSON.stringify` can write. */
  readonly json?: unknown
  /** The payload as text. It is encoded as UTF-8. */
  readonly text?: string
  /** The payload as bytes. */
  readonly bytes?: Uint8Array
}

/** Returns the bytes of a payload. @throws QueratorError if it has more than one form, or cannot be written as JSON or UTF-8 */
export function payloadBytes(input: PayloadInput): Uint8Array {
  if ('json' in input && input.json === undefined) {
    throw usageError('json is undefined; leave it out for an empty payload, or give null')
  }
  const given = (['json', 'text', 'bytes'] as const).filter((form) => input[form] !== undefined)
  if (given.length > 1) throw usageError(`give the payload once; got ${given.join(' and ')}`)
  if (input.bytes !== undefined) return input.bytes
  const text = given[0] === 'json' ? JSON.stringify(input.json) : (input.text ?? '')
  if (text === undefined)
    throw usageError('json takes what JSON.stringify can write; it cannot write functions and symbols')
  const half = halfPairAt(text)
  if (half >= 0) {
    throw usageError(`text must have no half surrogate pairs; got one at position ${half}; use bytes for others`)
  }
  return new TextEncoder().encode(text)
}

/** Marks payloads, also those from another copy of this package. */
const BRAND = Symbol.for('querator-test.payload')

/** A payload that can be read in each form. */
export class Payload {
  /** Whether a value is a payload, from any copy of this package. @internal */
  static is(value: unknown): value is Payload {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  /** The payload as it was produced. */
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** @internal */
  get [BRAND](): true {
    return true
  }

  /** Returns the payload as text, read as UTF-8. */
  text(): string {
    return new TextDecoder().decode(this.bytes)
  }

  /** Returns the payload, parsed as JSON. @throws QueratorError if it is not JSON. The message shows the text. */
  json<T = unknown>(): T {
    const text = this.text()
    try {
      return JSON.parse(text) as T
    } catch (error) {
      throw usageError(`the payload is not JSON: ${text.slice(0, 200)}`, error)
    }
  }
}
