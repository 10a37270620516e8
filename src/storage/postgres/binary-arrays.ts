/**
 * Arrays in the binary format of PostgreSQL's protocol. The package pg writes arrays as text, and each byte of a `bytea` as two digits. That
 * takes more than twice the time.
 */

/** The types of elements, by their numbers in every PostgreSQL. */
const BYTEA = 17
const BIGINT = 20
const TEXT = 25

const HEAD = 20

/** Returns a `bigint[]`. */
export function bigints(numbers: readonly number[]): Buffer {
  const array = Buffer.allocUnsafe(HEAD + numbers.length * 12)
  let at = writeHead(array, BIGINT, numbers.length)
  for (const number of numbers) {
    array.writeInt32BE(8, at)
    array.writeInt32BE(Math.floor(number / 2 ** 32), at + 4)
    array.writeUInt32BE(number % 2 ** 32, at + 8)
    at += 12
  }
  return array.subarray(0, at)
}

/** Returns a `bytea[]`. */
export function byteas(values: readonly Uint8Array[]): Buffer {
  return ofBytes(BYTEA, values)
}

/** Returns a `text[]`. PostgreSQL refuses texts with a NUL. */
export function texts(values: readonly string[]): Buffer {
  return ofBytes(
    TEXT,
    values.map((value) => Buffer.from(value)),
  )
}

function ofBytes(type: number, values: readonly Uint8Array[]): Buffer {
  const bytes = values.reduce((sum, value) => sum + 4 + value.length, HEAD)
  const array = Buffer.allocUnsafe(bytes)
  let at = writeHead(array, type, values.length)
  for (const value of values) {
    array.writeInt32BE(value.length, at)
    array.set(value, at + 4)
    at += 4 + value.length
  }
  return array.subarray(0, at)
}

/** Writes what comes before the elements, and returns where they begin. */
function writeHead(array: Buffer, type: number, length: number): number {
  // An empty array has no dimension.
  array.writeInt32BE(length === 0 ? 0 : 1, 0)
  array.writeInt32BE(0, 4)
  array.writeInt32BE(type, 8)
  if (length === 0) return 12
  array.writeInt32BE(length, 12)
  array.writeInt32BE(1, 16)
  return HEAD
}
