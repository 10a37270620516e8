/** Text as a part of HTML. */
import { visibleText } from '../../../visible.js'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Longer text is folded: the page shows its beginning, and the rest on request. */
const MOST_LINES = 14
const MOST_CHARACTERS = 4000

/** Anything as text, also inside of an attribute's quotes. Layout stays as it is; what cannot be seen is written out. */
export function escaped(text: string): string {
  return visibleText(text, '\t\r\n').replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

/** 1234 as `1,234`. */
export function grouped(count: number): string {
  return count.toLocaleString('en')
}

/** Preformatted text. Long text fades out, with a button below that says how much of it there is. */
export function foldedText(text: string, kind: string): string {
  const lines = text.split('\n').length
  // HTML drops a line break that follows <pre> immediately, and the text may begin with one.
  const pre = `<pre>\n${escaped(text)}</pre>`
  if (lines <= MOST_LINES && text.length <= MOST_CHARACTERS) return `<div class="${kind}">${pre}</div>`
  const all = lines > MOST_LINES ? `${grouped(lines)} lines` : `${grouped(text.length)} characters`
  return `<div class="${kind} folded">${pre}<details><summary><span>show all ${all}</span><span>show less</span></summary></details></div>`
}
