/** Playwright Test as users run it: workers, options, servers elsewhere, and kinds of modules. */
import { describe, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { attemptsOf, HEAD, LEASE, playwrightProject, runIn, runTests } from './playwright-project.js'
import { bin, projectOf, run, startWith } from './project.js'

describe('workers', () => {
  test('have daemons of their own', () => {
    const body = `async ({ client, queue }) => {
      expect((await client.queuesList({})).items.map((info) => info.queueName)).toEqual([queue.name])
    }`
    const source = ['a', 'b', 'c', 'd'].map((name) => `test('${name}', ${body})`).join('\n')
    const { status, folder } = runTests(source, { fullyParallel: true, workers: 2 })
    expect(status).toBe(0)
    const workers = Object.values(attemptsOf(folder)).flatMap((attempts) => attempts.map((one) => one.workerIndex))
    expect(new Set(workers).size).toBe(2)
  })

  test('undo what a test switched, and name the test that moved the clock, also in another file', () => {
    const folder = playwrightProject(
      {
        'a.spec.ts': `test('moves the clock', async ({ clock, queue }) => {
          clock.freeze()
          await clock.advance('1m')
        })`,
        'b.spec.ts': `test('comes later', async ({ client, clock, queue }) => {
          expect((await client.queuesList({})).items.map((info) => info.queueName)).toEqual([queue.name])
          const frozenAt = clock.now()
          await queue.lease({ requestTimeout: '20ms' }).catch(() => undefined)
          expect(clock.now()).toBeGreaterThan(frozenAt)${LEASE}
          throw new Error('on purpose')
        })`,
      },
      { workers: 1 },
    )
    const { status, text } = runIn(folder)
    expect(status).toBe(1)
    expect(text).toContain('Error: on purpose')
    expect(text).toContain("(the clock was moved by 1m0s before this test, by 'moves the clock')")
  })

  test('are not shared by files with other options', () => {
    const folder = playwrightProject(
      {
        'a.spec.ts': `
          test.use({ queratorOptions: { clock: 'frozen' } })
          test('frozen', async ({ clock, queue }) => {
            const before = clock.now()
            await queue.produce({})
            await clock.advance(5)
            expect(clock.now()).toBe(before + 5)
          })`,
        'b.spec.ts': `test('running', async ({ queue }) => {
          await expect(queue.lease({ requestTimeout: '20ms' })).rejects.toThrow('request timeout')
        })`,
        'c.spec.ts': `
          test.use({ queratorOptions: { clok: 'frozen' } })
          test('wrong', async ({ queue }) => {})`,
      },
      { workers: 1 },
    )
    const { status, text } = runIn(folder)
    expect(status).toBe(1)
    expect(text).toMatch(/ 1 failed\n[\s\S]* 2 passed/)
    expect(text).toContain("queratorOptions has no option 'clok'; did you mean 'clock'?")
  })

  test('say in beforeAll what to use there', () => {
    const { status, text } = runTests(`
      test.describe('wrong', () => {
        test.beforeAll(async ({ queue }) => { await queue.produce({}) })
        test('never runs', () => {})
      })
      test.describe('right', () => {
        let shared
        test.beforeAll(async ({ daemon }) => { shared = await daemon.createQueue({ name: 'shared' }) })
        test.afterAll(() => shared.delete())
        test('runs', async () => { await shared.produce({}) })
      })`)
    expect(status).toBe(1)
    expect(text).toMatch(/ 1 failed\n[\s\S]* 1 passed/)
    expect(text).toContain('belong to a test, and beforeAll runs outside of one; use daemon.createQueue() in beforeAll')
  })
})

describe('a server elsewhere', () => {
  const SOURCE = `
    test.embedded('needs the clock', async ({ clock }) => { await clock.advance('1m') })
    test.describe('with hooks', () => {
      test.beforeEach(async ({ queue }) => { await queue.produce({}) })
      test.afterEach(async ({ queue }) => { expect(await queue.items()).toHaveLength(1) })
      test.embedded('needs the clock too', async ({ clock }) => { await clock.advance('1m') })
      test('reaches it', async ({ queratorUrl }) => { expect((await fetch(queratorUrl + '/health')).ok).toBe(true) })
    })`

  test('can be a daemon that global-setup started for the run', () => {
    const { status, text } = runTests(SOURCE, { globalSetup: 'querator-test/global-setup' })
    expect([status, text]).toEqual([0, expect.stringMatching(/ 2 skipped\n[\s\S]* 1 passed/)])
  })

  test.each(['QUERATOR_ENDPOINT', 'queratorOptions'])('can be named by %s, and keeps no queue', async (by) => {
    await using server = await startTestDaemon({ endpoint: '' })
    const endpoint = await server.listen()
    const folder = playwrightProject(
      { 'a.spec.ts': SOURCE },
      by === 'queratorOptions' ? { use: { [by]: { endpoint } } } : {},
    )
    const env = by === 'queratorOptions' ? {} : { [by]: endpoint }
    const { status, text } = await startWith(env, folder, bin('playwright'), 'test').ended
    expect([status, text]).toEqual([0, expect.stringMatching(/ 2 skipped\n[\s\S]* 1 passed/)])
    expect((await server.client.queuesList({})).items).toEqual([])
  })

  test('can be the command as a webServer', async () => {
    // A port that is free again.
    await using other = await startTestDaemon({ endpoint: '' })
    const endpoint = await other.listen()
    await other.close()
    const { status, text } = runTests(SOURCE, {
      webServer: { command: `${bin('querator')} --address ${new URL(endpoint).host}`, url: `${endpoint}/health` },
      use: { queratorOptions: { endpoint } },
    })
    expect([status, text]).toEqual([0, expect.stringMatching(/ 2 skipped\n[\s\S]* 1 passed/)])
  })
})

describe('modules', () => {
  test('required, imported and merged, the fixtures are the same', () => {
    const folder = playwrightProject({
      'a.spec.ts': `
        import { createRequire } from 'node:module'
        test('are one copy', () => {
          expect(createRequire(import.meta.url)('querator-test/playwright').test).toBe(test)
        })`,
      'b.spec.cjs': `
        const { mergeTests, test: base } = require('@playwright/test')
        const { expect, test } = require('querator-test/playwright')
        const filled = base.extend({ filled: [async ({ createQueue }, use) => use(await createQueue()), { auto: true }] })
        mergeTests(filled, test)('merged', async ({ filled, queue }) => {
          await filled.produce({})
          await expect(filled).toHaveDepth(1)
          await expect(queue).toBeDrained()
        })
        test.extend({ size: async ({ queue }, use) => use((await queue.counts()).total) })('extended', ({ size }) => {
          expect(size).toBe(0)
        })`,
    })
    const { status, text } = runIn(folder)
    expect([status, text]).toEqual([0, expect.stringContaining('3 passed')])
  })

  test('TypeScript without modules, where Playwright makes CommonJS of it', () => {
    const { status, text } = run(
      projectOf({ 'a.spec.ts': `${HEAD}test('typed', async ({ queue }) => { await expect(queue).toBeDrained() })` }),
      bin('playwright'),
      'test',
    )
    expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
  })
})
