/**
 * Puts bugs into the worker of `examples/consumer`, one at a time. Its suite must fail, and the first lines printed for
 * the first failed test must contain the cause.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { copyExample } from '../../scripts/packed.mjs'
import { CONSUMER_BUGS, type ConsumerBug } from './consumer-bug-table.js'
import { bin, type Outcome, projectOf, run } from './project.js'

/**
 * How many lines of the first failed test are checked: its errors with their stack traces, then what happened in its
 * queues. The source code that the runner prints is left out.
 */
const LINES_READ = 15

/** Timeouts of tests and hooks that wait for nothing, in milliseconds. A busy machine needs more than a second to move the clock by hours. */
const TEST_TIMEOUT = 3000
const HOOK_TIMEOUT = 800
/** They spend most of the time waiting. */
const WORKERS = 4

const SOURCES = ['email-queue.js', 'email-worker.js', 'querator.js', 'send-later.js', 'sent-emails.js']

/** One bug of each sort: a refused call, a leak, lost and repeated work, a worker that never ends. */
const ALSO_IN_JEST = [
  'sends the retry time as milliseconds',
  'does not complete items already sent',
  'keeps unstarted items after it is stopped',
  'uses a lease too short for its work',
  'uses the same client id in all workers',
  'loses items it could not send',
  'repeats refused calls',
]

function read(path: string): string {
  return readFileSync(new URL(`../../examples/consumer/${path}`, import.meta.url), 'utf8')
}

/** The folder of a bug. */
function folderOf({ name }: ConsumerBug): string {
  return name.replaceAll(/\W+/g, '-')
}

/** A copy of the sources with a bug in them, and of the suite that finds it. */
function copyWith(bug: ConsumerBug, runner: 'vitest' | 'jest'): Record<string, string> {
  const { file, text, replacement, suite = 'email-worker' } = bug
  const tests = [`${runner}/${suite}.test.js`, ...(runner === 'vitest' ? ['vitest/email-test.js'] : [])]
  const paths = [...SOURCES.map((source) => `src/${source}`), ...tests]
  const textOf = (path: string) => (path === `src/${file}` ? read(path).replace(text, () => replacement) : read(path))
  return Object.fromEntries(paths.map((path) => [`${folderOf(bug)}/${path}`, textOf(path)]))
}

function copiesWith(bugs: readonly ConsumerBug[], runner: 'vitest' | 'jest'): Record<string, string> {
  return Object.assign({}, ...bugs.map((bug) => copyWith(bug, runner)))
}

/** What a runner printed for the first failed test of each folder. */
type Reports = ReadonlyMap<string, string[]>

/** Keeps only the first test of each folder, with everything printed for it. */
function firstOfEach(printed: readonly { folder: string; title: string; lines: string[] }[]): Reports {
  const titles = new Map<string, string>()
  const reports = new Map<string, string[]>()
  for (const { folder, title, lines } of printed) {
    const first = titles.get(folder) ?? title
    titles.set(folder, first)
    if (title === first) reports.set(folder, [...(reports.get(folder) ?? []), ...withoutCode(lines)])
  }
  return reports
}

/** Removes the source code around an error, and empty lines around that. */
function withoutCode(lines: readonly string[]): string[] {
  const told = lines.filter((line) => !/^\s*>?\s*\d*\s*\|/.test(line))
  return told
    .join('\n')
    .replaceAll(/^\n+|\s+$/g, '')
    .split('\n')
}

/** Vitest prints the errors of a test one by one, each after ` FAIL  folder/file > title`, up to a horizontal line. */
function reportsOfVitest({ text }: Outcome): Reports {
  const sections = text.split(/^ FAIL {2}/m).slice(1)
  const printed = sections.map((section) => {
    const [head = '', ...lines] = section.split('\n')
    const [, folder = '', title = ''] = /^([^/]+)\/\S+ > (.*)$/.exec(head) ?? []
    const end = lines.findIndex((line) => /^⎯+/.test(line))
    return { folder, title, lines: lines.slice(0, end) }
  })
  return firstOfEach(printed)
}

/** Jest prints `FAIL folder/file`, and then the errors of its tests one by one, each after `● title`. */
function reportsOfJest({ text }: Outcome): Reports {
  const files = text.split(/^FAIL /m).slice(1)
  const printed = files.flatMap((file) => {
    const folder = file.slice(0, file.indexOf('/'))
    const [, ...sections] = file.split(/^ {2}● /m)
    // What was logged while the tests ran belongs to no test.
    const told = sections.filter((section) => !section.startsWith('Console\n'))
    return told.map((section) => {
      const [title = '', ...lines] = section.split('\n')
      return { folder, title, lines }
    })
  })
  return firstOfEach(printed)
}

/** Pairs of name and bug, because names inside objects would be shortened in test titles. */
function named(bugs: readonly ConsumerBug[]): [string, ConsumerBug][] {
  return bugs.map((bug) => [bug.name, bug])
}

/** Checks that the cause is in the lines that people read. */
function checkReport(reports: Reports, bug: ConsumerBug): void {
  const report = reports.get(folderOf(bug))
  expect(report, 'the suite is green').toBeDefined()
  expect(report?.slice(0, LINES_READ).join('\n')).toMatch(bug.cause)
}

test('each bug has a unique name, and its text occurs once in the sources', () => {
  for (const { name, file, text } of CONSUMER_BUGS) expect(read(`src/${file}`).split(text), name).toHaveLength(2)
  expect(new Set(CONSUMER_BUGS.map(folderOf)).size).toBe(CONSUMER_BUGS.length)
})

test.each([
  ['vitest', ['run']],
  ['jest', []],
] as const)('the suite of %s passes without a bug', (runner, args) => {
  const { status, text } = run(copyExample(inject('packed'), 'consumer'), bin(runner), ...args)
  expect(text).toMatch(/Tests: +22 passed, 22 total|Tests {2}22 passed \(22\)/)
  expect(status).toBe(0)
})

describe('in Vitest', () => {
  let reports: Reports
  beforeAll(() => {
    const folder = projectOf({
      'vitest.config.mjs': `export default ${JSON.stringify({
        test: {
          testTimeout: TEST_TIMEOUT,
          hookTimeout: HOOK_TIMEOUT,
          isolate: false,
          maxWorkers: WORKERS,
          setupFiles: './first-failure.mjs',
        },
      })}`,
      // Stop at the first failure: nobody reads further, and the rest takes time.
      'first-failure.mjs': `import { beforeEach } from 'vitest'
        beforeEach(({ task, skip }) => skip(task.file.tasks.some(({ result }) => result?.state === 'fail')))`,
      ...copiesWith(CONSUMER_BUGS, 'vitest'),
    })
    reports = reportsOfVitest(run(folder, bin('vitest'), 'run'))
  })

  test.each(named(CONSUMER_BUGS))('explains a worker that %s', (_, bug) => checkReport(reports, bug))
})

describe('in Jest', () => {
  const bugs = CONSUMER_BUGS.filter(({ name }) => ALSO_IN_JEST.includes(name))

  let reports: Reports
  beforeAll(() => {
    const config = { preset: 'querator-test/presets/jest', testTimeout: TEST_TIMEOUT, maxWorkers: WORKERS }
    const folder = projectOf({
      'package.json': JSON.stringify({ private: true, jest: config }),
      ...copiesWith(bugs, 'jest'),
    })
    reports = reportsOfJest(run(folder, bin('jest')))
  })

  test.each(named(bugs))('explains a worker that %s', (_, bug) => checkReport(reports, bug))
})
