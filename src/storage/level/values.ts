/**
 * The values of items and records in LevelDB: a checksum of five characters, and the value. LevelDB does not look at its own checksums
 * when it merges files, so damage could get a right one there.
 *
 * The bytes of an item are the characters of a string: LevelDB gives strings in half the time of a `Buffer`. A byte of 128 or more takes
 * two on disk.
 */
import { crc32c } from './crc32c.js'

const CHECKED = 5
/** Up to this length, items are many, and so are those of the same length. */
const SHORT = 4096

/** Returns the value of an item as it is stored. */
export function sealedItem(partition: number, sequence: number, value: Uint8Array): string {
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
  return checkText(crc32c(value, 0, value.length, seedOf(partition, sequence))) + text
}

/** Reads the values of items, one after the other. They share their bytes: a million arrays would cost more than all else. */
export class UnsealedItems {
  #bytes = Buffer.allocUnsafe(SHORT)
  /** The value in these bytes, by the length of what is stored. */
  #views: Buffer[] = []

  /** Returns the value of an item, or `undefined` if it is damaged. Its bytes change with the next one. */
  unsealed(partition: number, sequence: number, sealed: string): Uint8Array | undefined {
    const { length } = sealed
    if (this.#bytes.length < length) this.#grow(2 * length)
    this.#bytes.write(sealed, 0, 'latin1')
    const crc = crc32c(this.#bytes, CHECKED, length, seedOf(partition, sequence))
    return isCheckedBy(sealed, crc) ? this.#view(length) : undefined
  }

  #view(length: number): Uint8Array {
    if (length > SHORT) return this.#bytes.subarray(CHECKED, length)
    this.#views[length] ??= this.#bytes.subarray(CHECKED, length)
    return this.#views[length]
  }

  #grow(length: number): void {
    this.#bytes = Buffer.allocUnsafe(length)
    this.#views = []
  }
}

/** Returns the value of a record as it is stored. */
export function sealedRecord(key: string, value: string): string {
  return checkText(recordCrc(key, value)) + value
}

/** Returns the value of a record, or `undefined` if it is damaged. */
export function unsealedRecord(key: string, sealed: string): string | undefined {
  const value = sealed.slice(CHECKED)
  return isCheckedBy(sealed, recordCrc(key, value)) ? value : undefined
}

/** A value under the key of another item is damage, too. */
function seedOf(partition: number, sequence: number): number {
  return partition ^ (sequence % 2 ** 32) ^ Math.floor(sequence / 2 ** 32)
}

function recordCrc(key: string, value: string): number {
  return crc32c(Buffer.from(`${key}\0${value}`))
}

function checkText(crc: number): string {
  return String.fromCharCode(crc >>> 28, (crc >>> 21) & 127, (crc >>> 14) & 127, (crc >>> 7) & 127, crc & 127)
}

function isCheckedBy(sealed: string, crc: number): boolean {
  const low = (sealed.charCodeAt(1) << 21) | (sealed.charCodeAt(2) << 14) | (sealed.charCodeAt(3) << 7)
  return sealed.charCodeAt(0) === crc >>> 28 && (low | sealed.charCodeAt(4)) === (crc & 0xfffffff)
}
