/** Reads files of LevelDB that records are appended to: its logs, and its manifest. LevelDB itself leaves out what it cannot read. */
import { crc32c, storedCrc } from './crc32c.js'
import { Damage } from './damage.js'

const BLOCK = 32_768
const HEADER = 7
/** The kinds of pieces: a whole record, and the first and the last piece of one. Those in the middle are 3. */
const WHOLE = 1
const FIRST = 2
const LAST = 4

/** What is in a log. */
export interface LogFile {
  /** Its whole records. */
  readonly records: readonly Uint8Array[]
  /** Whether it ends within a record, as it does if its process is killed while it writes. */
  readonly isTorn: boolean
}

/** Returns the records of a log. @throws Damage if something before its end cannot be read */
export function readLog(name: string, bytes: Uint8Array): LogFile {
  const records: Uint8Array[] = []
  let pieces: Uint8Array[] = []
  let place = 0
  while (place < bytes.length) {
    const left = BLOCK - (place % BLOCK)
    if (left < HEADER) {
      place += left
      continue
    }
    const piece = pieceAt(bytes, place)
    if (piece === undefined) {
      if (isTornAt(bytes, place)) return { records, isTorn: true }
      throw new Damage(`${name} is damaged at byte ${place}`)
    }
    const { type, content } = piece
    if ((type === WHOLE || type === FIRST) !== (pieces.length === 0)) {
      throw new Damage(`${name} lacks a part before byte ${place}`)
    }
    pieces.push(content)
    place += HEADER + content.length
    if (type === WHOLE || type === LAST) {
      records.push(pieces.length === 1 ? content : Buffer.concat(pieces))
      pieces = []
    }
  }
  return { records, isTorn: pieces.length > 0 }
}

function pieceAt(bytes: Uint8Array, place: number): { type: number; content: Uint8Array } | undefined {
  const start = place + HEADER
  if (start > bytes.length) return undefined
  const length = (bytes[place + 4] as number) | ((bytes[place + 5] as number) << 8)
  const type = bytes[place + 6] as number
  const end = start + length
  if (type < WHOLE || type > LAST || end > bytes.length || end > blockEnd(place)) return undefined
  if (crc32c(bytes, place + 6, end) !== storedCrc(bytes, place)) return undefined
  return { type, content: bytes.subarray(start, end) }
}

/**
 * Returns whether the file merely ends too early: a process wrote a part of the piece at `place` and was killed, or the power failed and left
 * zeros. Otherwise the piece is damaged, because more was written after it, or all of it.
 */
function isTornAt(bytes: Uint8Array, place: number): boolean {
  if (bytes.subarray(place).every((byte) => byte === 0)) return true
  const end = blockEnd(place)
  if (place + HEADER > bytes.length) return true
  const length = (bytes[place + 4] as number) | ((bytes[place + 5] as number) << 8)
  const type = bytes[place + 6] as number
  if (bytes.length > end || place + HEADER + length <= bytes.length || type < WHOLE || type > LAST) return false
  // The length is not in the checksum. If it is what is damaged, the piece is whole, or others follow.
  for (let to = place + HEADER; to <= bytes.length; to++) {
    if (pieceAt(bytes, to) !== undefined) return false
  }
  return crc32c(bytes, place + 6) !== storedCrc(bytes, place)
}

function blockEnd(place: number): number {
  return place - (place % BLOCK) + BLOCK
}
