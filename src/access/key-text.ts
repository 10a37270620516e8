/** The text of an API key: `qtr-<tag>-<entropy>` (docs/protocol/admin.md §2.2 and §6). Only its hash is stored. */
import { base62, numberOfBytes } from '../ids/base62.js'

const FORM = /^qtr-[0-9a-z]{1,16}-[0-9A-Za-z]{43,}$/
/** The length of 32 bytes in base 62, in characters. */
const ENTROPY_LENGTH = 43
/** How many of these characters may be shown. */
const SHOWN_ENTROPY = 8

/** How many random bytes a key has. */
export const ENTROPY_BYTES = 32

/** The tag of a key if neither its creator nor its namespace gives one. */
export const USUAL_TAG = 'live'

/** Returns whether a text has the form of a key. */
export function isKeyText(text: string): boolean {
  return FORM.test(text)
}

/** Returns the key with this tag and these {@link ENTROPY_BYTES} random bytes. */
export function keyText(tag: string, entropy: Uint8Array): string {
  return `qtr-${tag}-${base62(numberOfBytes(entropy), ENTROPY_LENGTH)}`
}

/** Returns the part of a key that may be shown. Several keys may share it. */
export function prefixOf(key: string): string {
  const entropy = key.indexOf('-', 'qtr-'.length) + 1
  return key.slice(0, entropy + SHOWN_ENTROPY)
}

/** Returns the hash that is stored instead of a key. */
export function hashOf(key: string): Buffer {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(key).digest()
}
