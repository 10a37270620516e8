/**
 * KSUIDs, used for all ids: 4 bytes of seconds since May 2014, and 16 random bytes. Their 27 characters sort by creation time, to the
 * second (docs/protocol/admin.md §11.1).
 */
import type { Instant } from '../clock/instant.js'
import { badRequest } from '../errors.js'
import { base62 } from './base62.js'
import type { Random } from './random.js'

/** The length of an id in characters. */
export const KSUID_LENGTH = 27
const EPOCH_SECONDS = 1_400_000_000
const MOST = 2n ** 160n

/** Returns a new id. */
export function drawKsuid(now: Instant, random: Random): string {
  const seconds = Math.min(Math.max(Math.floor(now / 1000) - EPOCH_SECONDS, 0), 0xffff_fffe)
  let value = BigInt(seconds)
  for (let word = 0; word < 4; word++) value = (value << 32n) | BigInt(random())
  return base62(value, KSUID_LENGTH)
}

/** Returns why a text is not a KSUID, in the server's words, or `undefined` if it is one. */
export function problemOfId(text: string): string | undefined {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length !== KSUID_LENGTH) return 'Valid encoded KSUIDs are 27 characters'
  // Most ids start well below the bound. Only the others need the arithmetic.
  if (digitValue(bytes[0] as number) < 36 && isPlain(bytes)) return undefined
  let value = 0n
  for (const byte of bytes) value = value * 62n + BigInt(digitValue(byte))
  if (value < MOST) return undefined
  return 'Valid encoded KSUIDs are bounded by 000000000000000000000000000 and aWgEPTl1tmebfsQzFP4bxwgy80V'
}

/** @throws 400 if a text is not a KSUID */
export function checkItemId(text: string): void {
  const problem = problemOfId(text)
  if (problem !== undefined) throw badRequest(`invalid storage id; '${text}': ${problem}`)
}

/** Returns the value of a character as the server reads it: anything but a digit or an upper-case letter counts from `a`. */
function digitValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41 + 10
  return (36 + byte - 0x61) & 0xff
}

function isPlain(bytes: Buffer): boolean {
  return bytes.every((byte) => digitValue(byte) < 62)
}
