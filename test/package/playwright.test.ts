/** Playwright Test as users run it: reports in its reporters, attempts, timeouts, workers, options, and an app with a page. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { hasChromium, startChromium } from './browser.js'
import { bin, type Outcome, projectOf, run, startWith } from './project.js'

/** An attempt of a test, as the JSON reporter writes it. */
interface Attempt {
  readonly status: string
  readonly workerIndex: number
  readonly errors: readonly { readonly message: string }[]
  readonly attachments: readonly { readonly name: string; readonly path?: string; readonly contentType: string }[]
}

const HEAD = `import { expect, test } from 'querator-test/playwright'\n`
const PAGE = 'what happened in the queues'
const REPORTERS = [
  ['list'],
  ['json', { outputFile: 'results.json' }],
  ['junit', { outputFile: 'results.xml' }],
  ['html', { open: 'never' }],
]

const LEASE = `
  await queue.produce({ reference: 'order-1' })
  const lease = await queue.lease({ clientId: 'worker' })`

const FAILS = `test('fails', async ({ queue }) => {${LEASE}
  throw new Error('on purpose')
})`

/** Creates a project with these test files and this configuration. */
function playwrightProject(files: Record<string, string>, config: object = {}): string {
  const written = Object.entries(files).map(([name, text]) => [name, name.endsWith('.cjs') ? text : HEAD + text])
  return projectOf({
    'package.json': '{ "private": true, "type": "module" }',
    'playwright.config.js': `export default ${JSON.stringify({ reporter: REPORTERS, ...config })}`,
    ...Object.fromEntries(written),
  })
}

function runIn(folder: string, ...flags: string[]): Outcome {
  return run(folder, bin('playwright'), 'test', ...flags)
}

/** Runs one file with this source, with this configuration. */
function runTests(source: string, config: object = {}): Outcome & { folder: string } {
  const folder = playwrightProject({ 'a.spec.ts': source }, config)
  return { ...runIn(folder), folder }
}

/** The attempts of each test by its title. */
function attemptsOf(folder: string): Record<string, Attempt[]> {
  interface Suite {
    readonly suites?: Suite[]
    readonly specs: readonly { readonly title: string; readonly tests: readonly { readonly results: Attempt[] }[] }[]
  }
  const { suites } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as { suites: Suite[] }
  const specs = (suite: Suite): Suite['specs'] => [...suite.specs, ...(suite.suites ?? []).flatMap(specs)]
  return Object.fromEntries(
    suites.flatMap(specs).map(({ title, tests }) => [title, tests.flatMap(({ results }) => results)]),
  )
}

describe('a failed test', () => {
  test('has its report once in the errors of each reporter, and its page as an attachment', () => {
    const { status, text, folder } = runTests(FAILS)
    expect([status, text]).toEqual([1, expect.stringContaining('Error: on purpose')])
    expect(text.match(/Querator: what happened in the queues of 'fails'/g)).toHaveLength(1)
    expect(text).toMatch(/leased by worker for 1m0s, attempt 1 \(a\.spec\.ts:4\)/)
    const [attempt] = attemptsOf(folder).fails ?? []
    expect(attempt?.errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('on purpose'),
      expect.stringMatching(/^Querator: what happened/),
    ])
    const pages = attempt?.attachments.filter(({ name }) => name === PAGE) ?? []
    expect(pages).toMatchObject([{ contentType: 'text/html' }])
    expect(readFileSync(String(pages[0]?.path), 'utf8')).toContain('data-name="order-1"')
    // The page is there once.
    expect(readdirSync(join(folder, 'test-results', 'a-fails'))).not.toContain(`${PAGE}.html`)
  })

  test('has its report and the path of the page in the results for JUnit', () => {
    const { folder } = runTests(FAILS)
    const junit = readFileSync(join(folder, 'results.xml'), 'utf8')
    expect(junit.match(/Querator: what happened in the queues of 'fails'/g)).toHaveLength(1)
    const [, path = ''] = /\[\[ATTACHMENT\|(\S*what-happened\S*\.html)\]\]/.exec(junit) ?? []
    expect(readFileSync(join(folder, path), 'utf8')).toContain('data-name="order-1"')
  })

  test.runIf(hasChromium)('links to its page in the HTML report', async () => {
    const { folder } = runTests(FAILS)
    const browser = await startChromium()
    try {
      const page = await browser.newPage()
      await page.goto(pathToFileURL(join(folder, 'playwright-report', 'index.html')).href)
      await page.getByRole('link', { name: 'fails', exact: true }).click()
      const href = await page.getByRole('link', { name: PAGE }).first().getAttribute('href')
      await page.goto(new URL(String(href), page.url()).href)
      expect(await page.getByRole('heading', { name: 'fails', exact: true, level: 2 }).count()).toBe(1)
    } finally {
      await browser.close()
    }
  })

  test('reports nothing if it is expected to fail, and everything if it then times out', () => {
    const { status, folder } = runTests(
      `
      test.fail('is to fail', async ({ queue }) => {${LEASE}
        throw new Error('as expected')
      })
      test.fail('is to fail, and hangs', async ({ queue }) => {
        await queue.lease({ requestTimeout: '10m', clientId: 'waiter' })
      })
      test('is skipped in the end', async ({ queue }) => {${LEASE}
        test.skip()
      })`,
      { timeout: 500, use: { queratorOptions: { leaks: 'error' } } },
    )
    expect(status).toBe(1)
    const { 'is to fail': fails, 'is to fail, and hangs': hangs, 'is skipped in the end': skipped } = attemptsOf(folder)
    expect(fails).toMatchObject([{ status: 'failed', errors: [{}] }])
    expect(fails?.[0]?.attachments.filter(({ name }) => name === PAGE)).toEqual([])
    expect(hangs?.[0]?.errors.at(-1)?.message).toMatch(/waiter still waits for an item/)
    expect(skipped).toMatchObject([{ status: 'skipped', errors: [] }])
  })

  test('has new queues in its next attempt, and the report of the attempt that failed', () => {
    const { status, text, folder } = runTests(
      `test('passes in the end', async ({ queue, client }, { retry }) => {
        expect((await client.queuesList({})).items.map((info) => info.queueName)).toEqual([queue.name])
        expect(await queue.items()).toEqual([])${LEASE}
        if (retry === 0) throw new Error('the first time')
        await lease.complete()
      })`,
      { retries: 2 },
    )
    expect([status, text]).toEqual([0, expect.stringContaining('1 flaky')])
    const attempts = attemptsOf(folder)['passes in the end'] ?? []
    expect(attempts.map(({ errors }) => errors.length)).toEqual([2, 0])
  })
})

describe('the timeout', () => {
  test('is explained before it ends the test', () => {
    const waits =
      "test('waits', async ({ queue }) => { await queue.lease({ requestTimeout: '10m', clientId: 'waiter' }) })"
    const { status, text } = runTests(waits, { timeout: 500 })
    expect(status).toBe(1)
    expect(text).toMatch(/'waits' is about to time out, and still waits for a lease:/)
    expect(text).toContain('Test timeout of 500ms exceeded')
    expect(text).toMatch(/waiter still waits for an item/)
  })

  test('can be changed by the test, and waits go on as long', () => {
    const { status, text } = runTests(
      `test('takes longer', async ({ queue }) => {
        test.setTimeout(60_000)
        await queue.lease({ requestTimeout: '700ms' }).catch(() => undefined)
        const completed = queue.waitFor({ event: 'completed' })
        await new Promise((resolve) => setImmediate(resolve))
        await queue.produce({ reference: 'order-1' })
        await (await queue.lease()).complete()
        await completed
      })`,
      { timeout: 500 },
    )
    expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
  })

  test('does not keep a test waiting for what cannot happen any more', () => {
    const { status, text } = runTests(`test('waits in vain', async ({ queue }) => {
      await queue.produce({})
      await queue.drained()
    })`)
    expect([status, text]).toEqual([1, expect.stringContaining('nothing can happen any more')])
  })
})

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

describe.runIf(hasChromium)('an app with a page', () => {
  const example = fileURLToPath(new URL('../../examples/playwright', import.meta.url))
  const files = Object.fromEntries(
    readdirSync(example).map((name) => [name, readFileSync(join(example, name), 'utf8')]),
  )

  test('has a daemon for each of its workers', () => {
    const { status, text } = runIn(projectOf(files), '--workers=2', '--fully-parallel')
    expect([status, text]).toEqual([0, expect.stringContaining('3 passed')])
  })

  test('is reported with what it did in the queue', () => {
    const wrong = files['shop.spec.ts']?.replace("toHaveText('Thank you')", "toHaveText('Shipped', { timeout: 200 })")
    const { status, text } = runIn(projectOf({ ...files, 'shop.spec.ts': String(wrong) }), '-g', 'teapot')
    expect([status, text]).toEqual([1, expect.stringContaining('Received: "Thank you"')])
    expect(text).toMatch(
      /Querator: what happened in the queues of 'a click orders a teapot'[\s\S]*order-1: \+0s produced/,
    )
  })
})
