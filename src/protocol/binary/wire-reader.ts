/** Reads the protobuf wire format: tags, varints, lengths; skips what nobody asked for. Bounds are always checked. */
import { contentError } from '../../errors.js'

/** How a value is laid out. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const

const DEEPEST_GROUP = 10_000

/** See the head of this file. */
export class WireReader {
  readonly #bytes: Uint8Array
  #at: number
  readonly #end: number
  /** The upper 32 bits of the last varint. */
  #high = 0

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get atEnd(): boolean {
    return this.#at >= this.#end
  }

  /** The next field's number and layout. @throws 455 */
  tag(): { field: number; wireType: number } {
    const tag = this.varint()
    // Numbers end at 2²⁹ - 1, so a tag fits in 32 bits.
    if (this.#high !== 0 || tag >>> 3 === 0) throw malformed()
    return { field: tag >>> 3, wireType: tag & 7 }
  }

  /** The lower 32 bits of a varint, signed. @throws 455 when it does not end after 10 bytes */
  varint(): number {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#at < this.#end ? (this.#bytes[this.#at++] as number) : -1
      if (byte < 0 || (shift === 63 && byte > 1)) throw malformed()
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high |= bits >>> 4
      } else high |= bits << (shift - 32)
      if (byte < 0x80) {
        this.#high = high
        return low
      }
    }
    throw malformed()
  }

  /** A whole varint, as a signed number of 64 bits. @throws 455 */
  varint64(): bigint {
    const low = this.varint()
    return (BigInt(this.#high) << 32n) | BigInt(low >>> 0)
  }

  /** Whether a varint is anything but zero. @throws 455 */
  bool(): boolean {
    return this.varint() !== 0 || this.#high !== 0
  }

  /** The bytes of a length-delimited value: a view. @throws 455 when they are cut short */
  slice(): Uint8Array {
    const length = this.varint()
    if (this.#high !== 0 || length < 0 || length > this.#end - this.#at) throw malformed()
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** Passes over the value of a field. @throws 455 */
  skip(field: number, wireType: number): void {
    const groups: number[] = []
    let tag = { field, wireType }
    for (;;) {
      if (tag.wireType === WireType.groupStart) {
        groups.push(tag.field)
        if (groups.length > DEEPEST_GROUP) throw malformed()
      } else if (tag.wireType === WireType.groupEnd) {
        if (groups.pop() !== tag.field) throw malformed()
      } else this.#skipValue(tag.wireType)
      if (groups.length === 0) return
      tag = this.tag()
    }
  }

  #skipValue(wireType: number): void {
    if (wireType === WireType.varint) this.varint()
    else if (wireType === WireType.bytes) this.slice()
    else if (wireType === WireType.fixed64) this.#pass(8)
    else if (wireType === WireType.fixed32) this.#pass(4)
    else throw malformed()
  }

  #pass(count: number): void {
    if (count > this.#end - this.#at) throw malformed()
    this.#at += count
  }
}

function malformed() {
  return contentError('proto: cannot parse invalid wire-format data')
}
