/** How a browser draws report pages with many items or long names. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ReportedTest, reportPage } from '../../src/diagnosis/report/page/report-page.js'
import { hasChromium, startChromium } from './browser.js'
import { cascade, event, item, story, usualItem, usualItems, waited } from './report-stories.js'

/** Runs in the browser. */
const CONTRASTS = readFileSync(new URL('contrasts.browser.js', import.meta.url), 'utf8')

const LONG_NAME = 'tenant-17/orders/2026/evening/batch-3/order-000123'
const LONG_CLIENT = 'orders-service-eu-west-1-7f9c-worker-17'
const LONG_ERROR = Array.from({ length: 60 }, (_, at) => `- line ${at} <i>of</i> the difference`).join('\n')

/** Leases of all widths, a payload, a client that waited three times, and an error of many lines. */
const FAILED: ReportedTest = {
  story: story(
    [
      item(
        LONG_NAME,
        [
          event('produced', 0),
          event('leased', 0, { attempts: 1, clientId: LONG_CLIENT }),
          event('retried', 0, { clientId: LONG_CLIENT }),
          event('leased', 3_500_000, { attempts: 2, clientId: LONG_CLIENT }),
          event('lease-expired', 3_600_000, { clientId: LONG_CLIENT }),
          event('leased', 3_600_001, { attempts: 123, clientId: LONG_CLIENT }),
          event('completed', 3_600_001, { clientId: LONG_CLIENT }),
        ],
        { payload: { text: '\n{ "note": "<b>bold</b>"', cut: true } },
      ),
      usualItem('order-2'),
    ],
    {
      leases: [waited('poller', 0, 10), waited('other', 2, 3), waited('poller', 10, 20), waited('poller', 20)],
      end: 3_600_002,
    },
  ),
  errors: [LONG_ERROR, 'a short one'],
}
const CASCADE: ReportedTest = { story: cascade(), errors: ['no mail'] }
const PASSED: ReportedTest = { story: story([usualItem('order-3')], { title: 'sends mails' }), errors: [] }

describe.skipIf(!hasChromium)('in Chromium', () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), 'report-'))
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  /** Opens the page of these tests. */
  async function opened(
    tests: ReportedTest[],
    look: (page: Page) => Promise<void>,
    scheme: 'light' | 'dark' = 'light',
  ): Promise<void> {
    const path = join(folder, 'page.html')
    writeFileSync(path, reportPage('orders.test.ts', tests))
    const page = await browser.newPage({ colorScheme: scheme })
    await page.goto(pathToFileURL(path).href)
    await look(page)
    await page.close()
  }

  const names = (page: Page) => page.locator('.lane:visible .name').allInnerTexts()
  const titles = (found: Locator) => found.evaluateAll((all) => all.map((one) => one.getAttribute('title') ?? ''))

  /** Where each of these elements begins and ends, from left to right. */
  async function spans(found: Locator): Promise<{ from: number; to: number }[]> {
    const boxes = await Promise.all((await found.all()).map((one) => one.boundingBox()))
    return boxes.map((box) => ({ from: box?.x ?? 0, to: (box?.x ?? 0) + (box?.width ?? 0) }))
  }

  const overlapping = (boxes: readonly { from: number; to: number }[]) =>
    boxes.filter(({ from }, at) => at > 0 && from < (boxes[at - 1]?.to ?? 0))

  test('injected markup can neither run nor send requests', async () => {
    const asked: string[] = []
    const server = createServer(({ url = '' }, response) => {
      asked.push(url)
      response.end()
    })
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    const evil = [
      '<base href="ELSEWHERE/">',
      '<script>document.title = "changed"</script>',
      '<img src="ELSEWHERE/image" onerror="document.title = 1">',
      '<script src="ELSEWHERE/script.js"></script>',
      '<link rel="stylesheet" href="ELSEWHERE/style.css">',
      '<style>h1 { display: none; background: url(ELSEWHERE/background) }</style>',
      '<iframe src="ELSEWHERE/frame"></iframe>',
      '<form class="evil" action="ELSEWHERE/form"></form>',
    ].join('')
    const path = join(folder, 'evil.html')
    const text = reportPage('orders.test.ts', [FAILED])
    const markup = evil.replaceAll('ELSEWHERE', `http://127.0.0.1:${port}`)
    writeFileSync(
      path,
      text.replace('</header>', () => `</header>${markup}`),
    )
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(pathToFileURL(path).href)
    expect(await page.title()).toBe('orders.test.ts: what happened in its queues')
    expect(await page.locator('h1').isVisible()).toBe(true)
    // The page's own script has run and shows the number of lanes.
    expect(await page.locator('output').innerText()).toBe('4 of 4 lanes')
    const stopped = page.waitForEvent('console', (message) => message.text().includes('form-action'))
    await page.locator('.evil').evaluate((form) => (form as unknown as { submit(): void }).submit())
    await stopped
    expect(complaints.filter((line) => !/Content Security Policy/.test(line))).toEqual([])
    expect(asked).toEqual([])
    await page.close()
    server.close()
    server.closeAllConnections()
  })

  test('a client has one lane below the items, with a bar for each waiting lease', () =>
    opened([FAILED], async (page) => {
      expect(await names(page)).toEqual([LONG_NAME, 'order-2', 'waits poller', 'waits other'])
      const poller = page.locator('.lane').filter({ hasText: 'poller' })
      const bars = await spans(poller.locator('.wait'))
      expect(bars).toHaveLength(3)
      expect(overlapping(bars)).toEqual([])
      await poller.locator('summary').click()
      expect(await poller.locator('td:nth-child(3)').allInnerTexts()).toEqual(['served', 'served', 'still waits'])
    }))

  test('an unusual item is drawn behind a thousand usual ones', () =>
    opened(
      [{ story: story([...usualItems(1500), item('lost', [event('produced', 0)])]), errors: ['x'] }],
      async (page) => {
        expect(await page.locator('.rest').innerText()).toBe('500 more items that went as usual are not shown.')
        expect(await page.locator('output').innerText()).toBe('1,001 of 1,001 lanes, 500 more not drawn')
        await page.getByLabel('reference').fill('lost')
        expect(await names(page)).toEqual(['lost'])
        const box = await page.locator('.lane:visible').boundingBox()
        expect(box?.y).toBeLessThan(page.viewportSize()?.height ?? 0)
      },
    ))

  test('a bar shows the attempt and the end of the client name, cuts no letter, and has the whole name in its title', () =>
    opened([FAILED], async (page) => {
      const bars = page.locator('.lane').first().locator('.bar')
      expect(await bars.allInnerTexts()).toEqual(['#1', expect.stringMatching(/^#2 ….*-worker-17$/), ''])
      const cut = await page.locator('.track b').evaluateAll((all) => all.filter((b) => b.scrollWidth > b.clientWidth))
      expect(cut).toEqual([])
      for (const title of await titles(bars)) expect(title).toContain(`leased by ${LONG_CLIENT}`)
    }))

  test('axis labels do not overlap, the last one is always drawn, and the axis explains its scale', () =>
    opened([{ story: story(usualItems(1), { end: 2 + 24 * 3_600_000 }), errors: ['x'] }], async (page) => {
      expect((await page.locator('.axis .track span').allInnerTexts()).at(-1)).toBe('+24h0m0.002s')
      expect(overlapping(await spans(page.locator('.axis .track span')))).toEqual([])
      expect(await page.locator('.axis .name').innerText()).toBe('not to scale')
      expect(await page.locator('.note').innerText()).toMatch(/not to scale: gaps are drawn by the logarithm/)
    }))

  test('labels close to the last one are left out', () => {
    const events = Array.from({ length: 40 }, (_, at) => event(at === 0 ? 'produced' : 'retried', 100_000_001 + at))
    return opened([{ story: story([item('a', events)], { end: 100_000_041 }), errors: ['x'] }], async (page) => {
      const labels = await page.locator('.axis .track span').allInnerTexts()
      expect(labels.at(-1)).toBe('+27h46m40.041s')
      expect(labels.length).toBeLessThan(40)
      expect(overlapping(await spans(page.locator('.axis .track span')))).toEqual([])
    })
  })

  test('a long error shows its length and opens by keyboard, a short one is shown in full', () =>
    opened([FAILED], async (page) => {
      const [long, short] = [page.locator('.error').nth(0), page.locator('.error').nth(1)]
      const isCut = (error: Locator) => error.locator('pre').evaluate((pre) => pre.scrollHeight > pre.clientHeight)
      expect([await isCut(long), await isCut(short)]).toEqual([true, false])
      expect(await long.locator('summary').innerText()).toBe('show all 60 lines')
      expect(await short.locator('summary').count()).toBe(0)
      await long.locator('summary').focus()
      await page.keyboard.press('Enter')
      expect(await isCut(long)).toBe(false)
      expect(await long.locator('summary').innerText()).toBe('show less')
      expect(await long.locator('pre').innerText()).toBe(LONG_ERROR)
    }))

  test('a shortened name is complete in its title', () =>
    opened([FAILED], async (page) => {
      const name = page.locator('.lane .name').first()
      expect(await name.evaluate((one) => one.scrollWidth > one.clientWidth)).toBe(true)
      expect(await titles(name)).toEqual([LONG_NAME])
    }))

  test('a lane opens to show the payload as text, and says if it is cut', () =>
    opened([FAILED], async (page) => {
      const lane = page.locator('.lane').first()
      await lane.locator('summary').first().click()
      expect(await lane.locator('.payload pre').textContent()).toBe('\n{ "note": "<b>bold</b>"…')
      expect(await lane.locator('.more > p').innerText()).toBe('payload (cut: this is only the beginning)')
    }))

  test('a lane shows what its handler produced between its lease and its end', () =>
    opened([CASCADE], async (page) => {
      const order = page.locator('.lane').first()
      expect(await order.locator('.mark').allInnerTexts()).toEqual(['+', '→', '→', '✓'])
      expect(overlapping(await spans(order.locator('.mark')))).toEqual([])
      const [bar] = await spans(order.locator('.bar'))
      // The label ends before the first mark on the bar.
      expect(await order.locator('.bar').innerText()).toBe('#1')
      const marks = await spans(order.locator('.mark'))
      for (const { from } of marks.slice(1, 3))
        expect([from >= (bar?.from ?? 0), from < (bar?.to ?? 0)]).toEqual([true, true])
      expect(await page.locator('[data-name="mail-1"] .mark').allInnerTexts()).toEqual(['↳'])
    }))

  test('links lead from an item to what its handler produced and back, by keyboard, past a filter', () =>
    opened([CASCADE], async (page) => {
      await page.getByLabel('queue').selectOption('orders')
      const order = page.locator('[data-name="order-1"]')
      const mail = page.locator('[data-name="mail-1"]')
      expect(await mail.isVisible()).toBe(false)
      await order.locator('summary').focus()
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await page.locator(':focus').innerText()).toBe('mail-1')
      await page.keyboard.press('Enter')
      expect(await page.locator(':focus').innerText()).toContain('mail-1')
      expect(await mail.locator('.more > p').first().innerText()).toBe('produced by the handler of order-1 in orders')
      expect(new URL(page.url()).hash).toBe('#item-0-2')
      await mail.getByRole('link', { name: 'order-1' }).click()
      expect(await order.locator('summary').evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
      expect(await mail.isVisible()).toBe(true)
    }))

  test('failed tests come before passed ones, and both are marked', () =>
    opened([PASSED, FAILED], async (page) => {
      expect(await page.locator('header p').first().innerText()).toMatch(/^2 tests, 1 failed\./)
      expect(await page.locator('.test').allInnerTexts()).toEqual(['works off orders failed', 'sends mails passed'])
    }))

  test.each(['light', 'dark'] as const)('everything is readable in %s mode', (scheme) =>
    opened(
      [PASSED, FAILED, CASCADE],
      async (page) => {
        await page.locator('.lane').evaluateAll((all) => all.map((lane) => lane.setAttribute('open', '')))
        const contrasts = await page.evaluate<{ text: string; contrast: number }[]>(CONTRASTS)
        expect(contrasts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
      },
      scheme,
    ))

  test('on a small screen all text fits the width', () =>
    opened([FAILED], async (page) => {
      await page.setViewportSize({ width: 400, height: 800 })
      await page.locator('.lane').evaluateAll((all) => all.map((lane) => lane.setAttribute('open', '')))
      const boxes = await spans(page.locator('header, h2, h3, .error, .note, .more, .payload'))
      expect(boxes.filter(({ from, to }) => from < 0 || to > 400)).toEqual([])
    }))
})
