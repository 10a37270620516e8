/** What systems for continuous integration read beside the output of the runner: attachments of JUnit, GitHub's summary of a step. */
import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import { messageOf } from '../../errors.js'
import { visible } from '../../visible.js'

/** The most characters of a cell. */
const LONGEST_CELL = 300

/**
 * Returns the line that attaches a file to a test in a JUnit report, because Jenkins, GitLab and Azure find it in what the test prints.
 * Undefined elsewhere.
 */
export function attachmentLine(path: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { GITLAB_CI, JENKINS_URL, TF_BUILD, CI_PROJECT_DIR } = env
  if (!(GITLAB_CI || JENKINS_URL || TF_BUILD)) return undefined
  // GitLab knows the files of a job by their path in the project.
  const shown = GITLAB_CI && CI_PROJECT_DIR ? relative(CI_PROJECT_DIR, path) : path
  return `[[ATTACHMENT|${visible(shown)}]]`
}

/** The red tests of a file, for GitHub's summary of a step. */
export class StepSummary {
  readonly #tests = new Map<string, string>()

  /** Adds a test that failed. `strange` returns the first strange thing in its report, and is called only if there is a summary. */
  failed(title: string, strange: () => string): void {
    if (process.env.GITHUB_STEP_SUMMARY) this.#tests.set(title, strange())
  }

  /** Takes a test away that passed when it was tried again. */
  passed(title: string): void {
    this.#tests.delete(title)
  }

  /** Appends the table. All at once, because other test files write to the same summary. */
  write(file: string): void {
    const path = process.env.GITHUB_STEP_SUMMARY
    const rows = [...this.#tests].map(([title, strange]) => `| ${cell(title)} | ${cell(strange)} |`)
    this.#tests.clear()
    if (!path || rows.length === 0) return
    const table = ['| failed test | first strange thing in its queues |', '| --- | --- |', ...rows]
    try {
      appendFileSync(path, `\n#### querator-test: ${cell(file)}\n\n${table.join('\n')}\n`)
    } catch (error) {
      console.warn(visible(`GITHUB_STEP_SUMMARY: ${messageOf(error)}`))
    }
  }
}

/** A text as one cell of a table in Markdown. */
function cell(text: string): string {
  const line = visible(text.replace(/\s+/g, ' ').trim())
  const cut = line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL)}…` : line
  return cut.replace(/[\\`*_[\]<>|#~&]/g, (sign) => (sign === '<' ? '&lt;' : sign === '&' ? '&amp;' : `\\${sign}`))
}
