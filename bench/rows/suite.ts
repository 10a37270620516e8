/**
 * What a whole suite pays: isolated files of ten tests, empty ones beside ones that use a queue, from the packed tarball. Needs the npm
 * registry.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { median } from '../measure.js'
import type { Row, Section } from '../report.js'

interface Packed {
  readonly folder: string
  remove(): void
}

const FILES = 40
const TESTS = 10
const ROUNDS = 3

const BODY = `
  await queue.produce({ reference: 'a', json: { n } })
  const lease = await queue.lease()
  expect(lease.items).toHaveLength(1)
  await lease.complete()`

const eachTest = (body: string) => `for (let n = 0; n < ${TESTS}; n++) test('test ' + n, ${body})\n`
const EMPTY = eachTest('async () => { expect([n]).toHaveLength(1) }')

/** A runner in one configuration. */
interface Suite {
  readonly name: string
  readonly folder: string
  readonly command: readonly string[]
  readonly empty: string
  readonly used: string
}

const VITEST = {
  empty: `import { expect, test } from 'vitest'\n${EMPTY}`,
  used: `import { expect, test } from 'querator-test/vitest'\n${eachTest(`async ({ queue }) => {${BODY}}`)}`,
}

const SUITES: readonly Suite[] = [
  { name: 'Vitest, forks', folder: 'suite-forks', command: ['vitest', 'run', '--pool=forks'], ...VITEST },
  { name: 'Vitest, threads', folder: 'suite-threads', command: ['vitest', 'run', '--pool=threads'], ...VITEST },
  {
    name: 'Jest',
    folder: 'suite-jest',
    command: ['jest', '--silent'],
    empty: EMPTY,
    used: `const { queue } = require('querator-test/jest')\n${eachTest(`async () => {${BODY}}`)}`,
  },
]

/** Measures both kinds of files in turn. */
export async function suiteRows(): Promise<Section> {
  const scripts = '../../../../scripts/packed.mjs'
  const { installPacked } = (await import(scripts)) as { installPacked(): Packed }
  const { folder, remove } = installPacked()
  try {
    const rows = SUITES.flatMap((suite) => rowsOf(suite, join(folder, suite.folder)))
    return { title: `A suite of ${FILES} isolated files with ${TESTS} tests each, compared to empty tests`, rows }
  } finally {
    remove()
  }
}

function rowsOf({ name, command, empty, used }: Suite, folder: string): Row[] {
  // Jest's preset loads the package for each file, so empty tests have none.
  const preset = { preset: 'querator-test/presets/jest' }
  const [withEmpty, withUsed] = [filesOf(folder, 'empty', empty, {}), filesOf(folder, 'used', used, preset)]
  const took = { empty: [] as number[], used: [] as number[] }
  // The first round fills the caches of the runner.
  for (let round = -1; round < ROUNDS; round++) {
    const [a, b] = [run(withEmpty, command), run(withUsed, command)]
    if (round < 0) continue
    took.empty.push(a)
    took.used.push(b)
  }
  const [before, after] = [median(took.empty), median(took.used)]
  return [
    { what: `${name}, empty tests`, measured: before, unit: 'ms' },
    { what: `${name}, added by querator-test`, measured: (after / before - 1) * 100, unit: '%' },
    { what: `${name}, added for each file`, measured: (after - before) / FILES, unit: 'ms' },
  ]
}

function filesOf(folder: string, kind: string, source: string, jest: object): string {
  const target = join(folder, kind)
  mkdirSync(target, { recursive: true })
  writeFileSync(join(target, 'package.json'), JSON.stringify({ jest }))
  for (let file = 0; file < FILES; file++) writeFileSync(join(target, `f${file}.test.js`), source)
  return target
}

function run(cwd: string, command: readonly string[]): number {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync('npx', command, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command.join(' ')} failed:\n${stdout}\n${stderr}`)
  return performance.now() - start
}
