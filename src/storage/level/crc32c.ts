/** CRC-32C, the checksum of LevelDB's files and of our values. Node has only CRC-32, and older versions not even that. */

const T0 = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})
/** What a byte does to the checksum when one more byte follows, two more, and so on. */
const T1 = oneLater(T0)
const T2 = oneLater(T1)
const T3 = oneLater(T2)
const T4 = oneLater(T3)
const T5 = oneLater(T4)
const T6 = oneLater(T5)
const T7 = oneLater(T6)

function oneLater(table: Uint32Array): Uint32Array {
  return table.map((crc) => (crc >>> 8) ^ at(T0, crc & 255))
}

/** Returns the checksum of a part of `bytes`. With `seed`, it goes on from the checksum of what stands before. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, seed = 0): number {
  let crc = ~seed
  let n = from
  // Eight bytes at a time are three times as fast.
  for (; n + 8 <= to; n += 8) {
    crc ^= at(bytes, n) | (at(bytes, n + 1) << 8) | (at(bytes, n + 2) << 16) | (at(bytes, n + 3) << 24)
    const first = at(T7, crc & 255) ^ at(T6, (crc >>> 8) & 255) ^ at(T5, (crc >>> 16) & 255) ^ at(T4, crc >>> 24)
    crc =
      first ^ at(T3, at(bytes, n + 4)) ^ at(T2, at(bytes, n + 5)) ^ at(T1, at(bytes, n + 6)) ^ at(T0, at(bytes, n + 7))
  }
  for (; n < to; n++) crc = at(T0, (crc ^ at(bytes, n)) & 255) ^ (crc >>> 8)
  return ~crc >>> 0
}

/** Returns the checksum that LevelDB has written at `place`. It stores them rotated, because files contain files. */
export function storedCrc(bytes: Uint8Array, place: number): number {
  const masked = fixed32(bytes, place) - 0xa282ead8
  return ((masked >>> 17) | (masked << 15)) >>> 0
}

/** Returns the number in the four bytes at `place`, the lowest byte first. */
export function fixed32(bytes: Uint8Array, place: number): number {
  const low = at(bytes, place) | (at(bytes, place + 1) << 8) | (at(bytes, place + 2) << 16)
  return (low | (at(bytes, place + 3) << 24)) >>> 0
}

function at(numbers: Uint8Array | Uint32Array, place: number): number {
  return numbers[place] as number
}
