/** Jest environments with a daemon. */
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import { DAEMON_HOST } from '../../internal.js'
import { type CircusEvent, type CircusState, EnvironmentHost } from './environment-host.js'

/** What Jest passes to an environment, as far as it is used here. */
interface EnvironmentConfig {
  readonly projectConfig: { readonly testEnvironmentOptions?: { readonly querator?: FixtureOptions } }
}

interface EnvironmentContext {
  readonly testPath: string
}

/** A Jest environment, as far as it is used here. */
export interface JestEnvironment {
  /** The global object of the tests. */
  readonly global: unknown
  /** Prepares the environment before the tests of a file. */
  setup(): Promise<void>
  /** Cleans up after the tests of a file. */
  teardown(): Promise<void>
  /** Takes an event of jest-circus and its state. */
  handleTestEvent?(event: object, state: object): void | Promise<void>
}

/** What Node has and jsdom lacks. Code that reaches a daemon with `fetch` needs it. */
const WEB_APIS = [
  'fetch',
  'Headers',
  'Request',
  'Response',
  'ReadableStream',
  'TextEncoder',
  'TextDecoder',
  'structuredClone',
] as const

function addMissing(realm: object): void {
  for (const name of WEB_APIS) {
    if (name in realm) continue
    Object.defineProperty(realm, name, { value: globalThis[name], configurable: true, writable: true })
  }
}

/** The class of a Jest environment. */
// biome-ignore lint/suspicious/noExplicitAny: a mixin of TypeScript
export type JestEnvironmentClass = new (...args: any[]) => JestEnvironment

/**
 * Returns a Jest environment like `Base` that runs the daemons of a test file outside of the realm of its tests.
 *
 *     module.exports = withQuerator(require('jest-environment-node').TestEnvironment)
 *
 * Jest loads the daemon once for each worker instead of once for each file, and neither fake timers nor `jest.resetModules` reach it.
 * `querator-test/jest` has the same names with it. Options for the daemon come from `testEnvironmentOptions.querator`. An environment
 * without `fetch`, such as jsdom, gets Node's.
 */
export function withQuerator<B extends JestEnvironmentClass>(Base: B): B {
  class WithQuerator extends Base {
    readonly #host: EnvironmentHost

    // biome-ignore lint/suspicious/noExplicitAny: a mixin of TypeScript
    constructor(...args: any[]) {
      super(...args)
      const [{ projectConfig }, { testPath }] = args as [EnvironmentConfig, EnvironmentContext]
      const options = projectConfig.testEnvironmentOptions?.querator ?? {}
      this.#host = new EnvironmentHost(this.global as typeof globalThis, testPath, options)
    }

    override async setup(): Promise<void> {
      await super.setup()
      Object.defineProperty(this.global, DAEMON_HOST, { value: this.#host, configurable: true })
      addMissing(this.global as object)
    }

    override async teardown(): Promise<void> {
      await this.#host.close()
      await super.teardown()
    }

    override async handleTestEvent(event: CircusEvent, state: CircusState): Promise<void> {
      await super.handleTestEvent?.(event, state)
      await this.#host.event(event, state)
    }
  }
  return WithQuerator
}
