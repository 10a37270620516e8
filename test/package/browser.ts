/** A real Chromium, as Debian has it, for the tests that look at pages. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where it is; CI installs it there. */
export const CHROMIUM = '/usr/bin/chromium'

/** Whether there is one here. */
export const hasChromium: boolean = existsSync(CHROMIUM)

/** Starts it, without a window and without anything that would ask the network. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  })
}
