/**
 * Faults put into the worker of `examples/consumer`, one at a time: its suite turns red, and the cause stands in the first
 * lines of what is printed for the first test that fails.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { copyExample } from '../../scripts/packed.mjs'
import { CONSUMER_BUGS, type ConsumerBug } from './consumer-bug-table.js'
import { bin, type Outcome, projectOf, run } from './project.js'

/**
 * So many lines are read of a test that failed, from its failure's first line on: its errors with their stack traces, in the
 * order in which they are printed, then what happened in its queues. The code that the runner shows around is left out.
 */
const LINES_READ = 15

/** Tests that wait in vain end after this time, in milliseconds. */
const TEST_TIMEOUT = 1500
const HOOK_TIMEOUT = 800
/** They wait most of the time. */
const WORKERS = 4

const SOURCES = ['email-queue.js', 'email-worker.js', 'querator.js', 'send-later.js', 'sent-emails.js']

/** Faults of each sort: a refused call, a leak, lost and repeated work, a worker that never ends. */
const ALSO_IN_JEST = [
  'retries at a number of milliseconds',
  'does not complete what was sent already',
  'keeps what it has not begun when it is stopped',
  'has a lease that is too short for its work',
  'has the same client id in all workers',
  'loses what could not be sent',
  'asks again and again when it is refused',
]

function read(path: string): string {
  return readFileSync(new URL(`../../examples/consumer/${path}`, import.meta.url), 'utf8')
}

/** The folder of a fault. */
function folderOf({ name }: ConsumerBug): string {
  return name.replaceAll(/\W+/g, '-')
}

/** A copy of the sources with a fault in them, and of the suite of one runner that finds it. */
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

/** What a runner printed for the first test of each folder that failed, by folder. */
type Reports = ReadonlyMap<string, string[]>

/** The first test of a folder, with all that is printed for it. */
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

/** Without the code that is shown around an error, and empty lines around it. */
function withoutCode(lines: readonly string[]): string[] {
  const told = lines.filter((line) => !/^\s*>?\s*\d*\s*\|/.test(line))
  return told
    .join('\n')
    .replaceAll(/^\n+|\s+$/g, '')
    .split('\n')
}

/** Vitest prints the errors of a test one by one, each behind ` FAIL  folder/file > title`, up to a line across. */
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

/** Jest prints `FAIL folder/file`, and then the errors of its tests one by one, each behind `● title`. */
function reportsOfJest({ text }: Outcome): Reports {
  const files = text.split(/^FAIL /m).slice(1)
  const printed = files.flatMap((file) => {
    const folder = file.slice(0, file.indexOf('/'))
    const [, ...sections] = file.split(/^ {2}● /m)
    return sections.map((section) => {
      const [title = '', ...lines] = section.split('\n')
      return { folder, title, lines }
    })
  })
  return firstOfEach(printed)
}

/** For titles of tests, which would cut names that stand in objects. */
function named(bugs: readonly ConsumerBug[]): [string, ConsumerBug][] {
  return bugs.map((bug) => [bug.name, bug])
}

/** The cause stands where it is read. */
function checkReport(reports: Reports, bug: ConsumerBug): void {
  const report = reports.get(folderOf(bug))
  expect(report, 'the suite is green').toBeDefined()
  expect(report?.slice(0, LINES_READ).join('\n')).toMatch(bug.cause)
}

test('each fault has a name of its own, and a text that stands in the sources once', () => {
  for (const { name, file, text } of CONSUMER_BUGS) expect(read(`src/${file}`).split(text), name).toHaveLength(2)
  expect(new Set(CONSUMER_BUGS.map(folderOf)).size).toBe(CONSUMER_BUGS.length)
})

test.each([
  ['vitest', ['run']],
  ['jest', []],
] as const)('without a fault the suite of %s passes', (runner, args) => {
  const { status, text } = run(copyExample(inject('packed'), 'consumer'), bin(runner), ...args)
  expect(text).toMatch(/Tests: +18 passed, 18 total|Tests {2}18 passed \(18\)/)
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
      // Nobody reads further than the first failure, and the rest takes its time.
      'first-failure.mjs': `import { beforeEach } from 'vitest'
        beforeEach(({ task, skip }) => skip(task.file.tasks.some(({ result }) => result?.state === 'fail')))`,
      ...copiesWith(CONSUMER_BUGS, 'vitest'),
    })
    reports = reportsOfVitest(run(folder, bin('vitest'), 'run'))
  })

  test.each(named(CONSUMER_BUGS))('a worker that %s', (_, bug) => checkReport(reports, bug))
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

  test.each(named(bugs))('a worker that %s', (_, bug) => checkReport(reports, bug))
})
