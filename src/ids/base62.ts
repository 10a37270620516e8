/** Numbers in base 62, with digits in ASCII order: `0-9A-Za-z`. */

/** The digits by value. */
export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Returns a number in exactly `length` digits: padded with `0`, or cut at the front. */
export function base62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = BASE62[Number(rest % 62n)] + text
  return text
}

/** Reads bytes as one number, most significant byte first. */
export function numberOfBytes(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}
