/**
 * Reading and writing the ordinary forms of protobuf, as fast as it goes. The hot messages are read and written by hand
 * with these; whatever is out of the ordinary (unknown fields, broken lengths, values of a wrong kind) makes them answer
 * undefined, and the general codec decides. So rules and errors are in one place only.
 */
import { isUtf8 } from 'node:buffer'
import { type FastBuffer, fastBufferOf } from '../fast-buffer.js'
import type { Timestamp } from '../messages/message.js'
import { isWellFormed } from '../well-formed.js'

/** The shortest text that is worth a call out of JavaScript; shorter ones are copied character by character. */
const LONG = 12

/** Reads what is ordinary. Once something is not, `odd` is true, and everything after it means nothing. */
export class OrdinaryReader {
  readonly bytes: FastBuffer
  at = 0
  odd = false
  /** The last timestamp, and where it stands. */
  #known = { start: 0, length: -1, timestamp: { seconds: 0n, nanos: 0 } as Timestamp }

  constructor(bytes: Uint8Array) {
    this.bytes = fastBufferOf(bytes)
  }

  /** The next byte: of a message in ordinary form, a tag. */
  byte(): number {
    return this.bytes[this.at++] as number
  }

  /** A number below 2²⁸. */
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

  /** The length of what comes next, which ends at `end` or before. */
  length(end: number): number {
    const length = this.small()
    if (length <= end - this.at) return length
    this.giveUp()
    return 0
  }

  /** A text; where it is the same as `like`, that very string, which then takes no memory of its own. */
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

  /** Bytes, as a text of one character each. */
  byteText(end: number): string {
    const length = this.length(end)
    this.at += length
    return length === 0 ? '' : this.bytes.latin1Slice(this.at - length, this.at)
  }

  /** Bytes, as a view. */
  view(end: number): Uint8Array {
    const length = this.length(end)
    this.at += length
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + this.at - length, length)
  }

  /** A point in time after 1970; the very object read before where it is the same, as in most of a batch. */
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

  /** What was read is not to be used. */
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

  /** A number below 2⁴⁹. */
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

/** Writes into a buffer of exactly the size that was worked out before. */
export class OrdinaryWriter {
  readonly bytes: FastBuffer
  at = 0

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size) as FastBuffer
  }

  /** A tag of one byte, and the length or the number after it. */
  head(tag: number, value: number): void {
    this.bytes[this.at++] = tag
    let rest = value
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.at++] = rest
  }

  /** A text of `size` bytes in UTF-8; nothing when it is empty. */
  text(tag: number, text: string, size: number): void {
    if (size === 0) return
    this.head(tag, size)
    if (size !== text.length) this.bytes.utf8Write(text, this.at, size)
    else if (size < LONG)
      for (let index = 0; index < size; index++) this.bytes[this.at + index] = text.charCodeAt(index)
    else this.bytes.latin1Write(text, this.at, size)
    this.at += size
  }

  /** Bytes, as a text of one character each; nothing when there are none. */
  byteText(tag: number, text: string): void {
    if (text.length === 0) return
    this.head(tag, text.length)
    this.bytes.latin1Write(text, this.at, text.length)
    this.at += text.length
  }

  /** Bytes that are written already, with the tag and length before them. */
  copy(tag: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.head(tag, bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }
}

/** How many bytes a text takes in UTF-8; NaN, and so is every sum with it, when there is no UTF-8 for it. */
export function textSize(text: string): number {
  if (text.length >= LONG) return sizeOf(text)
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return sizeOf(text)
  return text.length
}

function sizeOf(text: string): number {
  const size = Buffer.byteLength(text, 'utf8')
  return size === text.length || isWellFormed(text) ? size : Number.NaN
}

/** How many bytes a field of `size` bytes takes with its tag and length; 0 for an empty one, which is left out. */
export function fieldSize(size: number): number {
  return size === 0 ? 0 : partSize(size)
}

/** The same for a part of a list, which is there also when it is empty. */
export function partSize(size: number): number {
  return size + 1 + varintSize(size)
}

/** How many bytes a number below 2³² takes. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  return value < 0x10000000 ? 4 : 5
}

/** Whether a message has fields of other names: a misspelt one must not be left out in silence. */
export function hasOthers(message: object, fields: Readonly<Record<string, boolean>>): boolean {
  for (const name in message) if (fields[name] !== true) return true
  return false
}
