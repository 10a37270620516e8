/** `npm run examples` prints how many tests of the failing example failed, and its whole output if one did not. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { beforeEach, expect, inject, test } from 'vitest'
import { copyExample } from '../../scripts/packed.mjs'
import { problemOf, type Report, runRed } from '../../scripts/red-example.mjs'
import { bin } from './project.js'

let folder: string
beforeEach(() => {
  folder = copyExample(inject('packed'), 'red')
})

const command = () => [bin('vitest'), 'run']

/** The same without colours. */
function plain({ asExpected, text }: ReturnType<typeof runRed>) {
  return { asExpected, text: stripVTControlCharacters(text) }
}

test('prints one line if all tests fail', () => {
  expect(runRed(folder, command())).toEqual({ asExpected: true, text: '18 of 18 tests failed, as they should' })
})

test('prints everything and names the test if one passes', () => {
  const file = join(folder, 'vitest', 'lost-item.test.js')
  const [title = ''] = /(?<=test\(')[^']+/.exec(readFileSync(file, 'utf8')) ?? []
  writeFileSync(file, `import { test } from 'vitest'\ntest('${title}', () => {})\n`)
  const { asExpected, text } = plain(runRed(folder, command()))
  expect(asExpected).toBe(false)
  expect(text).toMatch(/ FAIL .*double-processing/)
  expect(text).toMatch(/Tests .*17 failed.*1 passed/)
  expect(text.endsWith(`1 of 18 tests did not fail: ${title} (passed)`)).toBe(true)
})

test('prints everything if there are errors outside the tests', () => {
  const file = join(folder, 'vitest', 'lost-item.test.js')
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nPromise.reject(new Error('astray'))\n`)
  const { asExpected, text } = plain(runRed(folder, command()))
  expect(asExpected).toBe(false)
  expect(text).toMatch(/Error: astray[\s\S]*\nthere were errors outside of the tests$/)
})

test('prints the message of Vitest if it does not start', () => {
  const { asExpected, text } = plain(runRed(folder, [bin('vitest'), 'run', '--no-such-flag']))
  expect(asExpected).toBe(false)
  expect(text).toMatch(/Unknown option[\s\S]*\nVitest wrote no results; it ended with status 1$/)
})

/** A report with one test file for each of `files`, with these results. */
function reportOf(files: Record<string, string[]>): Report {
  const all = Object.values(files).flat()
  const count = (status: string) => all.filter((one) => one === status).length
  return {
    numTotalTests: all.length,
    numFailedTests: count('failed'),
    numPassedTests: count('passed'),
    testResults: Object.entries(files).map(([name, results]) => ({
      name: `/somewhere/vitest/${name}`,
      assertionResults: results.map((status, index) => ({ fullName: `${name} ${index}`, status })),
    })),
  }
}

test.each([
  [1, { a: ['failed'], b: ['failed', 'failed'] }, undefined],
  [1, { a: ['failed'], b: [] }, 'no test ran in b'],
  [1, { a: ['failed'] }, 'no test ran in b'],
  [1, {}, 'no test ran in a, b'],
  [1, { a: ['failed'], b: ['failed', 'skipped'] }, '1 of 3 tests did not fail: b 1 (skipped)'],
  [1, { a: ['passed'], b: ['todo'] }, '2 of 2 tests did not fail: a 0 (passed), b 0 (todo)'],
  [0, { a: ['failed'], b: ['failed'] }, 'Vitest ended with status 0 instead of 1'],
  [null, { a: ['failed'], b: ['failed'] }, 'Vitest ended with status null instead of 1'],
] as const)('status %s and %j: %s', (status, files, problem) => {
  expect(problemOf(status, reportOf(files as unknown as Record<string, string[]>), ['a', 'b'])).toBe(problem)
})
