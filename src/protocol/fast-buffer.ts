/** A buffer with what `toString('latin1')`, `write(…, 'latin1')` and so on come down to, without their handling of arguments. */
export interface FastBuffer extends Buffer {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
  latin1Write(text: string, at: number, length: number): number
  utf8Write(text: string, at: number, length: number): number
}

/** The same bytes as such a buffer. */
export function fastBufferOf(bytes: Uint8Array): FastBuffer {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer as FastBuffer
}
