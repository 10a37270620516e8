/** The report page of a test file, as the fixtures write it: payloads, refused calls, and passed tests. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EndOfTest } from '../../src/diagnosis/test-of-runner.js'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon } from '../../src/index.js'

const FILE = join(process.cwd(), 'orders.test.ts')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'querator-test-report-'))
  process.env.QUERATOR_REPORT = folder
})
afterEach(() => {
  delete process.env.QUERATOR_REPORT
  delete process.env.QUERATOR_REPORT_ALL
  rmSync(folder, { recursive: true })
})

/** No errors for a test that passed, none in the list for one that is not reported. */
function endOf(errors: unknown[] | undefined): EndOfTest {
  if (errors === undefined) return { outcome: 'passed' }
  return errors.length === 0 ? { outcome: 'not reported' } : { outcome: 'failed', errors }
}

async function runs(name: string, errors: unknown[] | undefined): Promise<void> {
  const daemon = await startTestDaemon({ log: 'silent' })
  const test = new QueuesOfTest(daemon, { name, file: FILE, timeout: 5000, leaks: 'off' })
  const queue = await test.create({ name: 'orders' })
  await queue.produce({ reference: 'done', text: 'payload of done' }, { reference: 'long', text: 'x'.repeat(1500) })
  await (await queue.lease({ clientId: 'worker' })).complete()
  await daemon.fetch('/v1/queue.lease', { method: 'POST', body: '{"queue_name":"orders"}' })
  await test.end(endOf(errors))
}

function page(): string {
  return readFileSync(join(folder, 'orders.test.ts.html'), 'utf8')
}

test('shows payloads of completed items, shortens long ones, and lists refused calls first', async () => {
  await runs('fails', [new Error('on purpose')])
  expect(page()).toContain('payload of done')
  expect(page()).toMatch(/x{1000}…/)
  expect(page()).not.toMatch(/x{1001}/)
  expect(page()).toMatch(/<p class="said">queue\.lease was refused: 455 Client Content Error, /)
})

test('includes a passed test only on request', async () => {
  await runs('passes', undefined)
  expect(existsSync(join(folder, 'orders.test.ts.html'))).toBe(false)
  process.env.QUERATOR_REPORT_ALL = '1'
  await runs('passes', undefined)
  expect(page()).toContain('1 test, none failed')
  // A test that was expected to fail counts as neither.
  await runs('was to fail', [])
  expect(existsSync(join(folder, 'orders.test.ts.html'))).toBe(false)
})
