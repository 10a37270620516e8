/** Checks what a reply can contain. Messages must be text, but may quote a header or body that is not. */
import { QueratorError } from '../errors.js'
import type { Encoding } from '../protocol/content-type.js'
import { hasBadBytes, textOf } from '../protocol/utf8.js'

/** The server's error in each encoding if a message is not text. */
const UNSAYABLE: Record<Encoding, string> = {
  json: 'proto: field duh.v1.Reply.message contains invalid UTF-8',
  protobuf: 'string field contains invalid UTF-8',
}

/** Returns the error itself, or a 500 if its message has bytes that are not text. */
export function sayable(error: QueratorError, encoding: Encoding): QueratorError {
  return hasBadBytes(error.message) ? new QueratorError(500, UNSAYABLE[encoding]) : error
}

/** Returns a header as text. Its characters are bytes, which Querator reads as UTF-8. */
export function headerText(value: string): string {
  return textOf(Buffer.from(value, 'latin1'))
}
