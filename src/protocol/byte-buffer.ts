/** A buffer with the methods behind `toString('latin1')`, `write(…, 'latin1')` and so on. They skip the handling of arguments. */
export interface FastBuffer extends Buffer {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
  latin1Write(text: string, at: number, length: number): number
  utf8Write(text: string, at: number, length: number): number
}

/** Returns the same bytes as a {@link FastBuffer}. */
export function fastBufferOf(bytes: Uint8Array): FastBuffer {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer as FastBuffer
}
