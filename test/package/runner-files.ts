/** Writes the same tests for each runner. `body` is the inside of an async test that has the fixtures. */
import { bin } from './project.js'

/** The bodies of tests by name. */
export type Bodies = Record<string, string>

/** How to create and run a project with one runner. */
export interface RunnerKind {
  /** A test file, with options for its fixtures. */
  file(bodies: Bodies, options?: object): string
  /** The extension of its name. */
  readonly ending: string
  readonly config: Record<string, string>
  readonly command: readonly [string, ...string[]]
}

const NAMES = 'client, clock, configureDaemon, createQueue, daemon, leaks, queue, test'

function configured(options: object | undefined): string {
  return options === undefined ? '' : `configureDaemon(${JSON.stringify(options)})`
}

function tests(bodies: Bodies, parameters = '', options: (name: string) => string = () => ''): string {
  return Object.entries(bodies)
    .map(([name, body]) => `test(${JSON.stringify(name)}, ${options(name)}async (${parameters}) => {\n${body}\n})`)
    .join('\n')
}

/** The configuration of Jest with the preset, and more. */
export function jestConfig(more: object = {}): Record<string, string> {
  return { 'package.json': JSON.stringify({ private: true, jest: { preset: 'querator-test/presets/jest', ...more } }) }
}

/** The names of the runners. */
export type Runner = 'jest' | 'vitest' | 'node:test' | 'playwright' | 'mocha' | 'bun' | 'deno'

/** By the name of the runner. A function, because the commands are known only while tests run. */
export function runnerKinds(): Record<Runner, RunnerKind> {
  return {
    jest: {
      file: (bodies, options) => `const { ${NAMES} } = require('querator-test/jest')
        const { QueratorClient } = require('querator-test')
        ${configured(options)}
        ${tests(bodies)}`,
      ending: 'test.js',
      config: jestConfig(),
      command: [bin('jest')],
    },
    vitest: {
      file: (bodies, options) =>
        `import { expect, test as usual, testWith } from 'querator-test/vitest'
        import { QueratorClient } from 'querator-test'
        const test = ${options === undefined ? 'usual' : `testWith(${JSON.stringify(options)})`}
        ${tests(bodies, '{ client, clock, createQueue, daemon, leaks, queue }')}`,
      ending: 'test.js',
      config: { 'package.json': '{ "private": true, "type": "module" }' },
      command: [bin('vitest'), 'run'],
    },
    playwright: {
      file: (bodies, options) =>
        `import { expect, test } from 'querator-test/playwright'
        import { QueratorClient } from 'querator-test'
        ${options === undefined ? '' : `test.use({ queratorOptions: ${JSON.stringify(options)} })`}
        ${tests(bodies, '{ client, clock, createQueue, daemon, leaks, queue }')}`,
      ending: 'test.js',
      config: { 'package.json': '{ "private": true, "type": "module" }' },
      command: [bin('playwright'), 'test'],
    },
    'node:test': {
      file: (bodies, options) => `
        import assert from 'node:assert/strict'
        import { ${NAMES} } from 'querator-test/node-test'
        import { QueratorClient } from 'querator-test'
        ${configured(options)}
        const expect = (actual) => ({ toEqual: (expected) => assert.deepEqual(actual, expected) })
        ${tests(bodies, '', (name) => (name.endsWith('times out') ? '{ timeout: 300 }, ' : ''))}`,
      ending: 'test.mjs',
      config: {},
      command: ['node', '--test', '--test-reporter=tap'],
    },
    bun: {
      file: (bodies, options) => `
        import { afterEach, expect } from 'bun:test'
        import { ${NAMES} } from 'querator-test/bun'
        import { QueratorClient } from 'querator-test'
        ${configured(options)}
        ${tests(bodies)}`,
      ending: 'test.js',
      config: { 'bunfig.toml': '[test]\npreload = ["querator-test/bun"]\n' },
      command: [bin('bun'), 'test'],
    },
    deno: {
      file: (bodies, options) => `
        import assert from 'node:assert/strict'
        import { ${NAMES} } from 'querator-test/deno'
        import { QueratorClient } from 'querator-test'
        ${configured(options)}
        const expect = (actual) => ({ toEqual: (expected) => assert.deepEqual(actual, expected) })
        ${tests(bodies)}`,
      ending: 'test.mjs',
      config: {},
      command: [bin('deno'), 'test', '--allow-all', '--no-check'],
    },
    mocha: {
      file: (bodies, options) => `
        const assert = require('node:assert/strict')
        const { ${NAMES} } = require('querator-test/mocha')
        const { QueratorClient } = require('querator-test')
        ${configured(options)}
        const expect = (actual) => ({ toEqual: (expected) => assert.deepEqual(actual, expected) })
        ${tests(bodies)}`,
      ending: 'test.js',
      config: {
        'package.json': '{ "private": true, "mocha": { "require": "querator-test/mocha", "spec": "**/*.test.js" } }',
      },
      // Otherwise the status is the number of failures.
      command: [bin('mocha'), '--posix-exit-codes'],
    },
  }
}
