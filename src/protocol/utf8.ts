/**
 * Bytes as text, where they may be no UTF-8: such a byte becomes half a pair of surrogates, which no UTF-8 holds. So what
 * stands before it can be read, and whoever tells of it can be asked whether that is text.
 */
import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'

/** 0xdc00 and the byte. */
const BAD_BYTE = 0xdc00
const BAD_BYTES = /[\udc80-\udcff]/u

/** The text of bytes, each of which counts as a character where it is no UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes) ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) : textWithBadBytes(bytes)
}

/** Whether a text holds bytes that are none. */
export function hasBadBytes(text: string): boolean {
  return BAD_BYTES.test(text)
}

function textWithBadBytes(bytes: Uint8Array): string {
  const parts: string[] = []
  let start = 0
  const take = (end: number) => parts.push(Buffer.from(bytes.subarray(start, end)).toString('utf8'))
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] as number)
    if (isUtf8(bytes.subarray(at, at + length))) at += length
    else {
      take(at)
      parts.push(String.fromCharCode(BAD_BYTE + (bytes[at] as number)))
      start = ++at
    }
  }
  take(bytes.length)
  return parts.join('')
}

/** How many bytes stand for one character, by the first of them. */
function sequenceLength(first: number): number {
  if (first < 0xc0) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}
