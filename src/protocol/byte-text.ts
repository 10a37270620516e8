/**
 * Bytes as a string with one character for each (latin 1), as the server side uses them. Creating, storing and copying one costs a
 * fraction of a `Uint8Array`.
 */
export type ByteText = string

/** Returns bytes as a string. It does not keep the bytes in memory. */
export function byteTextOf(bytes: Uint8Array): ByteText {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString('latin1')
}

/** Returns whether a value is bytes. It does not use `instanceof`, because they may come from another realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && (value as Uint8Array).BYTES_PER_ELEMENT === 1
}
