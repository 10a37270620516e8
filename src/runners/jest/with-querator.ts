/** Jest environments with a daemon. */
import { DAEMON_HOST } from '../../internal.js'
import type { CircusState } from './circus.js'
import { moduleFunction } from './compiled-once.js'
import { type CircusEvent, EnvironmentHost } from './environment-host.js'
import { environmentClassOf, queratorOptionsIn } from './environment-options.js'

/** What Jest passes to an environment, as far as it is used here. */
interface EnvironmentConfig {
  readonly projectConfig: { readonly testEnvironmentOptions?: Readonly<Record<string, unknown>> }
}

interface EnvironmentContext {
  readonly testPath: string
}

/** A Jest environment, as far as it is used here. */
export interface JestEnvironment {
  /** The global object of the tests. */
  readonly global: unknown
  /** Returns the context of the tests. */
  getVmContext?(): object | null
  /** Prepares the environment before the tests of a file. */
  setup(): Promise<void>
  /** Cleans up after the tests of a file. */
  teardown(): Promise<void>
  /** Takes an event of jest-circus and its state. */
  handleTestEvent?(event: object, state: object): void | Promise<void>
}

/** What Node has and jsdom lacks. Code that reaches a daemon with `fetch` needs it. */
const WEB_APIS = ['fetch', 'Headers', 'Request', 'Response', 'ReadableStream', 'structuredClone'] as const

function addMissing(realm: object): void {
  for (const name of WEB_APIS) {
    if (name in realm) continue
    Object.defineProperty(realm, name, { value: globalThis[name], configurable: true, writable: true })
  }
}

/** The class of a Jest environment. */
// biome-ignore lint/suspicious/noExplicitAny: a mixin of TypeScript
export type JestEnvironmentClass = new (...args: any[]) => JestEnvironment

/** A package of a Jest environment, as `require` returns it. */
export interface JestEnvironmentModule<B> {
  /** The class, as Jest's own environments export it. */
  readonly TestEnvironment?: B
  /** The class, if it is exported as default. */
  readonly default?: B
}

/**
 * Returns a Jest environment like the given one that runs the daemons of a test file outside of the realm of its tests.
 *
 *     module.exports = withQuerator(require('jest-environment-node'))
 *
 * Jest loads the daemon once for each worker instead of once for each file, and neither fake timers nor `jest.resetModules` reach it.
 * `querator-test/jest` has the same names with it. Options for the daemon come from `testEnvironmentOptions.querator`. An environment
 * without `fetch`, such as jsdom, gets Node's.
 * @throws QueratorError if `environment` is neither the class of an environment nor its package
 */
export function withQuerator<B extends JestEnvironmentClass>(environment: B | JestEnvironmentModule<B>): B {
  const Base = environmentClassOf(environment) as JestEnvironmentClass
  class WithQuerator extends Base {
    readonly #host: EnvironmentHost

    // biome-ignore lint/suspicious/noExplicitAny: a mixin of TypeScript
    constructor(...args: any[]) {
      super(...args)
      const [{ projectConfig }, { testPath }] = args as [EnvironmentConfig, EnvironmentContext]
      const options = queratorOptionsIn(projectConfig.testEnvironmentOptions)
      this.#host = new EnvironmentHost(this.global as typeof globalThis, testPath, options)
      const context = this.getVmContext?.()
      if (context) this.#host.moduleFunction = (path) => moduleFunction(path, context)
      // A base class may have its handler as a field, which hides the method below.
      if (Object.hasOwn(this, 'handleTestEvent')) {
        const own = this.handleTestEvent as JestEnvironment['handleTestEvent']
        this.handleTestEvent = async (event, state) => {
          await own?.call(this, event, state)
          await this.#host.event(event, state)
        }
      }
    }

    override async setup(): Promise<void> {
      await super.setup()
      Object.defineProperty(this.global, DAEMON_HOST, { value: this.#host, configurable: true })
      addMissing(this.global as object)
    }

    override async teardown(): Promise<void> {
      try {
        await this.#host.close()
      } finally {
        await super.teardown()
      }
    }

    override async handleTestEvent(event: CircusEvent, state: CircusState): Promise<void> {
      await super.handleTestEvent?.(event, state)
      await this.#host.event(event, state)
    }
  }
  return WithQuerator as unknown as B
}
