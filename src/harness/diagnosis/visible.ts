/** Names, references and messages come from tests: in a terminal they must neither move the cursor nor break a line. */

/** Control characters, and marks that turn the direction of text around. */
const CONTROLS = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** One line, with what cannot be seen written out. */
export function visible(line: string): string {
  return line.replace(CONTROLS, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`)
}
