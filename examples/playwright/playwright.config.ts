import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'
import type { QueratorWorkerFixtures } from 'querator-test/playwright'

// Debian's Chromium. With the browsers that Playwright installs, you need neither of these lines.
const chromium = '/usr/bin/chromium'
const launchOptions = { executablePath: chromium, args: ['--no-sandbox'] }

export default defineConfig<object, QueratorWorkerFixtures>({
  use: {
    launchOptions,
    queratorOptions: { leaks: 'error' },
  },
  testIgnore: existsSync(chromium) ? [] : 'shop.spec.ts',
})
