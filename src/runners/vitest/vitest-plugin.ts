/**
 * `querator-test/vitest/plugin`: sets up a Vitest suite that keeps Vitest's own `test`.
 *
 *     import { querator } from 'querator-test/vitest/plugin'
 *     export default defineConfig({ plugins: [querator({ leaks: 'error' })] })
 */
import { fileURLToPath } from 'node:url'
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { checkOptions, DAEMON_OPTIONS, usageError } from '../../internal.js'

/** Options of the plugin: those of the daemon of each file, `leaks`, and how the suite runs. */
export interface QueratorPluginOptions extends FixtureOptions {
  /**
   * Whether all test files share one server, as with `globalSetup: 'querator-test/global-setup'`. Default: each test file has a daemon of its
   * own.
   */
  readonly oneDaemon?: boolean
  /**
   * Sets Vitest's `environment` to ours on top of `'node'`, `'jsdom'` or `'happy-dom'`, so that `environmentOptions: { querator: { … } }`
   * gives options too. Default: Vitest's `environment` stays as it is.
   */
  readonly environment?: (typeof BASES)[number]
}

/** The plugin, as Vite takes it. */
export interface QueratorPlugin {
  /** The name of the plugin. */
  readonly name: 'querator-test'
  /** Returns what the plugin adds to a configuration. */
  config(given: { readonly test?: object }): Readonly<Record<'test', object>>
  /** Lets Vite serve the files of this package, which may be installed outside of its root. */
  configResolved(config: { readonly server: { readonly fs: { readonly allow: string[] } } }): void
  /** Finds our environments by the names that docblocks give. */
  resolveId(id: string): string | undefined
}

const BASES = ['node', 'jsdom', 'happy-dom'] as const
/** The path of the setup file. */
const SETUP = entry('vitest/vitest-setup.js')
/** Vitest asks for an environment by this and its name. */
const ENVIRONMENT = /^vitest-environment-(querator(?:-jsdom|-happy-dom)?)$/

/**
 * Returns the plugin. It adds the setup file `querator-test/vitest/setup`, so that test files can import from `querator-test/vitest/values`,
 * and hands your options to every file. It knows the environments `querator`, `querator-jsdom` and `querator-happy-dom`.
 *
 * In a suite with `test.projects`, projects with `extends: true` have it too. Others need it among their own plugins.
 * @throws QueratorError if an option is unknown, or `leaks`, `log` or `environment` is invalid
 */
export function querator(options: QueratorPluginOptions = {}): QueratorPlugin {
  checkOptions('querator', options, [...DAEMON_OPTIONS, 'leaks', 'oneDaemon', 'environment'])
  const { oneDaemon = false, environment, ...daemonOptions } = options
  splitOptions(daemonOptions, 'querator')
  if (typeof oneDaemon !== 'boolean')
    throw usageError(`the option oneDaemon is true or false; got ${String(oneDaemon)}`)
  if (typeof daemonOptions.log === 'function') {
    throw usageError(
      'the plugin cannot hand a function to the test files; call configureDaemon({ log }) in a setup file',
    )
  }
  if (environment !== undefined && !BASES.includes(environment)) {
    throw usageError(`the option environment is one of ${BASES.join(', ')}; got ${String(environment)}`)
  }
  return {
    name: 'querator-test',
    config: (given) => ({
      test: {
        ...(!hasSetup(given) && { setupFiles: [SETUP] }),
        provide: { queratorOptions: daemonOptions },
        ...(oneDaemon && { globalSetup: [entry('global/global-setup.js')] }),
        // A path, because Vitest looks for a package of that name otherwise.
        ...(environment && { environment: environmentEntry(environment === 'node' ? '' : `-${environment}`) }),
      },
    }),
    // In a web environment, Vite refuses files from outside of the workspace.
    configResolved: ({ server }) => void server.fs.allow.push(entry('')),
    resolveId(id) {
      const name = ENVIRONMENT.exec(id)?.[1]
      return name === undefined ? undefined : environmentEntry(name.slice('querator'.length))
    },
  }
}

/** Whether a configuration has the setup file already, from another use of the plugin for example. */
function hasSetup({ test }: { readonly test?: object }): boolean {
  const { setupFiles = [] } = (test ?? {}) as { setupFiles?: string | readonly string[] }
  return [setupFiles].flat().some((file) => file === SETUP || file === 'querator-test/vitest/setup')
}

function environmentEntry(ending: string): string {
  return entry(`vitest/vitest-environment${ending}.js`)
}

/** Returns the path of a file. Vitest loads ES modules only, also where its configuration is CommonJS. */
function entry(name: string): string {
  return fileURLToPath(new URL(`../../../esm/runners/${name}`, import.meta.url))
}
