/** What systems for continuous integration find beside the output of the runner. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'querator-test-ci-'))
  for (const name of ['GITHUB_STEP_SUMMARY', 'GITLAB_CI', 'JENKINS_URL', 'TF_BUILD']) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function begin(daemon: TestDaemon, name: string, leaks: 'off' | 'error' = 'off') {
  return new QueuesOfTest(daemon, { name, file: join(process.cwd(), 'test', 'orders.test.ts'), timeout: 5000, leaks })
}

const FAILED = { outcome: 'failed', errors: [new Error('failed')] } as const

/** A test in which an item is leased twice, so that something is strange. */
async function strangeTest(daemon: TestDaemon, name: string) {
  const seen = begin(daemon, name)
  const queue = await seen.create()
  await queue.produce({ reference: 'order|1' })
  await queue.lease({ clientId: 'packer' })
  await daemon.clock.advance('1m')
  return seen
}

function summary(): string {
  return readFileSync(join(folder, 'summary.md'), 'utf8')
}

test("GitHub's summary has a table of the red tests of a file when the file is over", async () => {
  vi.stubEnv('GITHUB_STEP_SUMMARY', join(folder, 'summary.md'))
  const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  await (await strangeTest(daemon, 'packs *all* <orders>')).end(FAILED)
  await (await strangeTest(daemon, 'passes')).end({ outcome: 'passed' })
  await (await strangeTest(daemon, 'is expected to fail')).end({ outcome: 'not reported' })
  const leaking = begin(daemon, 'leaks', 'error')
  await (await leaking.create({ name: 'mails' })).produce({ reference: 'mail-1' })
  await daemon.queue('mails').lease({ clientId: 'sender' })
  await leaking.end({ outcome: 'passed' }).catch(() => undefined)
  await daemon.close()
  expect(summary().split('\n')).toEqual([
    '',
    '#### querator-test: test/orders.test.ts',
    '',
    '| failed test | first strange thing in its queues |',
    '| --- | --- |',
    '| packs \\*all\\* &lt;orders\\> | order\\|1: lease-expired by packer |',
    expect.stringMatching(/^\| leaks \| 'leaks' finished, but left open: mail-1 of 'mails', leased by sender/),
    '',
  ])
})

test('a test that passes when it is tried again is not in the summary, and a green file writes nothing', async () => {
  vi.stubEnv('GITHUB_STEP_SUMMARY', join(folder, 'summary.md'))
  const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  await (await strangeTest(daemon, 'is flaky')).end(FAILED)
  await (await strangeTest(daemon, 'is flaky')).end({ outcome: 'passed' })
  await daemon.forRunner.retire()
  await daemon.close()
  expect(summary).toThrow('ENOENT')
})

test('a summary that cannot be written is a warning', async () => {
  vi.stubEnv('GITHUB_STEP_SUMMARY', folder)
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  await (await strangeTest(daemon, 'fails')).end(FAILED)
  await daemon.close()
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('GITHUB_STEP_SUMMARY: EISDIR'))
  warn.mockRestore()
})

test.each([
  ['GitLab', { GITLAB_CI: 'true', CI_PROJECT_DIR: process.cwd() }, (path: string) => path],
  ['Jenkins', { JENKINS_URL: 'http://ci' }, (path: string) => resolve(path)],
  ['Azure', { TF_BUILD: 'True' }, (path: string) => resolve(path)],
  ['no such system', {}, () => undefined],
])('a page is attached to the JUnit report of %s', async (_, env, shown) => {
  const reports = join('build', 'reports-of-ci-notes')
  for (const [name, value] of Object.entries({ ...env, QUERATOR_REPORT: reports })) vi.stubEnv(name, value)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const report = await (await strangeTest(daemon, 'fails')).end(FAILED)
  const printed = log.mock.calls.flat()
  log.mockRestore()
  rmSync(reports, { recursive: true })
  const path = shown(join(reports, 'test', 'orders.test.ts.html'))
  expect(printed).toEqual(path === undefined ? [] : [`[[ATTACHMENT|${path}]]`])
  expect(report?.text).toContain('what happened, as a page:')
})
