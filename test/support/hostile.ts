/** Strings that must not reach a terminal unescaped, and a check for them. */

/** All numbers from the first to the last. */
function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}

/** Control characters, DEL, C1, direction marks, line and paragraph separators, and characters without width. */
const CODES = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  ...[0x061c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff],
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
]

/** All hostile characters, including lone surrogates. */
export const MARKS: readonly string[] = [...CODES, 0xd83d, 0xdc00].map((code) => String.fromCharCode(code))

/** A string with all of them except lone surrogates, which no encoding can carry. */
export const HOSTILE: string = `a\u001b[2J\u001b]0;title\u0007${CODES.map((code) => String.fromCharCode(code)).join('')}z`

/** The same without white space, which queue names cannot contain. */
export const HOSTILE_NAME: string = HOSTILE.replace(/[\s\u0085\ufeff]/g, '')

/** The hostile characters that a text contains unescaped, ignoring its line breaks. */
export function marksIn(text: string): string[] {
  return MARKS.filter((mark) => mark !== '\n' && text.includes(mark)).map((mark) => mark.charCodeAt(0).toString(16))
}
