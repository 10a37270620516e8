/** How a test of Playwright ended, and where its report is shown. */
import { rm, writeFile } from 'node:fs/promises'
import type { TestInfo } from '@playwright/test'
import type { EndOfTest, TestReport } from '../../internal.js'

/** The name of the attachment. */
const PAGE = 'what happened in the queues'

/** Returns how a test ended. Call it after the hooks. */
export function endOf({ status, expectedStatus, errors }: TestInfo): EndOfTest {
  if (status === 'passed' && expectedStatus === 'passed') return { outcome: 'passed' }
  const failed = status === 'failed' || status === 'timedOut'
  // A test that is expected to fail must not time out.
  if (!failed || status === expectedStatus) return { outcome: 'not reported' }
  return { outcome: 'failed', errors: errors.map(({ message, value }) => ({ message: message ?? value ?? '' })) }
}

/** Adds the report to the errors of the test, which all reporters print, and attaches it as a page. */
export async function show(testInfo: TestInfo, report: TestReport): Promise<void> {
  testInfo.errors.push({ message: `Querator: ${report.text}` })
  // As a file, because the HTML reporter shows a text in memory as its source, and JUnit's leaves it out.
  const path = testInfo.outputPath(`${PAGE}.html`)
  await writeFile(path, await report.page())
  await testInfo.attach(PAGE, { path, contentType: 'text/html' })
  // Playwright attaches a copy.
  await rm(path, { force: true })
}
