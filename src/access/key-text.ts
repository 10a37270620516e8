/** The text of an API key: `qtr-<tag>-<entropy>` (docs/protocol/admin.md §2.2 and §6). Only its hash is stored. */
import { createHash } from 'node:crypto'
import { base62, numberOfBytes } from '../ids/base62.js'

const FORM = /^qtr-[0-9a-z]{1,16}-[0-9A-Za-z]{43,}$/
/** How many characters 32 bytes take. */
const ENTROPY_LENGTH = 43
/** How many of them may be shown. */
const SHOWN_ENTROPY = 8

/** How many bytes of chance a key is made of. */
export const ENTROPY_BYTES = 32

/** The mark of a key whose creator and namespace have none. */
export const USUAL_TAG = 'live'

/** Whether a text has the form of a key. */
export function isKeyText(text: string): boolean {
  return FORM.test(text)
}

/** The key of a tag and {@link ENTROPY_BYTES} bytes of chance. */
export function keyText(tag: string, entropy: Uint8Array): string {
  return `qtr-${tag}-${base62(numberOfBytes(entropy), ENTROPY_LENGTH)}`
}

/** The part of a key that may be shown; several keys may share it. */
export function prefixOf(key: string): string {
  const entropy = key.indexOf('-', 'qtr-'.length) + 1
  return key.slice(0, entropy + SHOWN_ENTROPY)
}

/** The hash that is stored instead of a key. */
export function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
