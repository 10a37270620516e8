/**
 * What the queue fixture adds to an empty test, in Vitest and in Jest, from the packed tarball. Needs the npm registry.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { median } from '../measure.js'
import type { Row, Section } from '../report.js'

interface Packed {
  readonly folder: string
  remove(): void
}

const FEW = 100
const MANY = 900
const RUNS = 3

interface Report {
  readonly testResults: readonly { readonly startTime: number; readonly endTime: number; readonly name: string }[]
  readonly numFailedTests: number
}

/** Measures files with few and with many tests. Their difference excludes the cost per file. */
export async function runnerRows(): Promise<Section> {
  const scripts = '../../../../scripts/packed.mjs'
  const { installPacked } = (await import(scripts)) as { installPacked(): Packed }
  const { folder, remove } = installPacked()
  try {
    const vitest = project(folder, 'vitest', {
      empty: (count) => `import { test } from 'vitest'\n${tests(count, 'async () => {}')}`,
      queue: (count) => `import { test } from 'querator-test/vitest'\n${tests(count, 'async ({ queue }) => {}')}`,
    })
    writeFileSync(join(vitest, 'vitest.config.js'), 'export default { test: { fileParallelism: false } }')
    const jest = project(folder, 'jest', {
      empty: (count) => tests(count, 'async () => {}'),
      queue: (count) => `require('querator-test/jest')\n${tests(count, 'async () => {}')}`,
    })
    writeFileSync(join(jest, 'package.json'), JSON.stringify({ type: 'commonjs', jest: { testEnvironment: 'node' } }))
    const rows = [
      row('Vitest', vitest, ['vitest', 'run', '--reporter=json']),
      row('Jest', jest, ['jest', '--json', '--silent', '-i']),
    ]
    return { title: 'A test with the queue fixture, compared to an empty test', rows }
  } finally {
    remove()
  }
}

function tests(count: number, body: string): string {
  return `for (let number = 0; number < ${count}; number++) test('test ' + number, ${body})\n`
}

function project(folder: string, name: string, sources: Record<string, (count: number) => string>): string {
  const target = join(folder, `bench-${name}`)
  mkdirSync(target, { recursive: true })
  for (const [source, make] of Object.entries(sources)) {
    for (const count of [FEW, MANY]) writeFileSync(join(target, `${source}-${count}.test.js`), make(count))
  }
  return target
}

function row(runner: string, cwd: string, command: string[]): Row {
  const runs = Array.from({ length: RUNS }, () => addedMs(cwd, command))
  const measured = median(runs)
  return { what: `${runner}, added per test`, measured, unit: 'ms', target: 0.5, ceiling: true }
}

/** How much longer a test with a queue takes, in milliseconds. */
function addedMs(cwd: string, command: string[]): number {
  const printed = execFileSync('npx', command, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const report = JSON.parse(printed.slice(printed.indexOf('{'))) as Report
  if (report.numFailedTests > 0) throw new Error(`tests failed: ${printed.slice(0, 2000)}`)
  const took = (file: string) => {
    const result = report.testResults.find(({ name }) => name.endsWith(`${file}.test.js`))
    if (result === undefined) throw new Error(`${file} was not run`)
    return result.endTime - result.startTime
  }
  const each = (source: string) => (took(`${source}-${MANY}`) - took(`${source}-${FEW}`)) / (MANY - FEW)
  return each('queue') - each('empty')
}
