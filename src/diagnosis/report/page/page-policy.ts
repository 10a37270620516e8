/**
 * What a browser lets the page do: run its own script, use its own style, and nothing else. Whatever a test gets into the
 * page in spite of all escaping can neither run nor ask the network.
 */
import { createHash } from 'node:crypto'
import { PAGE_SCRIPT } from './page-script.js'
import { PAGE_STYLE } from './page-style.js'

/** The value of `Content-Security-Policy`. */
export function pagePolicy(): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(PAGE_SCRIPT)}'`,
    `style-src '${hashOf(PAGE_STYLE)}'`,
    // Places and widths of bars stand at the bars.
    "style-src-attr 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
