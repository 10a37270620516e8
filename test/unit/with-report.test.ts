/** Adds a report to the error of a concurrent Jest test, whose message appears in its stack too. */
import { expect, test } from 'vitest'
import { QueratorError } from '../../src/errors.js'
import { withReport } from '../../src/fixtures/with-report.js'
import { HOSTILE_NAME } from '../support/hostile.js'

test.each([
  ['an error', new Error('too late')],
  ['a daemon error whose message is escaped in its stack', new QueratorError(400, `no '${HOSTILE_NAME}'`)],
])('%s keeps its message, followed by the report, in both message and stack', (_, error) => {
  const { message } = error
  const told = withReport(error, 'what happened') as Error
  expect(told.message).toBe(`${message}\n\nwhat happened`)
  expect(told.stack).toMatch(/^[^\n]*\n\nwhat happened\n\s+at /)
})
