/** The error for a header that is not understood. A header is bytes, one character each; Querator takes them for UTF-8. */
import { isUtf8 } from 'node:buffer'
import { contentError, QueratorError } from '../errors.js'
import type { Encoding } from '../protocol/content-type.js'

/** What Querator answers in each encoding when no message can hold what it has to say. */
const NO_TEXT: Record<Encoding, string> = {
  json: 'proto: field duh.v1.Reply.message contains invalid UTF-8',
  protobuf: 'string field contains invalid UTF-8',
}

/** 455 with a message that shows the header; 500 where its bytes are no text, which a message in this encoding must be. */
export function refusedHeader(value: string, encoding: Encoding, message: (text: string) => string): QueratorError {
  const bytes = Buffer.from(value, 'latin1')
  return isUtf8(bytes) ? contentError(message(bytes.toString('utf8'))) : new QueratorError(500, NO_TEXT[encoding])
}
