/** Numbers as digits and letters, in the order of ASCII: `0-9A-Za-z`. */

/** The digits by their value. */
export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Writes a number, filled up with `0` to `length` digits; what does not fit is cut off at the front. */
export function base62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = BASE62[Number(rest % 62n)] + text
  return text
}

/** Reads bytes as one number, the most important first. */
export function numberOfBytes(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}
