/** Mistakes of the first minute: each error says what happened and which line to change. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { bin, type Outcome, projectOf, run, runWith } from './project.js'
import { jestConfig } from './runner-files.js'

const PASSES = "test('x', () => {})"

/** The text on one line, because runners wrap and indent what they print. */
function oneLine({ text }: Outcome): string {
  return text.replace(/\s+/g, ' ')
}

function jest(files: Record<string, string>): Outcome {
  return run(projectOf({ ...jestConfig(), ...files }), bin('jest'))
}

function vitest(files: Record<string, string>): Outcome {
  return run(projectOf({ 'package.json': '{ "private": true, "type": "module" }', ...files }), bin('vitest'), 'run')
}

describe('Jest', () => {
  test.each([
    'querator-test/jest',
    'querator-test/preset/jest',
    'querator-test/presets',
    'querator-test/presets/vitest',
  ])('a wrong preset name: %s', (preset) => {
    const outcome = jest({ ...jestConfig({ preset }), 'a.test.js': PASSES })
    expect(outcome.status).toBe(1)
    expect(oneLine(outcome)).toContain(
      'querator-test has no Jest preset of that name; write "preset": "querator-test/presets/jest" in the configuration of Jest',
    )
  })

  test('accepts the package name alone as a preset', () => {
    const outcome = jest({ ...jestConfig({ preset: 'querator-test' }), 'a.test.js': PASSES })
    expect([outcome.status, outcome.text]).toEqual([0, expect.stringContaining('1 passed')])
  })

  test('the Vitest entry in Jest', () => {
    const outcome = jest({ 'a.test.js': `require('querator-test/vitest')\n${PASSES}` })
    expect(outcome.status).toBe(1)
    expect(oneLine(outcome)).toContain("or in Jest require('querator-test/jest')")
  })

  test('queue used outside a test, with the line that used it', () => {
    const outcome = jest({
      'a.test.js': `const { queue } = require('querator-test/jest')\n\nqueue.produce({ text: 'too early' })\n${PASSES}`,
    })
    expect(outcome.status).toBe(1)
    expect(oneLine(outcome)).toContain('queue belongs to the running test; use it inside test(…), or createQueue()')
    expect(outcome.text).toMatch(/a\.test\.js:3:\d+/)
  })

  test('configureDaemon after the daemon was used', () => {
    const outcome = jest({
      'a.test.js': `
        const { configureDaemon, daemon } = require('querator-test/jest')
        test('x', async () => { await daemon.client.queuesList({}); configureDaemon({ clock: 'frozen' }) })`,
    })
    expect(outcome.status).toBe(1)
    expect(oneLine(outcome)).toContain(
      'configureDaemon was called too late: the daemon of this file is running already; call it at the top of the file',
    )
  })

  test('two versions of the package in one file', () => {
    const folder = projectOf({
      ...jestConfig(),
      'a.test.js': `require('querator-test/jest')\n${PASSES}`,
    })
    const copy = join(folder, 'node_modules', 'querator-test')
    cpSync(join(inject('packed'), 'node_modules', 'querator-test'), copy, { recursive: true })
    for (const bundle of readdirSync(join(copy, 'dist', 'cjs')).filter((name) => name.endsWith('.js'))) {
      const path = join(copy, 'dist', 'cjs', bundle)
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('0.1.0', '0.0.9'))
    }
    // The preset is one copy, and the test imports the other by path.
    const other = join(inject('packed'), 'node_modules', 'querator-test', 'dist', 'cjs', 'runners', 'jest', 'jest.js')
    writeFileSync(join(folder, 'a.test.js'), `require(${JSON.stringify(other)})\n${PASSES}`)
    const outcome = run(folder, bin('jest'))
    expect(outcome.status).toBe(1)
    expect(oneLine(outcome)).toMatch(
      /two versions of querator-test are loaded: 0\.0\.9 from \S+, and 0\.1\.0 from \S+; keep one of them: npm ls querator-test/,
    )
  })

  test('two copies of the same version work as one: CommonJS and ES module, and after resetModules', () => {
    const folder = projectOf({
      ...jestConfig({ testMatch: ['**/*.test.mjs', '**/*.test.js'] }),
      'a.test.mjs': `
        import { createRequire } from 'node:module'
        import { queue } from 'querator-test/jest'
        const required = createRequire(import.meta.url)('querator-test/jest')
        test('x', async () => {
          await queue.produce({})
          expect(required.queue.name).toBe(queue.name)
          expect((await required.queue.counts()).total).toBe(1)
        })`,
      'b.test.js': `
        test('y', async () => {
          const before = require('querator-test/jest').queue.name
          jest.resetModules()
          const { queue } = require('querator-test/jest')
          expect(queue.name).toBe(before)
          await queue.produce({})
        })`,
    })
    const { status, text } = run(folder, 'node', '--experimental-vm-modules', bin('jest'))
    expect([status, text]).toEqual([0, expect.stringContaining('2 passed')])
  })
})

describe('Vitest', () => {
  test('the Jest entry in Vitest, with and without globals', () => {
    for (const globals of ['', '--globals']) {
      const folder = projectOf({
        'package.json': '{ "private": true, "type": "module" }',
        'a.test.js': `import 'querator-test/jest'`,
      })
      const outcome = run(folder, bin('vitest'), 'run', ...(globals ? [globals] : []))
      expect(outcome.status).toBe(1)
      expect(oneLine(outcome)).toContain("with Vitest write import { test } from 'querator-test/vitest'")
    }
  })

  test('an unknown option, with a list of the valid ones', () => {
    const outcome = vitest({
      'a.test.js': `
        import { testWith } from 'querator-test/vitest'
        testWith({ clok: 'frozen' })('x', async ({ queue }) => { await queue.produce({}) })`,
    })
    expect(outcome.status).toBe(1)
    expect(oneLine(outcome)).toContain(
      "testWith has no option 'clok'; did you mean 'clock'? It has: config, unknownKeys, storage, clock, auth, seed, conditions, keeps, from, events, callSites, notices, limits, log, endpoint, apiKey, leaks",
    )
  })
})

describe('elsewhere', () => {
  test.each([
    ["import 'querator-test/vitest'", 'is for test files that Vitest runs (npx vitest)'],
    ["import 'querator-test/jest'", 'is for test files that Jest runs; with Vitest write'],
    [
      "import 'querator-test/playwright'",
      'needs Playwright Test: npm install --save-dev @playwright/test && npx playwright install',
    ],
    [
      "process.env.VITEST = 'true'; await import('querator-test/vitest')",
      'needs Vitest 3 or later: npm install --save-dev vitest',
    ],
  ])('%s', (source, message) => {
    const folder = projectOf({ 'main.mjs': source })
    // Simulate a strict package manager, and a project without the runner.
    const copy = join(folder, 'node_modules', 'querator-test')
    cpSync(join(inject('packed'), 'node_modules', 'querator-test'), copy, { recursive: true })
    const blocked = {
      'vitest/package.json': '{ "name": "vitest", "exports": {} }',
      '@playwright/test/package.json': '{ "name": "@playwright/test", "exports": {} }',
    }
    for (const [name, text] of Object.entries(blocked)) {
      cpSync(join(copy, 'package.json'), join(folder, 'node_modules', name), { recursive: true })
      writeFileSync(join(folder, 'node_modules', name), text)
    }
    const outcome = run(folder, 'node', 'main.mjs')
    expect(outcome.status).toBe(1)
    expect(oneLine(outcome)).toContain(message)
  })

  test.each([
    ['node', (name: string) => run(projectOf({ [name]: "import 'querator-test/playwright'" }), 'node', name)],
    ['Vitest', (name: string) => vitest({ [name]: `import 'querator-test/playwright'\n${PASSES}` })],
    ['Jest', (name: string) => jest({ [name.replace('mjs', 'js')]: `require('querator-test/playwright')\n${PASSES}` })],
  ] as const)('the Playwright entry in %s', (_, outcomeOf) => {
    const outcome = outcomeOf('a.test.mjs')
    expect(outcome.status).toBe(1)
    expect(oneLine(outcome)).toContain('is for test files that Playwright runs (npx playwright test)')
  })

  test('a daemon used after it was closed', () => {
    const source = `
      import { startTestDaemon } from 'querator-test'
      const daemon = await startTestDaemon()
      const queue = await daemon.createQueue()
      await daemon.close()
      for (const use of [() => queue.produce({}), () => daemon.fetch('/health'), () => daemon.clock.advance(1), () => daemon.createQueue()]) {
        await use().catch((error) => console.log(error.message))
      }`
    const { status, stdout } = run(projectOf({ 'main.mjs': source }), 'node', 'main.mjs')
    expect(status).toBe(0)
    const lines = stdout.trim().split('\n')
    expect(lines).toHaveLength(4)
    for (const line of lines) expect(line).toMatch(/daemon.* is closed( \(main\.mjs:\d+\))?; start a new one/)
  })

  test('an unknown queue, with the existing ones and the nearest name', () => {
    const source = `
      import { startTestDaemon } from 'querator-test'
      const daemon = await startTestDaemon()
      await daemon.createQueue({ name: 'orders' })
      await daemon.queue('order').produce({})`
    const outcome = run(projectOf({ 'main.mjs': source }), 'node', 'main.mjs')
    expect(outcome.status).toBe(1)
    expect(outcome.text).toContain("queue does not exist; no such queue named 'order'")
    expect(outcome.text).toMatch(/nearest: 'orders'/)
    expect(outcome.text).toMatch(/main\.mjs:5:\d+/)
  })

  test('an unreachable server', () => {
    const outcome = runWith(
      { QUERATOR_ENDPOINT: 'http://127.0.0.1:9' },
      projectOf({
        'package.json': '{ "private": true, "type": "module" }',
        'vitest.config.js': `export default { test: { globalSetup: 'querator-test/global-setup' } }`,
        'a.test.js': `import { test } from 'querator-test/vitest'\ntest('x', async ({ queue }) => {})`,
      }),
      bin('vitest'),
      'run',
    )
    expect(outcome.status).toBe(1)
    expect(oneLine(outcome)).toContain(
      'no answer from http://127.0.0.1:9: nothing listens there; is the daemon running? QUERATOR_ENDPOINT names it: start it,',
    )
  })
})
