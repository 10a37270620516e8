/**
 * Decodes bytes that may not be UTF-8. A bad byte becomes half of a surrogate pair, which cannot occur in UTF-8. So the text before it
 * can be read, and a later check finds it.
 */
import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'

/** 0xdc00 plus the byte stands for a bad byte. */
const BAD_BYTE = 0xdc00
const BAD_BYTES = /[\udc80-\udcff]/u

/** Returns bytes as text. Each byte that is not UTF-8 becomes one character. */
export function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes) ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) : textWithBadBytes(bytes)
}

/** Returns whether a text has bad bytes. */
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

/** Returns the number of bytes in a character, from its first byte. */
function sequenceLength(first: number): number {
  if (first < 0xc0) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}
