/** Errors made from replies, with hints that runners print as their cause. */
import { expect, test } from 'vitest'
import { QueratorError } from '../../src/errors.js'
import { errorOf, errorReply } from '../../src/protocol/replies.js'

const REPLY = { code: 400, codeText: 'Bad Request', message: 'no such queue', details: {} }

test('a reply without details has no hint', () => {
  const error = errorOf(REPLY, {})
  expect(error).toMatchObject({ code: 400, codeText: 'Bad Request', message: 'no such queue', details: {} })
  expect(error.cause).toBeUndefined()
})

test.each([
  [{ existing: 'a, b', nearest: 'b' }, "did you mean 'b'? there are: a, b"],
  [{ existing: 'no queues' }, 'there are: no queues'],
  [{ nearest: 'b' }, "did you mean 'b'?"],
  [{ field: 'x', existing: 'a', other: 'y' }, 'there are: a field: x other: y'],
])('turns the details %j into a hint', (details, message) => {
  const { cause, details: kept } = errorOf(REPLY, details)
  expect(kept).toEqual(details)
  expect(cause).toMatchObject({ name: 'Hint', message, stack: `Hint: ${message}` })
})

test('details from beside the body win over those in the body, and control characters are escaped', () => {
  const error = errorOf({ ...REPLY, details: { nearest: 'a', field: 'f' } }, { nearest: '\u001b[2J' })
  expect(error.details).toEqual({ nearest: '\u001b[2J', field: 'f' })
  expect((error.cause as Error).message).toBe("did you mean '\\u{1b}[2J'? field: f")
})

test('details are not part of the reply body', () => {
  const error = new QueratorError(400, 'no', { details: { nearest: 'a' } })
  expect(errorReply(error)).toEqual({ code: 400, codeText: 'Bad Request', message: 'no' })
})
