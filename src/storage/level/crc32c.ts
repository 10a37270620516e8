/** CRC-32C, the checksum of LevelDB's files and of our values. Node has only CRC-32, and older versions not even that. */

/** How many bytes a step takes. */
const STEP = 16

/** For each place in a step: what each byte there does to the checksum at the end of the step. */
const TABLE = tableOf(STEP)

function tableOf(places: number): Int32Array {
  const table = new Int32Array(places * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    table[byte] = crc
  }
  for (let n = 256; n < table.length; n++) {
    const crc = table[n - 256] as number
    table[n] = (crc >>> 8) ^ (table[crc & 255] as number)
  }
  return table
}

/** Returns the checksum of a part of `bytes`. With `seed`, it goes on from the checksum of what stands before. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, seed = 0): number {
  let crc = ~seed
  let n = from
  // Steps of sixteen bytes are several times as fast as single ones.
  for (; n + STEP <= to; n += STEP) {
    crc ^= word(bytes, n)
    crc =
      entry(15, crc) ^
      entry(14, crc >>> 8) ^
      entry(13, crc >>> 16) ^
      entry(12, crc >>> 24) ^
      fourAt(11, word(bytes, n + 4)) ^
      fourAt(7, word(bytes, n + 8)) ^
      fourAt(3, word(bytes, n + 12))
  }
  for (; n < to; n++) crc = entry(0, crc ^ (bytes[n] as number)) ^ (crc >>> 8)
  return ~crc >>> 0
}

function entry(place: number, byte: number): number {
  return TABLE[(place << 8) | (byte & 255)] as number
}

/** What four bytes do, of which the first is at this place. */
function fourAt(place: number, bytes: number): number {
  return (
    entry(place, bytes) ^
    entry(place - 1, bytes >>> 8) ^
    entry(place - 2, bytes >>> 16) ^
    entry(place - 3, bytes >>> 24)
  )
}

function word(bytes: Uint8Array, n: number): number {
  return (
    (bytes[n] as number) |
    ((bytes[n + 1] as number) << 8) |
    ((bytes[n + 2] as number) << 16) |
    ((bytes[n + 3] as number) << 24)
  )
}

/** Returns the checksum that LevelDB has written at `place`. It stores them rotated, because files contain files. */
export function storedCrc(bytes: Uint8Array, place: number): number {
  const masked = fixed32(bytes, place) - 0xa282ead8
  return ((masked >>> 17) | (masked << 15)) >>> 0
}

/** Returns the number in the four bytes at `place`, the lowest byte first. */
export function fixed32(bytes: Uint8Array, place: number): number {
  return word(bytes, place) >>> 0
}
