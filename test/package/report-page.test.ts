/** `QUERATOR_REPORT=<folder>`: the page of a failed test file, as each runner writes it and as a browser shows it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, startChromium } from './browser.js'
import { projectOf, runWith } from './project.js'
import { runnerKinds } from './runner-files.js'

/** Runs in the browser. */
const CONTRASTS = readFileSync(new URL('contrasts.browser.js', import.meta.url), 'utf8')

const BODY = `
  clock.freeze()
  const orders = await createQueue({ name: 'orders', leaseTimeout: '30s' })
  const mails = await createQueue({ name: 'mails' })
  await orders.produce({ reference: 'order-1' }, { reference: 'order-2' })
  const lease = await orders.lease({ clientId: 'quick', batchSize: 1 })
  await orders.lease({ clientId: 'slow' })
  await clock.advance('1s')
  await lease.complete()
  await clock.advance('29s')
  await mails.produce({ reference: '<b>&"mail' })
  await orders.lease({ clientId: 'third' })
  orders.lease({ clientId: 'waiter' }).catch(() => undefined)
  await clock.advance('1s')
  throw new Error('the evening was <i>too long</i>')`

/** Runs these tests in one runner with reports. Returns the folder of the reports. */
function reportOf(runner: keyof ReturnType<typeof runnerKinds>, bodies: Record<string, string>) {
  const { file, ending, config, command } = runnerKinds()[runner]
  const [program, ...args] = command
  const name = `tests/orders.${ending}`
  const folder = projectOf({ ...config, [name]: file(bodies), [`tests/fine.${ending}`]: file({ passes: '' }) })
  const { status, text } = runWith({ QUERATOR_REPORT: 'reports' }, folder, program, ...args)
  return { status, text, folder: join(folder, 'reports'), page: join(folder, 'reports', `${name}.html`) }
}

test.each([
  'jest',
  'vitest',
  'node:test',
  'mocha',
  'bun',
  'deno',
] as const)('%s: writes a page for each file with a failed test', (runner) => {
  const { status, text, folder, page } = reportOf(runner, { 'works off orders': BODY, passes: '' })
  expect(status).toBe(1)
  expect(text).toMatch(/what happened, as a page: \S*reports\/tests\/orders\.test\.m?js\.html/)
  expect(readdirSync(join(folder, 'tests'))).toHaveLength(1)
  expect(readFileSync(page, 'utf8')).toContain('<h2>works off orders</h2>')
})

test.each([
  'jest',
  'vitest',
  'node:test',
  'mocha',
  'bun',
  'deno',
] as const)('%s: includes a test that only uses the daemon', (runner) => {
  const body = `
    const orders = await daemon.createQueue({ name: 'orders' })
    await orders.produce({ reference: 'order-1' })
    throw new Error('on purpose')`
  const { text, page } = reportOf(runner, { 'makes a queue': body })
  expect(text).toMatch(/'orders', at the end 1 free/)
  expect(readFileSync(page, 'utf8')).toContain('data-name="order-1"')
})

test('removes the page of an earlier run when the file passes, and reports a page that cannot be written', () => {
  const { file, config, command } = runnerKinds().vitest
  const [program, ...args] = command
  const fails = "await queue.produce({}); if (process.env.FAILS) throw new Error('x')"
  const folder = projectOf({ ...config, 'a.test.js': file({ fails }), taken: 'a file' })
  const page = join(folder, 'reports', 'a.test.js.html')
  runWith({ QUERATOR_REPORT: 'reports', FAILS: '1' }, folder, program, ...args)
  expect(existsSync(page)).toBe(true)
  expect(runWith({ QUERATOR_REPORT: 'reports' }, folder, program, ...args).status).toBe(0)
  expect(existsSync(page)).toBe(false)
  const { status, text } = runWith({ QUERATOR_REPORT: 'taken', FAILS: '1' }, folder, program, ...args)
  expect([status, text]).toEqual([1, expect.stringMatching(/QUERATOR_REPORT: (ENOTDIR|EEXIST)/)])
})

describe.skipIf(!hasChromium)('in Chromium', () => {
  let browser: Browser
  let url: string
  beforeAll(async () => {
    browser = await startChromium()
    const { page } = reportOf('vitest', { 'works off orders': BODY })
    url = pathToFileURL(page).href
  })
  afterAll(() => browser.close())

  /** Opens the page, and checks that it sends no requests and logs no errors. */
  async function opened(colorScheme: 'light' | 'dark', look: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage({ colorScheme })
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(url)
    await look(page)
    expect(asked).toEqual([url])
    expect(complaints).toEqual([])
    await page.close()
  }

  const names = (page: Page) => page.locator('.lane:visible .name').allInnerTexts()

  test('items are lanes on the axis of the clock, and leases are bars', () =>
    opened('light', async (page) => {
      expect(await page.locator('h1').innerText()).toBe('tests/orders.test.js')
      expect(await page.locator('.error pre').innerText()).toBe('the evening was <i>too long</i>')
      expect(await names(page)).toEqual(['order-1', 'order-2', 'waits waiter', '<b>&"mail'])
      expect(await page.locator('.axis .track span').allInnerTexts()).toEqual(['+0s', '+1s', '+30s', '+31s'])
      const box = async (client: string) => {
        const found = await page.locator('.lane .bar, .lane .wait').filter({ hasText: client }).boundingBox()
        if (found === null) throw new Error(`${client} is not to be seen`)
        return found
      }
      const [quick, slow, third, waits] = [
        await box('quick'),
        await box('slow'),
        await box('third'),
        await box('still waits'),
      ]
      expect(quick.x).toBe(slow.x)
      expect(quick.width).toBeLessThan(slow.width)
      // The item became free when its lease expired, and the third client leased it.
      expect(third.x).toBeGreaterThanOrEqual(slow.x + slow.width)
      expect(waits.x + waits.width).toBe(third.x + third.width)
      expect(await page.locator('.said').allInnerTexts()).toEqual([
        "the clock is frozen, and nothing comes due until it is moved; for the next item: await clock.advance('29s')",
        'order-2 was handed out again, to third: the lease of slow ran out after 30s',
      ])
    }))

  test('filters by queue and by reference', () =>
    opened('light', async (page) => {
      await page.getByLabel('queue').selectOption('mails')
      expect(await names(page)).toEqual(['<b>&"mail'])
      expect(await page.locator('.queue:visible h3').allInnerTexts()).toEqual([expect.stringContaining('mails')])
      await page.getByLabel('queue').selectOption('all')
      await page.getByLabel('reference').fill('ORDER-2')
      expect(await names(page)).toEqual(['order-2'])
      expect(await page.locator('output').innerText()).toBe('1 of 4 lanes')
    }))

  test('can be used by keyboard alone', () =>
    opened('dark', async (page) => {
      await page.keyboard.press('/')
      await page.keyboard.type('order')
      expect(await names(page)).toEqual(['order-1', 'order-2'])
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      const open = page.locator('details[open]')
      expect(await open.locator('.name').innerText()).toBe('order-2')
      expect(await open.locator('td:nth-child(2)').allInnerTexts()).toEqual([
        'produced',
        'leased',
        'lease-expired',
        'leased',
      ])
      expect(await open.locator('td:nth-child(5)').first().innerText()).toMatch(/^tests\/orders\.test\.js:\d+$/)
      await page.keyboard.press('/')
      await page.keyboard.press('Escape')
      expect(await names(page)).toHaveLength(4)
    }))

  test.each(['light', 'dark'] as const)('is readable in %s mode', (scheme) =>
    opened(scheme, async (page) => {
      const contrasts = await page.evaluate<{ text: string; contrast: number }[]>(CONTRASTS)
      expect(contrasts.length).toBeGreaterThan(20)
      // WCAG asks for this contrast at this text size.
      expect(contrasts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
    }))
})
