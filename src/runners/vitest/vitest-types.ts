/** What Vitest learns of this package by its types: matchers, and values of its configuration. Imported for these, it does nothing. */
import type {} from 'vitest'
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import type { QueueAssertions } from '../../index.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the daemon that `querator-test/global-setup` started. */
    queratorEndpoint?: string
    /** The options for all files of the run, from `test.provide` in Vitest's configuration. `testWith` overrides them. */
    queratorOptions?: FixtureOptions
  }
}

// Where Vitest 3, 4 and 5 look for matchers.
declare global {
  namespace Chai {
    interface Assertion extends QueueAssertions {}
  }
}
