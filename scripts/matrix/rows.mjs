/** The rows of the matrix. Each is a runner in one configuration, with its files and its command. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT } from '../packed.mjs'
import { NODES } from './homes.mjs'

/** The files that the rows copy. */
export const SUITES = join(ROOT, 'test', 'matrix')
const { scenarios } = createRequire(import.meta.url)(join(SUITES, 'scenarios.cjs'))
const EMBEDDED = scenarios.filter((scenario) => scenario.embedded).length

/** Where the daemon is: one per file, one started by `global-setup`, or one that already runs. */
const EVERYWHERE = ['own', 'one for the run', 'elsewhere']

const NAMES = 'client, clock, configureDaemon, createQueue, daemon, leaks, queue, test'
const REQUIRED = `
const { ${NAMES} } = require('querator-test/jest')
const { isQueratorError, QueratorError, startTestDaemon } = require('querator-test')
const matrix = require('./scenarios.cjs')
`
const IMPORTED = `
import { jest } from '@jest/globals'
import { ${NAMES} } from 'querator-test/jest'
import { isQueratorError, QueratorError, startTestDaemon } from 'querator-test'
import matrix from './scenarios.cjs'
`
const TYPED = `
import { ${NAMES} } from 'querator-test/jest'
import { isQueratorError, QueratorError, startTestDaemon } from 'querator-test'
const matrix = require('./scenarios.cjs')
`

/** What the suites that fail on purpose must print, each once. `red.test` is the file of the call site. */
const RED_SAYS = [
  /what happened in the queues of 'fails'/g,
  /leased by worker for 1m0s, attempt 1 \(\S*red\.test\.\w+:\d+[^)]*\)/g,
  /what happened in the queues of 'fails beside another'/g,
  /retried by gives back \(\S*red\.test\.\w+:\d+[^)]*\)/g,
  /'leaves open' finished, but left open:/g,
  /order-4 of '\S+', leased by holder \(\S*red\.test\.\w+:\d+[^)]*\)/g,
  /expected 'claims-\d+' to be drained/g,
  /timeline of order-5:/g,
]

/**
 * How many tests the suites of test/matrix add to the scenarios, and how many of them need the daemon in the process.
 */
const COUNTS = {
  jest: [16, 1],
  vitest: [15, 1],
  'vitest values': [9, 0],
  'node:test': [10, 1],
  playwright: [11, 1],
  mocha: [9, 1],
  bun: [8, 1],
  cucumber: [0, 0],
  deno: [6, 0],
}

function passes(runner, mode, scenariosLeftOut = []) {
  const [more, embedded] = COUNTS[runner]
  const all = scenarios.length + more
  return mode === 'own' ? all - scenariosLeftOut.length : all - EMBEDDED - embedded
}

function jest(major, variant, { ending, head, config, flags = [] }) {
  const files = (mode) => ({
    'package.json': JSON.stringify({
      private: true,
      jest: {
        preset: 'querator-test/presets/jest',
        testMatch: [`**/*.test.${ending}`],
        ...config,
        ...(mode === 'one for the run' ? { globalSetup: 'querator-test/global-setup' } : {}),
      },
    }),
    [`suite.test.${ending}`]: { head, copy: 'jest-suite.js' },
    [`timers.test.${ending}`]: { head, copy: 'jest-timers-suite.js' },
    'scenarios.cjs': { copy: 'scenarios.cjs' },
  })
  return {
    name: `Jest ${major}, ${variant}`,
    home: `jest-${major}`,
    modes: EVERYWHERE,
    files,
    red: {
      files: {
        'package.json': files('own')['package.json'],
        [`red.test.${ending}`]: { head, copy: 'jest-red-suite.js' },
        'scenarios.cjs': { copy: 'scenarios.cjs' },
      },
      says: RED_SAYS,
    },
    command: [...flags, '../node_modules/jest/bin/jest.js'],
    passed: /Tests: .*?(\d+) passed/,
    passes: (mode) => passes('jest', mode),
  }
}

const TS = { compilerOptions: { module: 'commonjs', target: 'es2022', esModuleInterop: true, types: ['jest', 'node'] } }

/** The same row where Yarn's loader finds Jest. */
function pnp(row) {
  const start = { 'jest.cjs': "require('jest/bin/jest')" }
  return {
    ...row,
    home: 'jest-30-pnp',
    files: (mode) => ({ ...row.files(mode), ...start }),
    red: { ...row.red, files: { ...row.red.files, ...start } },
    command: ['--require', '../.pnp.cjs', 'jest.cjs'],
  }
}

const JEST_ROWS = [29, 30].flatMap((major) => [
  jest(major, 'CommonJS', { ending: 'js', head: REQUIRED, config: {} }),
  // Hooks and Jest's state do here what the environment of the preset does elsewhere.
  jest(major, 'without the environment', { ending: 'js', head: REQUIRED, config: { testEnvironment: 'node' } }),
  jest(major, 'jsdom', {
    ending: 'js',
    head: REQUIRED,
    config: { testEnvironment: 'querator-test/jest-environment-jsdom' },
  }),
  jest(major, 'ES modules', { ending: 'mjs', head: IMPORTED, config: {}, flags: ['--experimental-vm-modules'] }),
  jest(major, 'ts-jest', {
    ending: 'ts',
    head: TYPED,
    config: { transform: { '\\.ts$': ['ts-jest', { tsconfig: TS.compilerOptions }] } },
  }),
  jest(major, 'SWC', { ending: 'ts', head: TYPED, config: { transform: { '\\.ts$': '@swc/jest' } } }),
])

function vitest(major, variant, config) {
  return {
    name: `Vitest ${major}, ${variant}`,
    home: `vitest-${major}`,
    modes: EVERYWHERE,
    // Required by the engines field of Vitest 5.
    without: major === 5 ? ['20.19'] : [],
    files: (mode) => {
      const globalSetup = mode === 'one for the run' ? { globalSetup: 'querator-test/global-setup' } : {}
      return {
        'package.json': '{ "private": true, "type": "module" }',
        'vitest.config.js': `export default { test: ${JSON.stringify({ ...config, ...globalSetup })} }`,
        'suite.test.js': { copy: 'vitest-suite.test.js' },
        'timers.test.js': { copy: 'vitest-timers.test.js' },
        'scenarios.cjs': { copy: 'scenarios.cjs' },
      }
    },
    red: {
      files: {
        'package.json': '{ "private": true, "type": "module" }',
        'vitest.config.js': `export default { test: ${JSON.stringify(config)} }`,
        'red.test.js': { copy: 'vitest-red-suite.test.js' },
      },
      // The default reporter of Vitest 3 prints errors twice.
      flags: major === 3 ? ['--reporter=dot'] : [],
      says: RED_SAYS,
    },
    command: ['../node_modules/vitest/vitest.mjs', 'run'],
    passed: /Tests .*?(\d+) passed/,
    passes: (mode) => passes('vitest', mode),
  }
}

/** The fetch of happy-dom keeps to the same-origin policy, as browsers do. */
const ANY_ORIGIN = { settings: { fetch: { disableSameOriginPolicy: true } } }

/** A suite with Vitest's own `test`, which imports values. */
function vitestValues(major, variant, plugin, config = {}) {
  const files = (mode) => ({
    'package.json': '{ "private": true, "type": "module" }',
    'vitest.config.js': `
      import { querator } from 'querator-test/vitest/plugin'
      export default {
        plugins: [querator(${JSON.stringify({ ...plugin, oneDaemon: mode === 'one for the run' })})],
        test: ${JSON.stringify(config)},
      }`,
    'suite.test.js': { copy: 'vitest-values-suite.test.js' },
    'again.test.js': { copy: 'vitest-values-suite.test.js' },
    'scenarios.cjs': { copy: 'scenarios.cjs' },
  })
  const concurrent = major === 3 ? 3 : 0
  return {
    ...vitest(major, variant, config),
    files,
    red: undefined,
    passes: (mode) => 2 * (passes('vitest values', mode) - concurrent),
  }
}

const VITEST_ROWS = [3, 4, 5].flatMap((major) => [
  vitest(major, 'forks', { pool: 'forks' }),
  vitest(major, 'threads', { pool: 'threads' }),
  vitest(major, 'not isolated', { isolate: false }),
  vitest(major, 'vmThreads', { pool: 'vmThreads' }),
  vitest(major, 'vmForks', { pool: 'vmForks' }),
  vitestValues(major, 'values', {}),
  vitestValues(major, 'values, not isolated', {}, { isolate: false }),
  vitestValues(major, 'values, jsdom', { environment: 'jsdom' }),
  vitestValues(
    major,
    'values, happy-dom',
    { environment: 'happy-dom' },
    { environmentOptions: { happyDOM: ANY_ORIGIN } },
  ),
])

function nodeTest(variant, ending, head) {
  return {
    name: `node:test, ${variant}`,
    home: 'plain',
    modes: ['own', 'elsewhere'],
    files: () => ({
      [`suite.test.${ending}`]: { head, copy: 'node-test-suite.js' },
      'scenarios.cjs': { copy: 'scenarios.cjs' },
    }),
    red: {
      files: {
        [`red.test.${ending}`]: { head, copy: 'node-test-red-suite.js' },
        'scenarios.cjs': { copy: 'scenarios.cjs' },
      },
      says: RED_SAYS,
    },
    command: ['--test', '--test-reporter=tap'],
    // Nested tests are counted separately.
    passed: /# pass (\d+)/,
    passes: (mode) => passes('node:test', mode, mode === 'own' ? ['advancing the clock returns what happened'] : []),
  }
}

const NODE_TEST_ROWS = [
  nodeTest(
    'ES modules',
    'mjs',
    `
import assert from 'node:assert'
import { afterEach, before, beforeEach, describe } from 'node:test'
import { ${NAMES}, assertQueue, fixtures } from 'querator-test/node-test'
import { isQueratorError, QueratorError, startTestDaemon } from 'querator-test'
import matrix from './scenarios.cjs'
`,
  ),
  nodeTest(
    'CommonJS',
    'cjs',
    `
const assert = require('node:assert')
const { afterEach, before, beforeEach, describe } = require('node:test')
const { ${NAMES}, assertQueue, fixtures } = require('querator-test/node-test')
const { isQueratorError, QueratorError, startTestDaemon } = require('querator-test')
const matrix = require('./scenarios.cjs')
`,
  ),
]

function playwright(version, variant, ending, head) {
  const files = (mode) => ({
    'package.json': '{ "private": true }',
    'playwright.config.cjs': `module.exports = { workers: 2${mode === 'one for the run' ? ", globalSetup: 'querator-test/global-setup'" : ''} }`,
    [`suite.test.${ending}`]: { head, copy: 'playwright-suite.js' },
    'scenarios.cjs': { copy: 'scenarios.cjs' },
  })
  return {
    name: `Playwright ${version}, ${variant}`,
    home: `playwright-${version}`,
    modes: EVERYWHERE,
    // Playwright 1.50 hangs there, also without this package.
    without: version === '1.50' && ending === 'mjs' ? ['24'] : [],
    files,
    red: {
      files: {
        'package.json': '{ "private": true }',
        [`red.test.${ending}`]: { head, copy: 'playwright-red-suite.js' },
        'scenarios.cjs': { copy: 'scenarios.cjs' },
      },
      says: RED_SAYS,
    },
    command: ['../node_modules/@playwright/test/cli.js', 'test'],
    passed: /^ +(\d+) passed/m,
    passes: (mode) => passes('playwright', mode),
  }
}

const PLAYWRIGHT_REQUIRED = `
const { expect, test } = require('querator-test/playwright')
const { isQueratorError, QueratorError } = require('querator-test')
const matrix = require('./scenarios.cjs')
`
const PLAYWRIGHT_IMPORTED = `
import { expect, test } from 'querator-test/playwright'
import { isQueratorError, QueratorError } from 'querator-test'
import matrix from './scenarios.cjs'
`

const PLAYWRIGHT_ROWS = ['1.50', '1.65'].flatMap((version) => [
  playwright(version, 'CommonJS', 'js', PLAYWRIGHT_REQUIRED),
  playwright(version, 'ES modules', 'mjs', PLAYWRIGHT_IMPORTED),
  playwright(version, 'TypeScript', 'ts', PLAYWRIGHT_IMPORTED),
])

const BUN_HEAD = `
import { afterEach, beforeAll, beforeEach, describe, expect } from 'bun:test'
import { ${NAMES} } from 'querator-test/bun'
import { isQueratorError, QueratorError, startTestDaemon } from 'querator-test'
import matrix from './scenarios.cjs'
`
const DENO_HEAD = `
import assert from 'node:assert'
import { ${NAMES}, assertQueue } from 'querator-test/deno'
import { isQueratorError, QueratorError, startTestDaemon } from 'querator-test'
import matrix from './scenarios.cjs'
`
const MOCHA_IMPORTED = `
import assert from 'node:assert'
import { ${NAMES}, assertQueue } from 'querator-test/mocha'
import { isQueratorError, QueratorError, startTestDaemon } from 'querator-test'
import matrix from './scenarios.cjs'
`
const MOCHA_REQUIRED = `
const assert = require('node:assert')
const { ${NAMES}, assertQueue } = require('querator-test/mocha')
const { isQueratorError, QueratorError, startTestDaemon } = require('querator-test')
const matrix = require('./scenarios.cjs')
`

function mocha(major, variant, { ending, head, flags = [] }) {
  return {
    name: `Mocha ${major}, ${variant}`,
    home: `mocha-${major}`,
    modes: ['own', 'elsewhere'],
    files: () => ({
      [`frozen.test.${ending}`]: { head, copy: 'mocha-frozen-suite.js' },
      [`suite.test.${ending}`]: { head, copy: 'mocha-suite.js' },
      'scenarios.cjs': { copy: 'scenarios.cjs' },
    }),
    red: {
      files: {
        [`red.test.${ending}`]: { head, copy: 'mocha-red-suite.js' },
        'scenarios.cjs': { copy: 'scenarios.cjs' },
      },
      // Otherwise the status is the number of failures.
      flags: ['--posix-exit-codes'],
      says: RED_SAYS,
    },
    command: ['../node_modules/mocha/bin/mocha.js', '--require', 'querator-test/mocha', ...flags, '*.test.*'],
    passed: /(\d+) passing/,
    passes: (mode) => passes('mocha', mode),
  }
}

const MOCHA_ROWS = [11, 12].flatMap((major) => [
  mocha(major, 'CommonJS', { ending: 'cjs', head: MOCHA_REQUIRED }),
  mocha(major, 'ES modules', { ending: 'mjs', head: MOCHA_IMPORTED }),
  mocha(major, 'parallel', { ending: 'mjs', head: MOCHA_IMPORTED, flags: ['--parallel'] }),
])

/** Runs in Bun itself, so one Node version is enough. */
const BUN_ROW = {
  name: 'Bun 1.4',
  home: 'bun',
  modes: ['own', 'elsewhere'],
  program: 'node_modules/.bin/bun',
  without: NODES.slice(1),
  files: () => ({
    'bunfig.toml': '[test]\npreload = ["querator-test/bun"]\n',
    'frozen.test.js': { head: BUN_HEAD, copy: 'bun-frozen-suite.js' },
    'suite.test.js': { head: BUN_HEAD, copy: 'bun-suite.js' },
    'scenarios.cjs': { copy: 'scenarios.cjs' },
  }),
  red: {
    files: {
      'bunfig.toml': '[test]\npreload = ["querator-test/bun"]\n',
      'red.test.js': { head: BUN_HEAD, copy: 'jest-red-suite.js' },
      'scenarios.cjs': { copy: 'scenarios.cjs' },
    },
    // The name of a test is known only after its queue is made.
    says: RED_SAYS.map((pattern) =>
      pattern.source.includes('claims') ? /expected 'queue-\d+' to be drained/g : pattern,
    ),
  },
  command: ['test'],
  passed: /(\d+) pass\n/,
  passes: (mode) => passes('bun', mode),
}

/** Runs in Deno itself, so one Node version is enough. */
const DENO_ROW = {
  name: 'Deno 2.9',
  home: 'deno',
  modes: ['own', 'elsewhere'],
  program: 'node_modules/.bin/deno',
  without: NODES.slice(1),
  files: () => ({
    'suite.test.mjs': { head: DENO_HEAD, copy: 'deno-suite.js' },
    'scenarios.cjs': { copy: 'scenarios.cjs' },
  }),
  red: {
    files: {
      'red.test.mjs': { head: DENO_HEAD, copy: 'deno-red-suite.js' },
      'scenarios.cjs': { copy: 'scenarios.cjs' },
    },
    says: RED_SAYS,
  },
  command: ['test', '--allow-all', '--no-check'],
  passed: /(\d+) passed/,
  passes: (mode) => passes('deno', mode),
}

function featureOf(names) {
  return ['Feature: all', ...names.map((name) => `  Scenario: ${name}\n    When it runs`)].join('\n\n')
}

function cucumber(major, variant, flags = []) {
  return {
    name: `Cucumber ${major}, ${variant}`,
    home: `cucumber-${major}`,
    modes: ['own', 'elsewhere'],
    // Required by the engines field of Cucumber 13.
    without: major === 13 ? ['20.19'] : [],
    files: () => ({
      'all.feature': featureOf(scenarios.map(({ name }) => name)),
      'steps.cjs': { copy: 'cucumber-steps.cjs' },
      'scenarios.cjs': { copy: 'scenarios.cjs' },
    }),
    red: {
      files: {
        'all.feature': featureOf(['fails', 'fails beside another', 'leaves open', 'claims']),
        'red.test.cjs': { copy: 'cucumber-red-steps.cjs' },
      },
      says: RED_SAYS,
    },
    command: ['../node_modules/@cucumber/cucumber/bin/cucumber.js', ...flags, '--require', '*.cjs', 'all.feature'],
    passed: /scenarios \(.*?(\d+) passed/,
    passes: (mode) => passes('cucumber', mode),
  }
}

const CUCUMBER_ROWS = [12, 13].flatMap((major) => [
  cucumber(major, 'one process'),
  cucumber(major, 'parallel', ['--parallel', '2']),
])

const UNDICI_ROWS = [6, 7, 8].map((major) => ({
  name: `intercept, undici ${major}`,
  home: 'plain',
  modes: ['own'],
  // Required by the engines field of undici 8.
  without: major === 8 ? ['20.19'] : [],
  files: () => ({ 'undici.cjs': { copy: 'undici.cjs' } }),
  command: ['undici.cjs', `undici${major}`],
  passed: /(\d+) passed/,
  passes: () => 3,
}))

/** Layouts in which a package sees only what it depends on. */
const LAYOUT_ROWS = [
  { ...jest(30, 'pnpm', { ending: 'js', head: REQUIRED, config: {} }), home: 'jest-30-pnpm' },
  { ...vitest(4, 'pnpm', {}), home: 'vitest-4-pnpm' },
  pnp(jest(30, "Yarn Plug'n'Play", { ending: 'js', head: REQUIRED, config: {} })),
  pnp(
    jest(30, "Yarn Plug'n'Play, jsdom", {
      ending: 'js',
      head: REQUIRED,
      config: { testEnvironment: 'querator-test/jest-environment-jsdom' },
    }),
  ),
]

/** All rows, in the order in which they are printed. */
export const ROWS = [
  ...JEST_ROWS,
  ...LAYOUT_ROWS,
  ...VITEST_ROWS,
  ...NODE_TEST_ROWS,
  ...PLAYWRIGHT_ROWS,
  ...MOCHA_ROWS,
  BUN_ROW,
  DENO_ROW,
  ...CUCUMBER_ROWS,
  ...UNDICI_ROWS,
]
