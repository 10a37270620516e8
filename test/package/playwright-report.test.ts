/** What Playwright Test reports: a failed test in each of its reporters, attempts, timeouts, and an app with a page. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { hasChromium, startChromium } from './browser.js'
import { attemptsOf, LEASE, runIn, runTests } from './playwright-project.js'
import { projectOf } from './project.js'

const PAGE = 'what happened in the queues'

const FAILS = `test('fails', async ({ queue }) => {${LEASE}
  throw new Error('on purpose')
})`

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
    const { status, text } = runTests(`test('waits for ever', async ({ queue }) => {
      await queue.produce({})
      await queue.drained()
    })`)
    expect([status, text]).toEqual([1, expect.stringContaining('nothing can happen any more')])
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
