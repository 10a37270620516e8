/** Errors that cross a realm: Jest runs tests in one, Node's own errors come from another. */
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { messageOf } from '../../src/errors.js'

test.each([
  ['an error', new Error('broken'), 'broken'],
  ['an error of another realm', runInNewContext("new Error('broken')"), 'broken'],
  ['a text', 'broken', 'broken'],
  ['nothing', undefined, 'undefined'],
  ['an object whose message is no text', { message: 1 }, '[object Object]'],
])('the message of %s is said once', (_, thrown, expected) => {
  expect(messageOf(thrown)).toBe(expected)
})
