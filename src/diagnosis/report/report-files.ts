/**
 * `QUERATOR_REPORT=<folder>`: writes a page for each test file with a test to report, in that folder at the path of the file.
 * The page is rewritten after each of these tests, so that it exists even if the run is killed.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { messageOf } from '../../errors.js'
import { visible } from '../../visible.js'
import { attachmentLine } from './ci-notes.js'
import type { ReportedTest } from './page/report-page.js'

/** The pages of the test files that a daemon serves. */
export class ReportFiles {
  /** The tests on the page of each file. */
  readonly #tests = new Map<string, ReportedTest[]>()

  /** Call it when a test of this file begins. The first one deletes the page of an earlier run. */
  begin(file: string): void {
    const folder = process.env.QUERATOR_REPORT
    if (!folder || this.#tests.has(file)) return
    this.#tests.set(file, [])
    attempt(() => rmSync(pathOf(folder, file), { force: true }))
  }

  /** Adds a test to the page of its file. Without `errors` it passed. Returns the path of the page. Undefined if none is written. */
  async add(file: string, test: ReportedTest): Promise<string | undefined> {
    const folder = process.env.QUERATOR_REPORT
    if (!folder) return undefined
    const tests = [...(this.#tests.get(file) ?? []), test]
    this.#tests.set(file, tests)
    const path = pathOf(folder, file)
    const { reportPage } = await import('./report.js')
    return attempt(() => {
      makeFolder(dirname(path))
      writeFileSync(path, reportPage(shownPath(file), tests))
      const attached = attachmentLine(resolve(path))
      if (attached !== undefined) console.log(attached)
      return path
    })
  }
}

function pathOf(folder: string, file: string): string {
  return join(folder, `${shownPath(file)}.html`)
}

/** Returns the path relative to where the run was started, without any `..`. */
export function shownPath(file: string): string {
  const parts = relative(process.cwd(), file).split(sep)
  return parts.filter((part) => part !== '..').join('/')
}

/** Makes a folder and those around it. The option `recursive` of Node's function never returns where folders cannot be made, as in `/proc`. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another test file may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Runs `work`, and prints a warning if it throws: a report that cannot be written does not fail a test. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    console.warn(visible(`QUERATOR_REPORT: ${messageOf(error)}`))
    return undefined
  }
}
