/**
 * The content security policy of the page: it may run its own script and use its own style, and nothing else. If text of
 * a test ever got past the escaping, it could neither run nor use the network.
 */
import { PAGE_SCRIPT } from './page-script.js'
import { PAGE_STYLE } from './page-style.js'

/** Returns the value of `Content-Security-Policy`. */
export function pagePolicy(): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(PAGE_SCRIPT)}'`,
    `style-src '${hashOf(PAGE_STYLE)}'`,
    // Bars have their place and width in a style attribute.
    "style-src-attr 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function hashOf(text: string): string {
  return `sha256-${process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('base64')}`
}
