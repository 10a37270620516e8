/**
 * Writes out invisible characters in text for a person's terminal. Names, references and messages come from tests and clients, and must not
 * move the cursor, turn text around, break a line or be invisible. Data stays as it is.
 */

/** Control characters, lone surrogates, direction marks, line and paragraph separators, and characters without width. */
const MARKS = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu

/** Returns one line with invisible characters written out: `\u{1b}`. */
export function visible(line: string): string {
  return visibleText(line, '')
}

/** Does the same for a text of several lines. `kept` stays as it is, by default line breaks. */
export function visibleText(text: string, kept = '\n'): string {
  return text.replace(MARKS, (mark) => (kept.includes(mark) ? mark : `\\u{${codeOf(mark)}}`))
}

/** Returns equivalent JSON, with invisible characters escaped that JSON may contain unescaped. */
export function visibleJson(json: string): string {
  return json.replace(MARKS, (mark) => `\\u${codeOf(mark).padStart(4, '0')}`)
}

function codeOf(mark: string): string {
  return mark.charCodeAt(0).toString(16)
}
