/** Texts that a terminal must not get as they are, and how to see that it did not. */

/** Every number from the first to the last. */
function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}

/** Control characters, DEL, C1, marks of direction, separators of lines and paragraphs, what has no width, halves of a pair. */
const CODES = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  ...[0x061c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff],
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
]

/** All of them. */
export const MARKS: readonly string[] = [...CODES, 0xd83d, 0xdc00].map((code) => String.fromCharCode(code))

/** A text with all of them that can travel: half of a character cannot. */
export const HOSTILE: string = `a\u001b[2J\u001b]0;title\u0007${CODES.map((code) => String.fromCharCode(code)).join('')}z`

/** The same without white space, which names of queues cannot have. */
export const HOSTILE_NAME: string = HOSTILE.replace(/[\s\u0085\ufeff]/g, '')

/** The marks of a text that are there as they are, but for the line breaks of its layout. */
export function marksIn(text: string): string[] {
  return MARKS.filter((mark) => mark !== '\n' && text.includes(mark)).map((mark) => mark.charCodeAt(0).toString(16))
}
