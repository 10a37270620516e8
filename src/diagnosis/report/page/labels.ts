/** Labels of bars and of the axis. They are cut to whole characters by their width in a monospaced font of 11 pixels. */

/** In pixels: the width of a character, and the space on both sides of a label. */
const CHARACTER = 6.7
const PADDING = 4
/** A shorter end of a name does not tell clients apart. */
const SHORTEST_END = 3

/** Characters of double width: East Asian ones and emoji. */
const WIDE = /[\u2e80-\uffff]|[\u{10000}-\u{10ffff}]/u
/** Made on first use: it takes ten milliseconds, and most test files have no page. */
let graphemes: Intl.Segmenter | undefined

/** Returns the width of a text in pixels. */
export function textWidth(text: string): number {
  return cellsOf(text) * CHARACTER
}

/** Returns the first of these labels that fits a bar of this width. Empty if none does. */
export function fitting(labels: readonly string[], width: number): string {
  return labels.find((label) => textWidth(label) + PADDING <= width) ?? ''
}

/** Returns the label of a lease: `#2 worker-17`, `#2 …ker-17` or `#2`. Names of clients usually differ at the end. */
export function leaseLabel(attempt: number | undefined, clientId: string, width: number): string {
  const number = attempt === undefined ? '' : `#${attempt}`
  const before = number === '' ? '' : `${number} `
  const cells = Math.floor((width - PADDING) / CHARACTER) - cellsOf(before)
  return fitting([`${before}${clientId}`, `${before}${endOf(clientId, cells)}`, number], width)
}

/** Returns an ellipsis and the end of a text, in this many cells. Longer if fewer than `SHORTEST_END` characters fit. */
function endOf(text: string, cells: number): string {
  const characters = charactersOf(text)
  let free = cells - 1
  let at = characters.length
  while (at > 0 && cellsOf(characters[at - 1] as string) <= free) {
    at--
    free -= cellsOf(characters[at] as string)
  }
  return `…${characters.slice(Math.min(at, Math.max(0, characters.length - SHORTEST_END))).join('')}`
}

function cellsOf(text: string): number {
  return isPlain(text) ? text.length : charactersOf(text).reduce((sum, one) => sum + (WIDE.test(one) ? 2 : 1), 0)
}

function charactersOf(text: string): string[] {
  if (isPlain(text)) return [...text]
  graphemes ??= new Intl.Segmenter('en')
  return Array.from(graphemes.segment(text), ({ segment }) => segment)
}

function isPlain(text: string): boolean {
  return /^[ -~…]*$/.test(text)
}
