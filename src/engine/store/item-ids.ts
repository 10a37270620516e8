/**
 * Item ids: KSUIDs that count up within a partition (docs/protocol/queue.md §1, admin.md §11.1).
 *
 * Inside the engine an id is a sequence number. Its 27 characters are only made when it is shown. A partition draws one KSUID when it
 * is created, and the text of number n is that KSUID plus n.
 */
import type { Instant } from '../../clock/instant.js'
import { BASE62 } from '../../ids/base62.js'
import { drawKsuid, KSUID_LENGTH as LENGTH } from '../../ids/ksuid.js'
import type { Random } from '../../ids/random.js'

/** The number of last digits that count. They overflow after 62⁸ items. */
const COUNTING = 8
const HALF = 62 ** 4
/** Holds four digits before they become text. */
const DIGITS = new Uint8Array(4)
/** Digits by value, and values by character code. -1 for other characters. */
const CODES = Uint8Array.from(BASE62, (character) => character.charCodeAt(0))
const VALUES = new Int8Array(128).fill(-1)
for (const [value, code] of CODES.entries()) VALUES[code] = value

/** Where the ids of a partition begin. */
export interface IdRange {
  /** The characters that all ids share. */
  readonly head: string
  /** What is added to a sequence number. */
  readonly start: number
}

/** Draws the KSUID from which a new partition counts up. */
export function drawIdRange(now: Instant, random: Random): IdRange {
  const text = drawKsuid(now, random)
  // Half of the range of the counting digits stays free, so that the head never changes.
  const start = Math.floor(numberOf(text.slice(LENGTH - COUNTING)) / 2)
  return { head: text.slice(0, LENGTH - COUNTING), start }
}

/** How many ids share a head. */
export const MOST_IDS = 62 ** COUNTING

/** Returns the range that begins with an id. Undefined if the text is no id. */
export function idRangeOf(text: string): IdRange | undefined {
  const start = numberOf(text, LENGTH - COUNTING)
  if (text.length !== LENGTH || Number.isNaN(start) || Number.isNaN(numberOf(text))) return undefined
  return { head: text.slice(0, LENGTH - COUNTING), start }
}

/** The ids of one partition. */
export class ItemIds {
  readonly range: IdRange
  readonly #head: string
  readonly #headBytes: Uint8Array
  readonly #start: number

  constructor(range: IdRange) {
    this.range = range
    this.#head = range.head
    this.#headBytes = Uint8Array.from(Buffer.from(this.#head, 'latin1'))
    this.#start = range.start
  }

  /** Returns the text of a sequence number. */
  text(sequence: number): string {
    const number = this.#start + sequence
    // Halves of four digits are small enough for fast 32-bit arithmetic.
    const high = Math.floor(number / HALF)
    const low = number - high * HALF
    return this.#head + fourDigits(high) + fourDigits(low)
  }

  /** Writes the text of a sequence number as 27 bytes of ASCII. */
  write(sequence: number, bytes: Uint8Array, at: number): void {
    const number = this.#start + sequence
    const high = Math.floor(number / HALF)
    bytes.set(this.#headBytes, at)
    writeDigits(high, bytes, at + LENGTH - COUNTING)
    writeDigits(number - high * HALF, bytes, at + LENGTH - COUNTING / 2)
  }

  /** Returns the sequence number of a text, or `undefined` if it is not an id of this partition. */
  sequence(text: string): number | undefined {
    if (text.length !== LENGTH || !text.startsWith(this.#head)) return undefined
    const number = numberOf(text, LENGTH - COUNTING)
    return number >= this.#start ? number - this.#start : undefined
  }

  /** Returns the smallest sequence number whose text is not before `text` in byte order. `Infinity` if all are before it. */
  sequenceFrom(text: string): number {
    const exact = this.sequence(text)
    if (exact !== undefined) return exact
    const head = text.slice(0, LENGTH - COUNTING)
    if (head !== this.#head) return head < this.#head ? 0 : Number.POSITIVE_INFINITY
    // The head matches, but the tail is not a number, or is before the first. Binary search by text.
    let low = 0
    let high = 62 ** COUNTING - this.#start
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.text(middle) < text) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Returns the value of base 62 digits, from `from` to the end of the text. NaN if a character is not a digit. */
function numberOf(text: string, from = 0): number {
  let value = 0
  for (let place = from; place < text.length; place++) {
    const code = text.charCodeAt(place)
    const index = code < VALUES.length ? (VALUES[code] as number) : -1
    if (index < 0) return Number.NaN
    value = value * 62 + index
  }
  return value
}

function fourDigits(value: number): string {
  writeDigits(value, DIGITS, 0)
  return String.fromCharCode(DIGITS[0] as number, DIGITS[1] as number, DIGITS[2] as number, DIGITS[3] as number)
}

/** Writes four digits as ASCII. */
function writeDigits(value: number, bytes: Uint8Array, at: number): void {
  bytes[at] = digit((value / 238_328) | 0)
  bytes[at + 1] = digit(((value / 3_844) | 0) % 62)
  bytes[at + 2] = digit(((value / 62) | 0) % 62)
  bytes[at + 3] = digit(value % 62)
}

/** Returns the character code of a base 62 digit. */
function digit(value: number): number {
  return CODES[value] as number
}
