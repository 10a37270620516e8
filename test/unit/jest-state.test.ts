/** Putting a report into the error of a concurrent test of Jest, which has its message in its stack too. */
import { expect, test } from 'vitest'
import { QueratorError } from '../../src/errors.js'
import { withReport } from '../../src/runners/jest/jest-state.js'
import { HOSTILE_NAME } from '../support/hostile.js'

test.each([
  ['an error', new Error('too late')],
  ['an error of a daemon whose message is written out in its stack', new QueratorError(400, `no '${HOSTILE_NAME}'`)],
])('%s keeps its message, and has the report behind it in both', (_, error) => {
  const { message } = error
  const told = withReport(error, 'what happened') as Error
  expect(told.message).toBe(`${message}\n\nwhat happened`)
  expect(told.stack).toMatch(/^[^\n]*\n\nwhat happened\n\s+at /)
})
