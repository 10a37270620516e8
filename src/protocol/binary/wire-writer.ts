/** Writes the protobuf wire format. */

const SMALLEST = 256
/** The largest integer that is exact as a number. */
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER)

/** Writes the protobuf wire format to a growing buffer. */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(SMALLEST)
  #at = 0

  /** Returns what was written. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#at)
  }

  /** Writes a tag: the field number and the wire type. */
  tag(number: number, wireType: number): void {
    this.varint((number << 3) | wireType)
  }

  /** Writes an integer from -2⁵³ to 2⁵³. A negative one takes ten bytes, as the format requires. */
  varint(value: number): void {
    if (value < 0) {
      this.varint64(BigInt(value))
      return
    }
    this.#reserve(10)
    let rest = value
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#buffer[this.#at++] = rest
  }

  /** Writes a signed 64-bit integer. */
  varint64(value: bigint): void {
    if (value >= 0n && value <= LARGEST) {
      this.varint(Number(value))
      return
    }
    this.#reserve(10)
    let rest = BigInt.asUintN(64, value)
    while (rest > 0x7fn) {
      this.#buffer[this.#at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.#buffer[this.#at++] = Number(rest)
  }

  /** Writes a string in UTF-8, preceded by its length. */
  text(text: string): void {
    const length = Buffer.byteLength(text, 'utf8')
    this.varint(length)
    this.#reserve(length)
    this.#at += this.#buffer.write(text, this.#at, length, 'utf8')
  }

  /** Writes bytes, or a string with one character for each byte, preceded by the length. */
  bytes(bytes: Uint8Array | string): void {
    this.varint(bytes.length)
    this.#reserve(bytes.length)
    if (typeof bytes === 'string') this.#buffer.write(bytes, this.#at, 'latin1')
    else this.#buffer.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Writes the output of `write`, preceded by its length. */
  nested(write: () => void): void {
    const start = this.#at
    this.#reserve(1)
    this.#at++
    write()
    const length = this.#at - start - 1
    if (length <= 0x7f) {
      this.#buffer[start] = length
      return
    }
    // The length takes more than the one byte reserved for it.
    let more = 1
    for (let rest = length >>> 14; rest > 0; rest >>>= 7) more++
    this.#reserve(more)
    this.#buffer.copyWithin(start + 1 + more, start + 1, this.#at)
    this.#at = start
    this.varint(length)
    this.#at += length
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + count))
    this.#buffer.copy(grown, 0, 0, this.#at)
    this.#buffer = grown
  }
}
