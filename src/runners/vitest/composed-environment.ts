/** Environments of Vitest that give the daemon of a file its options, from a docblock or the configuration. */
import { fileURLToPath } from 'node:url'
import { runInContext } from 'node:vm'
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import { fileTurn } from './file-turn.js'

/** The environments of Vitest that ours are based on. */
type Base = 'node' | 'jsdom' | 'happy-dom'

/** An environment, as Vitest 3, 4 and 5 take it. */
export interface VitestEnvironment {
  /** The name. */
  readonly name: string
  /** Prepares the process before a test file. Returns what cleans up after it. */
  setup(global: object, options: EnvironmentOptions): Promise<{ teardown(global: object): unknown }>
  /** The same for the pools `vmThreads` and `vmForks`. */
  setupVM?(options: EnvironmentOptions): Promise<{ getVmContext(): object; teardown(): unknown }>
}

/** The option `environmentOptions` of Vitest: options for each environment, by its name. */
export type EnvironmentOptions = Readonly<Record<string, FixtureOptions | undefined>>

/** The usual key of our options. */
const KEY = 'querator'

/** Returns an environment like one of Vitest's own. `url` is that of its file. */
export async function composedEnvironment(base: Base, url: string): Promise<VitestEnvironment> {
  const name = base === 'node' ? KEY : `${KEY}-${base}`
  const own = (await builtinEnvironments())[base]
  const { setupVM } = own
  // A docblock's options have the name of the environment as their key. The plugin names it by its path.
  const keys = [name, fileURLToPath(url), KEY]
  const setOptions = (realm: object, options: EnvironmentOptions) => {
    fileTurn(realm).options = keys.map((key) => options[key]).find((one) => one !== undefined)
  }
  return {
    // What it says about transforming modules has another name in each version.
    ...own,
    name,
    async setup(global, options) {
      setOptions(globalThis, options)
      return own.setup(global, options).catch((error: unknown) => {
        throw missingBase(base, error)
      })
    },
    ...(setupVM && {
      async setupVM(options: EnvironmentOptions) {
        const made = await setupVM.call(own, options)
        setOptions(runInContext('globalThis', made.getVmContext()) as object, options)
        return made
      },
    }),
  }
}

/** Vitest 3 has them elsewhere, and Vitest 4 warns about that place. */
async function builtinEnvironments(): Promise<Record<Base, VitestEnvironment>> {
  const places = ['vitest/runtime', 'vitest/environments']
  let missing: unknown
  for (const place of places) {
    try {
      const { builtinEnvironments: found } = (await import(place)) as Record<string, Record<Base, VitestEnvironment>>
      if (found !== undefined) return found
    } catch (error) {
      missing ??= error
    }
  }
  throw (
    missing ??
    new Error('querator-test: this version of Vitest has no environments that are known; use Vitest 3, 4 or 5')
  )
}

/** Returns an error that says what to install, if that is the reason. */
function missingBase(base: Base, error: unknown): unknown {
  const { code } = Object(error) as { code?: unknown }
  if (code !== 'ERR_MODULE_NOT_FOUND') return error
  return new Error(`this Vitest environment needs ${base}: npm install --save-dev ${base}`, { cause: error })
}
