/** Errors that cross realms: Jest runs tests in one realm, and the errors of Node come from another. */
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { messageOf } from '../../src/errors.js'

test.each([
  ['an error', new Error('broken'), 'broken'],
  ['an error of another realm', runInNewContext("new Error('broken')"), 'broken'],
  ['a string', 'broken', 'broken'],
  ['nothing', undefined, 'undefined'],
  ['an object whose message is not a string', { message: 1 }, '[object Object]'],
])('the message of %s appears once', (_, thrown, expected) => {
  expect(messageOf(thrown)).toBe(expected)
})
