/** Runs the example whose tests fail on purpose, and says in one line whether all of them did. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** Runs the example in a folder with Vitest. `command` is the command. `text` is what to print. */
export function runRed(folder, [command, ...args]) {
  const results = mkdtempSync(join(folder, 'results-'))
  const file = join(results, 'results.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { status, stdout, stderr, error } = spawnSync(command, [...args, ...reporters], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 1e8,
  })
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  rmSync(results, { recursive: true, force: true })
  const problem = problemOf(status, report, readdirSync(join(folder, 'vitest'))) ?? strayErrors(stdout)
  if (problem === undefined) {
    const { numFailedTests, numTotalTests } = report
    return { asExpected: true, text: `${numFailedTests} of ${numTotalTests} tests failed, as they should` }
  }
  const printed = [stdout, stderr, error?.message].filter(Boolean).join('\n')
  return { asExpected: false, text: `${printed}\n${problem}` }
}

/** Errors outside the tests are not in the results, only in the printed summary. */
function strayErrors(printed) {
  return /^ *Errors +\d+ error/m.test(stripVTControlCharacters(printed))
    ? 'there were errors outside of the tests'
    : undefined
}

/** What is wrong with a run in which each test of each file must fail, or undefined if nothing is. */
export function problemOf(status, report, files) {
  if (report === undefined) return `Vitest wrote no results; it ended with status ${status}`
  const ran = report.testResults.filter(({ assertionResults }) => assertionResults.length > 0)
  const missing = files.filter((file) => !ran.some(({ name }) => basename(name) === file))
  if (missing.length > 0) return `no test ran in ${missing.join(', ')}`
  const others = ran.flatMap(({ assertionResults }) => assertionResults).filter((one) => one.status !== 'failed')
  const told = others.map((one) => `${one.fullName} (${one.status})`).join(', ')
  if (others.length > 0) return `${others.length} of ${report.numTotalTests} tests did not fail: ${told}`
  if (report.numFailedTests !== report.numTotalTests || report.numPassedTests !== 0) {
    return `${report.numFailedTests} of ${report.numTotalTests} tests failed, and ${report.numPassedTests} passed`
  }
  return status === 1 ? undefined : `Vitest ended with status ${status} instead of 1`
}
