/** The HTML of a report page: its lanes, its labels, and that everything in it is escaped. */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { ItemStory } from '../../src/diagnosis/report/item-story.js'
import { leaseLabel } from '../../src/diagnosis/report/page/labels.js'
import { reportPage } from '../../src/diagnosis/report/page/report-page.js'
import { ReportFiles } from '../../src/diagnosis/report/report-files.js'
import type { TestStory } from '../../src/diagnosis/report/test-story.js'
import { cascade, event, item, story, usualItem, usualItems, waited } from '../package/report-stories.js'

/** The page of a single test. */
function pageOf(told: TestStory, errors: readonly string[] = ['on purpose']): string {
  return reportPage('orders.test.ts', [{ story: told, errors }])
}

/** The lane names on a page. */
function lanes(page: string): string[] {
  return [...page.matchAll(/data-name="([^"]*)"/g)].map(([, name = '']) => name)
}

test('draws items first, then one lane for each client that waited', () => {
  const leases = [waited('one', 0, 5), waited('two', 1, 6), waited('one', 5, 9), waited('one', 9)]
  const page = pageOf(story([usualItem('order-1'), usualItem('order-2')], { leases }))
  expect(lanes(page)).toEqual(['order-1', 'order-2', 'one', 'two'])
  // The legend contains two more.
  expect(page.match(/class="wait[ "]/g)).toHaveLength(2 + leases.length)
})

test('draws unusual items after any number of usual ones', () => {
  const strange = [
    item('twice', [...usualItem('').events.slice(0, 2), event('lease-expired', 3), event('leased', 4)]),
    item('free', [event('produced', 0)]),
  ]
  const shown = lanes(pageOf(story([...usualItems(1234), ...strange])))
  expect(shown).toHaveLength(1000 + 2)
  expect(shown.slice(-3)).toEqual(['order-999', 'twice', 'free'])
})

test('also draws items named in an error, by whole-word reference or by any of their ids', () => {
  const id = '2Nq5yDzCFIkTFHJxJzqZCzyEMFT'
  const known = item(
    'by id',
    usualItem('').events.map((one, at) => (at === 1 ? { ...one, id } : one)),
  )
  const errors = ["expected 'order-1200' to be completed", `no such item: '${id}'`]
  const page = pageOf(story([...usualItems(1234), known]), errors)
  expect(lanes(page).slice(1000)).toEqual(['order-1200', 'by id'])
  expect(page).toContain('233 more items that went as usual are not shown.')
})

test('draws clients still waiting after any number of those served', () => {
  const leases = Array.from({ length: 1001 }, (_, at) => waited(`client-${at}`, 0, 1))
  const page = pageOf(story([], { leases: [...leases, waited('hungry', 5)] }))
  expect(lanes(page).slice(999)).toEqual(['client-999', 'hungry'])
  expect(page).toContain('1 more client whose leases were served is not shown.')
})

test.each([
  [400, '#2 orders-service-worker-17'],
  [104, '#2 …-worker-17'],
  [60, '#2 …r-17'],
  [46, '#2'],
  [18, '#2'],
  [17, ''],
])('a lease %i pixels wide is labelled %j', (width, label) => {
  expect(leaseLabel(2, 'orders-service-worker-17', width)).toBe(label)
})

test('a label never splits characters of several code units, and counts wide ones twice', () => {
  expect(leaseLabel(1, '倉庫ロボット-👩‍🚀👩‍🚀👩‍🚀', 76)).toBe('#1 …👩‍🚀👩‍🚀👩‍🚀')
  expect(leaseLabel(1, 'дом-дом-дом-7', 60)).toBe('#1 …ом-7')
})

test('a lane links to the item whose handler produced it, and to what its own handler produced', () => {
  const page = pageOf(cascade())
  expect([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)).toEqual(['item-0-1', 'item-0-3', 'item-0-2'])
  const [, parent = ''] = /<p>(its handler produced .*)<\/p>/.exec(page) ?? []
  expect(parent.replaceAll(/<\/?small>/g, '')).toBe(
    'its handler produced <a href="#item-0-2">mail-1</a> in mails, <a href="#item-0-3">order-2</a> in orders, hidden in orders',
  )
  expect(page.match(/<p>produced by the handler of <a href="#item-0-1">order-1<\/a>/g)).toHaveLength(2)
  expect(page.match(/<td>produced by order-1&#39;s handler<\/td>/g)).toHaveLength(2)
  const titles = [...page.matchAll(/title="([^"]*)">[↳→]</g)].map(([, title]) => title)
  expect(titles).toEqual([
    'its handler produced mail-1 in &#39;mails&#39;',
    'its handler produced order-2, hidden in &#39;orders&#39;',
    'produced by order-1&#39;s handler',
    'produced by order-1&#39;s handler',
  ])
})

test('links of a test stay in it, also after other tests came to the page', () => {
  const tests = [
    { story: cascade(), errors: [] },
    { story: cascade(), errors: ['failed'] },
  ]
  const ids = (page: string) => [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
  expect(ids(reportPage('a.test.ts', tests.slice(0, 1)))).toEqual(['item-0-1', 'item-0-3', 'item-0-2'])
  const both = reportPage('a.test.ts', tests)
  expect(new Set(ids(both)).size).toBe(6)
  const [failed = '', passed = ''] = both.split('<section').slice(1)
  expect(failed).toContain('href="#item-1-2"')
  expect(passed).toContain('href="#item-0-2"')
})

test('a lane links to fifty items, and counts the rest', () => {
  const [{ items: [order] = [] } = {}] = cascade().queues
  const produced = Array.from({ length: 1234 }, (_, at) =>
    event('produced', 1, { item: at + 2, reference: `mail-${at}` }),
  )
  const page = pageOf(story([{ ...(order as ItemStory), produced }]))
  expect(page).toContain('mail-49 <small>in orders</small> and 1,184 more</p>')
  expect(page).not.toContain('mail-50 <small>')
})

test('an item without a cascade has neither anchor nor paragraph', () => {
  const page = pageOf(story([usualItem('order-1')]))
  expect(page).not.toMatch(/ id="|<p>its handler|<p>produced by|title="[^"]*">[↳→]/)
})

test('the summary says how many tests failed', () => {
  const failed = { story: story([usualItem('a')]), errors: ['x'] }
  const passed = { story: story([usualItem('b')]), errors: [] }
  const counts = (...tests: (typeof failed)[]) => /<p>([^.]*)\. Times/.exec(reportPage('a.test.ts', tests))?.[1]
  expect(counts(failed)).toBe('1 failed test')
  expect(counts(failed, failed)).toBe('2 failed tests')
  expect(counts(passed, failed, passed)).toBe('3 tests, 1 failed')
  expect(counts(passed)).toBe('1 test, none failed')
})

test('a file whose tests all passed gets a page when its tests are added', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reports-'))
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })
  vi.stubEnv('QUERATOR_REPORT', folder)
  const files = new ReportFiles()
  const file = join(process.cwd(), 'orders.test.ts')
  files.begin(file)
  const path = await files.add(file, { story: story([usualItem('a')]), errors: [] })
  expect(path).toBe(join(folder, 'orders.test.ts.html'))
  await files.add(file, { story: story([usualItem('b')]), errors: [] })
  expect(lanes(readFileSync(join(folder, 'orders.test.ts.html'), 'utf8'))).toEqual(['a', 'b'])
  new ReportFiles().begin(file)
  expect(existsSync(join(folder, 'orders.test.ts.html'))).toBe(false)
})

test('the content security policy comes first, and allows script and style by hash', () => {
  const page = pageOf(story([usualItem('order-1')]))
  const hash = (tag: string) => {
    const [, text = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page) ?? []
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  }
  const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page) ?? []
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${hash('script')}`,
    `style-src ${hash('style')}`,
    "style-src-attr 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ])
  expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.search(/<(?:style|script|title|body)/))
})

test('nothing from a test becomes markup', () => {
  const evil = `<x-evil a="'">&amp;`
  const by = { clientId: evil, callPath: [evil], queue: evil, call: evil, deadQueue: evil, attempts: 1 }
  const events = [event('produced', 0, by), event('leased', 5000, by), event('dead-lettered', 90_000, by)]
  const told = story([item(evil, events, { payload: { text: evil, cut: true } })], {
    title: evil,
    name: evil,
    leases: [waited(evil, 0, 5)],
    advice: [evil],
    faults: [evil],
  })
  const page = reportPage(evil, [{ story: told, errors: [evil, `${evil}\n`.repeat(50)] }])
  expect(page).not.toContain('<x-evil')
  expect(page).not.toMatch(/a="'"/)
  expect(page).toContain('&lt;x-evil a=&quot;&#39;&quot;&gt;&amp;amp;')
  expect(pageOf(cascade([evil, evil]))).not.toMatch(/<x-evil|a="'"/)
})

test.runIf(process.platform === 'linux')('a folder that cannot be made is a warning', async () => {
  vi.stubEnv('QUERATOR_REPORT', '/proc/report/of')
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  onTestFinished(() => {
    vi.unstubAllEnvs()
    warn.mockRestore()
  })
  const added = await new ReportFiles().add('orders.test.ts', { story: story([usualItem('a')]), errors: [] })
  expect(added).toBeUndefined()
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('QUERATOR_REPORT: ENOENT'))
})
