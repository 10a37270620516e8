/**
 * `QUERATOR_REPORT=<folder>`: a page for each test file of which a test failed, in that folder at the path of the file. A
 * page is written anew after each failed test, so that it is there also when the run is killed.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { messageOf } from '../../../errors.js'
import { type FailedTest, reportPage } from './page/report-page.js'

/** The pages of the test files that a daemon serves. */
export class ReportFiles {
  /** By file. */
  readonly #failed = new Map<string, FailedTest[]>()

  /** A test of this file begins: with the first of them goes the page of an earlier run. */
  begin(file: string): void {
    const folder = process.env.QUERATOR_REPORT
    if (!folder || this.#failed.has(file)) return
    this.#failed.set(file, [])
    attempt(() => rmSync(pathOf(folder, file), { force: true }))
  }

  /** A test of this file failed: answers the path of its page, where one is written. */
  add(file: string, test: FailedTest): string | undefined {
    const folder = process.env.QUERATOR_REPORT
    if (!folder) return undefined
    const tests = [...(this.#failed.get(file) ?? []), test]
    this.#failed.set(file, tests)
    const path = pathOf(folder, file)
    return attempt(() => {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, reportPage(shownPath(file), tests))
      return path
    })
  }
}

function pathOf(folder: string, file: string): string {
  return join(folder, `${shownPath(file)}.html`)
}

/** From where the run was started; a file elsewhere without the way there. */
function shownPath(file: string): string {
  const parts = relative(process.cwd(), file).split(sep)
  return parts.filter((part) => part !== '..').join('/')
}

/** A test does not fail because its report cannot be written; whoever asked for it is told. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    console.warn(`QUERATOR_REPORT: ${messageOf(error)}`)
    return undefined
  }
}
