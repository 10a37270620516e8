/** Reads the lines of a head, or of a trailer after a chunked body: `name: value`, with one character for each byte. */

/** Bytes that must not be in a line: control characters, and half a line break. */
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/
/** A blank is allowed here, because the server has a different error for it. */
const NAME = /^[\w!#$%&'*+.^`|~ -]+$/

/** Calls `found` with each name in lower case and its value. @throws Error if a line is malformed */
export function readLines(text: string, found: (name: string, value: string) => void): void {
  if (CONTROLS.test(text)) throw faultOf(text.split(/\r?\n/).find((line) => CONTROLS.test(line)) ?? '')
  const lines = text.split('\n')
  const first = lineAt(lines, 0)
  if (isContinued(first)) throw new Error(`malformed MIME header initial line: ${quoted(first)}`)
  for (let index = 0; index < lines.length; index++) {
    let line = lineAt(lines, index)
    if (line === '') continue
    if (!line.includes(':')) throw new Error(`malformed MIME header: missing colon: ${quoted(line)}`)
    while (isContinued(lines[index + 1])) line = `${trimmed(line)} ${trimmed(lineAt(lines, ++index))}`
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    if (!NAME.test(name)) throw faultOf(line)
    found(name.toLowerCase(), trimmed(line.slice(colon + 1)))
  }
}

/** Strips blanks at both ends. */
function trimmed(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** Returns whether a line continues the previous one. */
function isContinued(line: string | undefined): boolean {
  return line !== undefined && line !== '' && isBlank(line.charCodeAt(0))
}

function lineAt(lines: readonly string[], index: number): string {
  const line = lines[index] ?? ''
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function faultOf(line: string): Error {
  return new Error(`malformed MIME header line: ${quoted(line)}`)
}

function quoted(line: string): string {
  return JSON.stringify(line)
}
