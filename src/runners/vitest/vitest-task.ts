/** How a test of Vitest ended, and what Vitest shows after its failure. */
import type { RunnerTestCase, TestContext } from 'vitest'
import type { EndOfTest, TestReport } from '../../internal.js'

/** Returns how a test ended. Call it after the hooks. */
export function endOf({ fails, result }: RunnerTestCase): EndOfTest {
  if (fails) return { outcome: 'not reported' }
  if (result?.state === 'pass' || result?.state === 'run') return { outcome: 'passed' }
  const errors = result?.state === 'fail' ? result.errors : undefined
  return errors === undefined ? { outcome: 'not reported' } : { outcome: 'failed', errors }
}

/** Returns the name of a test with those of the blocks around it. */
export function fullName(task: RunnerTestCase): string {
  const names = [task.name]
  for (let suite = task.suite; suite !== undefined; suite = suite.suite) names.unshift(suite.name)
  return names.join(' > ')
}

/** The context of a test, as far as it is used here. Vitest before 3.2 has no `annotate`. */
export interface ShownTest {
  readonly task: RunnerTestCase
  readonly annotate?: TestContext['annotate']
}

/** Lets Vitest print the report after the failure of the test, and attach its page to Vitest's own reports if pages are written. */
export async function showReport({ task, annotate }: ShownTest, report: TestReport | undefined): Promise<void> {
  const { result } = task
  if (report === undefined || result === undefined) return
  result.errors?.push({ name: 'Querator', message: report.text, stack: '', stacks: [] })
  if (!process.env.QUERATOR_REPORT || annotate === undefined) return
  const body = await report.page()
  const { state } = result
  // Vitest looks at the state when it is called, and takes annotations of running tests only. Hooks after the failure are too late.
  result.state = 'run'
  const attached = annotate('what happened in the queues', { body, bodyEncoding: 'utf-8', contentType: 'text/html' })
  result.state = state
  await attached
}
