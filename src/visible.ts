/**
 * Names, references and messages come from tests, and from whoever asks a daemon. What is for a person's terminal goes
 * through here, so that none of them moves the cursor, turns text around, breaks a line or cannot be seen. Data stays as it is.
 */

/** Control characters, halves of characters, marks of direction, ends of lines and paragraphs, and what has no width. */
const MARKS = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu

/** One line, with what cannot be seen written out: `\u{1b}`. */
export function visible(line: string): string {
  return visibleText(line, '')
}

/** The same of a text of several lines. `kept`: what stays as it is, by default the ends of lines. */
export function visibleText(text: string, kept = '\n'): string {
  return text.replace(MARKS, (mark) => (kept.includes(mark) ? mark : `\\u{${codeOf(mark)}}`))
}

/** JSON that means the same, with marks that JSON may hold as they are written out too. */
export function visibleJson(json: string): string {
  return json.replace(MARKS, (mark) => `\\u${codeOf(mark).padStart(4, '0')}`)
}

function codeOf(mark: string): string {
  return mark.charCodeAt(0).toString(16)
}
