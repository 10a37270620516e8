/** Writes text into HTML. */
import { visibleText } from '../../../visible.js'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Longer text is folded: the page shows its beginning, and the rest when opened. */
const MOST_LINES = 14
const MOST_CHARACTERS = 4000

/** Escapes text for HTML, also for quoted attributes. Keeps tabs and line breaks, and writes out other invisible characters. */
export function escaped(text: string): string {
  return visibleText(text, '\t\r\n').replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

/** Formats 1234 as `1,234`. */
export function grouped(count: number): string {
  return count.toLocaleString('en')
}

/** Returns preformatted text. Long text fades out above a button that says how much there is. */
export function foldedText(text: string, kind: string): string {
  const lines = text.split('\n').length
  // HTML drops a line break that follows <pre> immediately, and the text may begin with one.
  const pre = `<pre>\n${escaped(text)}</pre>`
  if (lines <= MOST_LINES && text.length <= MOST_CHARACTERS) return `<div class="${kind}">${pre}</div>`
  const all = lines > MOST_LINES ? `${grouped(lines)} lines` : `${grouped(text.length)} characters`
  return `<div class="${kind} folded">${pre}<details><summary><span>show all ${all}</span><span>show less</span></summary></details></div>`
}
