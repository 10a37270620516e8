/**
 * Bytes as a text of one character each (latin 1), as the server's side has them: a fraction of the cost of a
 * `Uint8Array` to make, to keep and to copy.
 */
export type ByteText = string

/** The text of bytes, which it keeps nothing of. */
export function byteTextOf(bytes: Uint8Array): ByteText {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** Whether a caller gave bytes. Not `instanceof`: they may come from another realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && (value as Uint8Array).BYTES_PER_ELEMENT === 1
}
