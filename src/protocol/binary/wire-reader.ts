/** Reads the protobuf wire format: tags, varints and lengths. It skips unknown fields and always checks bounds. */
import { isUtf8 } from 'node:buffer'
import { contentError } from '../../errors.js'
import { type FastBuffer, fastBufferOf } from '../byte-buffer.js'

/** The wire types of protobuf. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const

/** The server's library counts to 10,000 within the outermost group. */
const DEEPEST_GROUP = 10_001

/** Reads the fields of a message. The same reader enters and leaves nested messages. */
export class WireReader {
  readonly #bytes: FastBuffer
  #at = 0
  #end: number
  /** The upper 32 bits of the last varint. */
  #high = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = fastBufferOf(bytes)
    this.#end = bytes.length
  }

  /** Whether the entered message is at its end. */
  get atEnd(): boolean {
    return this.#at >= this.#end
  }

  /** Reads a tag: the field number, with the wire type in the last three bits. @throws 455 */
  tag(): number {
    const tag = this.varint()
    // Field numbers end at 2²⁹ - 1, so a tag fits in 32 bits.
    if (this.#high !== 0 || tag >>> 3 === 0) throw malformed()
    return tag
  }

  /** Reads the lower 32 bits of a varint, signed. @throws 455 if it does not end after 10 bytes */
  varint(): number {
    if (this.#at < this.#end && (this.#bytes[this.#at] as number) < 0x80) {
      this.#high = 0
      return this.#bytes[this.#at++] as number
    }
    return this.#longVarint()
  }

  #longVarint(): number {
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

  /** Reads a varint as a signed 64-bit number. @throws 455 */
  varint64(): bigint {
    const low = this.varint()
    return (BigInt(this.#high) << 32n) | BigInt(low >>> 0)
  }

  /** Reads whether a varint is not zero. @throws 455 */
  bool(): boolean {
    return this.varint() !== 0 || this.#high !== 0
  }

  /** Reads a length-delimited value as a view. @throws 455 if it is cut short */
  slice(): Uint8Array {
    const start = this.#pass(this.#length())
    return this.#bytes.subarray(start, this.#at)
  }

  /** Reads a string, or `undefined` if its bytes are not UTF-8. @throws 455 if it is cut short */
  text(): string | undefined {
    const start = this.#pass(this.#length())
    if (this.#isAscii(start)) return start === this.#at ? '' : this.#bytes.latin1Slice(start, this.#at)
    return isUtf8(this.#bytes.subarray(start, this.#at)) ? this.#bytes.utf8Slice(start, this.#at) : undefined
  }

  /** Skips a string. Returns whether its bytes are UTF-8. @throws 455 if it is cut short */
  passText(): boolean {
    const start = this.#pass(this.#length())
    return this.#isAscii(start) || isUtf8(this.#bytes.subarray(start, this.#at))
  }

  /** Enters a nested message. Returns the argument for `leave`. @throws 455 if it is cut short */
  enter(): number {
    const outer = this.#end
    const length = this.#length()
    if (length > this.#end - this.#at) throw malformed()
    this.#end = this.#at + length
    return outer
  }

  /** Leaves a nested message that was read to its end. */
  leave(outer: number): void {
    this.#end = outer
  }

  /** Skips the value of a field. @throws 455 */
  skip(tag: number): void {
    const wireType = tag & 7
    if (wireType === WireType.varint) this.varint()
    else if (wireType === WireType.bytes) this.#pass(this.#length())
    else if (wireType === WireType.fixed64) this.#pass(8)
    else if (wireType === WireType.fixed32) this.#pass(4)
    else if (wireType === WireType.groupStart) this.#skipGroup(tag >>> 3)
    else throw malformed()
  }

  #skipGroup(field: number): void {
    const groups = [field]
    while (groups.length > 0) {
      const tag = this.tag()
      if ((tag & 7) === WireType.groupStart) {
        groups.push(tag >>> 3)
        if (groups.length > DEEPEST_GROUP) throw malformed()
      } else if ((tag & 7) === WireType.groupEnd) {
        if (groups.pop() !== tag >>> 3) throw malformed()
      } else this.skip(tag)
    }
  }

  #length(): number {
    const length = this.varint()
    if (this.#high !== 0 || length < 0) throw malformed()
    return length
  }

  /** Skips bytes. Returns where they begin. */
  #pass(count: number): number {
    const start = this.#at
    if (count > this.#end - start) throw malformed()
    this.#at += count
    return start
  }

  /** Returns whether everything since `start` is ASCII. `false` for long strings: `isUtf8` is faster for them. */
  #isAscii(start: number): boolean {
    if (this.#at - start > LONG) return false
    for (let place = start; place < this.#at; place++) if ((this.#bytes[place] as number) > 0x7f) return false
    return true
  }
}

/** The longest string that is checked byte by byte. */
const LONG = 48

function malformed() {
  return contentError('proto: cannot parse invalid wire-format data')
}
