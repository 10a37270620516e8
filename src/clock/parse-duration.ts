/**
 * Parses durations in Go's grammar (docs/protocol/queue.md §9, admin.md §9.1). A request may contain a duration of megabytes, so each
 * character is read only once.
 */

/** A length of time in nanoseconds, or why the text is not one. */
export type ParsedDuration = { ns: bigint; problem?: undefined } | { ns?: undefined; problem: string }

/** The units in nanoseconds. */
const UNITS = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 6e10],
  ['h', 3.6e12],
])
const MOST = 2n ** 63n
/** This many digits always fit in a number. */
const SAFE_DIGITS = 15
/** The digits of the largest number. */
const MOST_DIGITS = 19
/** How many digits of a fraction count. */
const MOST_DECIMALS = 18
const [QUOTE, BACKSLASH, LETTER_X] = [0x22, 0x5c, 0x78]
const HEX = '0123456789abcdef'

/** Parses a duration such as `1h30m`. Returns Go's error message if it is not one. Never throws. */
export function parseDuration(text: string): ParsedDuration {
  const sum = new Sum()
  let at = text.startsWith('-') || text.startsWith('+') ? 1 : 0
  // Zero is the only number that needs no unit.
  if (text.length === at + 1 && text[at] === '0') return { ns: 0n }
  if (at === text.length) return invalid(text)
  while (at < text.length) {
    const wholeEnd = digitsEnd(text, at)
    const isPoint = text[wholeEnd] === '.'
    const numberEnd = isPoint ? digitsEnd(text, wholeEnd + 1) : wholeEnd
    const fraction = isPoint ? text.slice(wholeEnd + 1, Math.min(numberEnd, wholeEnd + 1 + MOST_DECIMALS)) : ''
    if (wholeEnd === at && fraction === '') return invalid(text)
    const whole = significant(text, at, wholeEnd)
    const unitEnd = nextNumber(text, numberEnd)
    if (whole === undefined) return invalid(text)
    if (unitEnd === numberEnd) return { problem: `time: missing unit in duration ${quote(text)}` }
    const unit = text.slice(numberEnd, unitEnd)
    const size = UNITS.get(unit)
    if (size === undefined) return { problem: `time: unknown unit ${quote(unit)} in duration ${quote(text)}` }
    sum.add(whole, size)
    if (fraction !== '') sum.addPart(fraction, size)
    if (sum.isOver) return invalid(text)
    at = unitEnd
  }
  const total = sum.total
  if (text.startsWith('-')) return { ns: -total }
  return total === MOST ? invalid(text) : { ns: total }
}

/** A sum of nanoseconds. It adds plain numbers as long as they are exact, because there may be a million of them. */
class Sum {
  #large = 0n
  #small = 0

  get total(): bigint {
    return this.#large + BigInt(this.#small)
  }

  get isOver(): boolean {
    return this.#large !== 0n && this.total > MOST
  }

  add(digits: string, size: number): void {
    const product = Number(digits) * size
    if (digits.length > SAFE_DIGITS || this.#small + product > Number.MAX_SAFE_INTEGER) {
      this.#large += BigInt(this.#small) + BigInt(digits) * BigInt(size)
      this.#small = 0
    } else this.#small += product
  }

  /** Adds a decimal fraction of a unit, truncated to whole nanoseconds. */
  addPart(digits: string, size: number): void {
    const product = Number(digits) * size
    if (digits.length <= SAFE_DIGITS && product <= Number.MAX_SAFE_INTEGER) {
      this.add(String(Math.floor(product / 10 ** digits.length)), 1)
    } else this.add(String((BigInt(digits) * BigInt(size)) / 10n ** BigInt(digits.length)), 1)
  }
}

/** Returns a number without leading zeros, or `undefined` if it is out of range in any unit. */
function significant(text: string, start: number, end: number): string | undefined {
  let first = start
  while (first < end && text[first] === '0') first++
  if (end - first > MOST_DIGITS) return undefined
  const digits = text.slice(first, end)
  return digits.length === MOST_DIGITS && BigInt(digits) > MOST ? undefined : digits
}

function digitsEnd(text: string, start: number): number {
  let end = start
  while (isDigit(text.charCodeAt(end))) end++
  return end
}

/** Returns the end of the unit that begins at `start`: the next digit or point. */
function nextNumber(text: string, start: number): number {
  let end = start
  while (end < text.length && text[end] !== '.' && !isDigit(text.charCodeAt(end))) end++
  return end
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function invalid(text: string): ParsedDuration {
  return { problem: `time: invalid duration ${quote(text)}` }
}

/** Quotes a text as Go's errors do: every byte outside printable ASCII becomes `\xNN`. */
export function quote(text: string): string {
  const bytes = Buffer.from(text, 'utf8')
  const quotes = Buffer.allocUnsafe(bytes.length * 4 + 2)
  let at = 0
  quotes[at++] = QUOTE
  for (const byte of bytes) {
    if (byte < 0x20 || byte >= 0x7f) {
      quotes[at++] = BACKSLASH
      quotes[at++] = LETTER_X
      quotes[at++] = HEX.charCodeAt(byte >> 4)
      quotes[at++] = HEX.charCodeAt(byte & 15)
    } else {
      if (byte === QUOTE || byte === BACKSLASH) quotes[at++] = BACKSLASH
      quotes[at++] = byte
    }
  }
  quotes[at++] = QUOTE
  return quotes.toString('latin1', 0, at)
}
