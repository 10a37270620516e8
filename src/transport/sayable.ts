/** What can be said in a reply: a message is text, which headers and bodies of requests need not be. */
import { QueratorError } from '../errors.js'
import type { Encoding } from '../protocol/content-type.js'
import { hasBadBytes, textOf } from '../protocol/utf8.js'

/** What the server answers in each encoding when it cannot say what it wants to. */
const UNSAYABLE: Record<Encoding, string> = {
  json: 'proto: field duh.v1.Reply.message contains invalid UTF-8',
  protobuf: 'string field contains invalid UTF-8',
}

/** The error itself; a 500 where its message shows bytes that are no text. */
export function sayable(error: QueratorError, encoding: Encoding): QueratorError {
  return hasBadBytes(error.message) ? new QueratorError(500, UNSAYABLE[encoding]) : error
}

/** A header as text: it is bytes, one character each, which Querator takes for UTF-8. */
export function headerText(value: string): string {
  return textOf(Buffer.from(value, 'latin1'))
}
