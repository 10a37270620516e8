import { defineConfig } from 'vitest/config'

/** The tests of the packed tarball, which is what users get from `npm install`. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/install.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Each test runs a process of its own, which takes a core.
    maxWorkers: 2,
  },
})
