/**
 * Reads and writes the ordinary forms of protobuf as fast as possible. The codecs written by hand use it. For anything else, such as
 * unknown fields, broken lengths or values of a wrong type, they return `undefined`, and the general codec decides. So rules and
 * errors have only one place.
 */
import { isUtf8 } from 'node:buffer'
import { type FastBuffer, fastBufferOf } from '../byte-buffer.js'
import type { Timestamp } from '../messages/message.js'
import { isWellFormed } from '../well-formed.js'

/** The shortest string that is worth a native call. Shorter ones are copied character by character. */
const LONG = 12

/** Reads ordinary forms. Once something is not ordinary, `odd` is true and results must not be used. */
export class OrdinaryReader {
  readonly bytes: FastBuffer
  at = 0
  odd = false
  /** The last timestamp, and its position. */
  #known = { start: 0, length: -1, timestamp: { seconds: 0n, nanos: 0 } as Timestamp }

  constructor(bytes: Uint8Array) {
    this.bytes = fastBufferOf(bytes)
  }

  /** Reads the next byte. In an ordinary message it is a tag. */
  byte(): number {
    return this.bytes[this.at++] as number
  }

  /** Reads a number below 2²⁸. */
  small(): number {
    let byte = this.bytes[this.at++] as number
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    for (let shift = 7; shift < 28; shift += 7) {
      byte = this.bytes[this.at++] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    this.giveUp()
    return 0
  }

  /** Reads the length of a value that must end at `end` or before. */
  length(end: number): number {
    const length = this.small()
    if (length <= end - this.at) return length
    this.giveUp()
    return 0
  }

  /** Reads a string. If it equals `like`, returns `like` itself, which takes no further memory. */
  text(end: number, like = ''): string {
    const length = this.length(end)
    const start = this.at
    this.at += length
    if (length === like.length && this.#is(like, start)) return like
    let place = start
    while (place < this.at && (this.bytes[place] as number) < 0x80) place++
    if (place === this.at) return this.bytes.latin1Slice(start, this.at)
    if (!isUtf8(this.bytes.subarray(start, this.at))) this.giveUp()
    return this.odd ? '' : this.bytes.utf8Slice(start, this.at)
  }

  /** Reads bytes as a string with one character for each. */
  byteText(end: number): string {
    const length = this.length(end)
    this.at += length
    return length === 0 ? '' : this.bytes.latin1Slice(this.at - length, this.at)
  }

  /** Reads bytes as a view. */
  view(end: number): Uint8Array {
    const length = this.length(end)
    this.at += length
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + this.at - length, length)
  }

  /** Reads a time after 1970. If it equals the previous one, as in most of a batch, returns the same object. */
  timestamp(end: number): Timestamp {
    const length = this.length(end)
    const start = this.at
    if (length !== this.#known.length || !this.#same(this.#known.start, start, length)) {
      this.#known = { start, length, timestamp: this.#newTimestamp(start + length) }
    }
    this.at = start + length
    return this.#known.timestamp
  }

  #newTimestamp(stop: number): Timestamp {
    let seconds = 0
    let nanos = 0
    if (this.bytes[this.at] === 0x08) {
      this.at++
      seconds = this.#large()
    }
    if (this.at < stop && this.bytes[this.at] === 0x10) {
      this.at++
      nanos = this.#large()
    }
    if (this.at !== stop || nanos > 0x7fffffff) this.giveUp()
    return { seconds: BigInt(seconds), nanos }
  }

  /** Marks what was read as not ordinary. */
  giveUp(): void {
    this.odd = true
    this.at = this.bytes.length
  }

  #same(one: number, other: number, length: number): boolean {
    for (let index = 0; index < length; index++) {
      if (this.bytes[one + index] !== this.bytes[other + index]) return false
    }
    return true
  }

  #is(text: string, start: number): boolean {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code !== this.bytes[start + index] || code > 0x7f) return false
    }
    return true
  }

  /** Reads a number below 2⁴⁹. */
  #large(): number {
    let value = 0
    let unit = 1
    for (let count = 0; count < 7; count++) {
      const byte = this.bytes[this.at++] as number
      value += (byte & 0x7f) * unit
      if (byte < 0x80) return value
      unit *= 0x80
    }
    this.giveUp()
    return 0
  }
}

/** Writes to a buffer of exactly the given size. */
export class OrdinaryWriter {
  readonly bytes: FastBuffer
  at = 0

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size) as FastBuffer
  }

  /** Writes a tag of one byte, and the length or number after it. */
  head(tag: number, value: number): void {
    this.bytes[this.at++] = tag
    let rest = value
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.at++] = rest
  }

  /** Writes a string of `size` bytes in UTF-8. Writes nothing if it is empty. */
  text(tag: number, text: string, size: number): void {
    if (size === 0) return
    this.head(tag, size)
    if (size !== text.length) this.bytes.utf8Write(text, this.at, size)
    else if (size < LONG)
      for (let index = 0; index < size; index++) this.bytes[this.at + index] = text.charCodeAt(index)
    else this.bytes.latin1Write(text, this.at, size)
    this.at += size
  }

  /** Writes bytes from a string with one character for each. Writes nothing if it is empty. */
  byteText(tag: number, text: string): void {
    if (text.length === 0) return
    this.head(tag, text.length)
    this.bytes.latin1Write(text, this.at, text.length)
    this.at += text.length
  }

  /** Writes encoded bytes with a tag and their length. */
  copy(tag: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.head(tag, bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }
}

/** Returns the size of a string in UTF-8. NaN if it cannot be encoded, which makes every sum NaN as well. */
export function textSize(text: string): number {
  if (text.length >= LONG) return sizeOf(text)
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return sizeOf(text)
  return text.length
}

function sizeOf(text: string): number {
  const size = Buffer.byteLength(text, 'utf8')
  return size === text.length || isWellFormed(text) ? size : Number.NaN
}

/** Returns the size of a field of `size` bytes with its tag and length. 0 if it is empty, because it is left out. */
export function fieldSize(size: number): number {
  return size === 0 ? 0 : partSize(size)
}

/** Returns the same for an element of a list, which is written even if it is empty. */
export function partSize(size: number): number {
  return size + 1 + varintSize(size)
}

/** Returns the encoded size of a number below 2³². */
export function varintSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  return value < 0x10000000 ? 4 : 5
}

/** Returns whether a message has other fields. A misspelt one must not be silently left out. */
export function hasOthers(message: object, fields: Readonly<Record<string, boolean>>): boolean {
  for (const name in message) if (fields[name] !== true) return true
  return false
}
