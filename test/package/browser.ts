/** A real Chromium, as Debian installs it, for tests that look at pages. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Its path. CI installs it there. */
export const CHROMIUM = '/usr/bin/chromium'

/** Whether Chromium is installed. */
export const hasChromium: boolean = existsSync(CHROMIUM)

/** Starts Chromium without a window and without anything that would use the network. */
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
