/**
 * KSUIDs, the ids of everything: 4 bytes of seconds since May 2014 and 16 bytes of chance, written in 27 characters whose
 * order is that of their creation, to the second (docs/protocol/admin.md §11.1).
 */
import type { Instant } from '../clock/instant.js'
import { badRequest } from '../errors.js'
import { base62 } from './base62.js'
import type { Random } from './random.js'

/** How many characters an id has. */
export const KSUID_LENGTH = 27
const EPOCH_SECONDS = 1_400_000_000
const MOST = 2n ** 160n

/** Draws an id. */
export function drawKsuid(now: Instant, random: Random): string {
  const seconds = Math.min(Math.max(Math.floor(now / 1000) - EPOCH_SECONDS, 0), 0xffff_fffe)
  let value = BigInt(seconds)
  for (let word = 0; word < 4; word++) value = (value << 32n) | BigInt(random())
  return base62(value, KSUID_LENGTH)
}

/** Why a text is no KSUID, in the server's words; undefined when it is one. */
export function problemOfId(text: string): string | undefined {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length !== KSUID_LENGTH) return 'Valid encoded KSUIDs are 27 characters'
  // Most ids begin well below the bound; only the others are worth the arithmetic.
  if (digitValue(bytes[0] as number) < 36 && isPlain(bytes)) return undefined
  let value = 0n
  for (const byte of bytes) value = value * 62n + BigInt(digitValue(byte))
  if (value < MOST) return undefined
  return 'Valid encoded KSUIDs are bounded by 000000000000000000000000000 and aWgEPTl1tmebfsQzFP4bxwgy80V'
}

/** @throws 400 when a text is no KSUID */
export function checkItemId(text: string): void {
  const problem = problemOfId(text)
  if (problem !== undefined) throw badRequest(`invalid storage id; '${text}': ${problem}`)
}

/** The server's reading of a character: whatever is no digit and no upper-case letter counts from `a`. */
function digitValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41 + 10
  return (36 + byte - 0x61) & 0xff
}

function isPlain(bytes: Buffer): boolean {
  return bytes.every((byte) => digitValue(byte) < 62)
}
