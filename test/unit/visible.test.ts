/** What a terminal gets, character by character. */
import { expect, test } from 'vitest'
import { QueratorError, usageError } from '../../src/errors.js'
import { visible, visibleJson, visibleText } from '../../src/visible.js'
import { HOSTILE, MARKS, marksIn } from '../support/hostile.js'

test('every mark is written out, and nothing else', () => {
  for (const mark of MARKS) expect(visible(`a${mark}b`)).toBe(`a\\u{${mark.charCodeAt(0).toString(16)}}b`)
  const plain = 'order-1 — “größer” 倉庫 👩‍🚀 نظام \\u{1b} \u00a0'
  expect(visible(plain)).toBe(plain)
})

test('a text keeps the ends of its lines, or what is said', () => {
  expect(visibleText('a\n\tb\u001b')).toBe('a\n\\u{9}b\\u{1b}')
  expect(visibleText('a\n\tb\u001b', '\n\t')).toBe('a\n\tb\\u{1b}')
})

test('JSON means the same', () => {
  const value = { [HOSTILE]: HOSTILE, half: '\ud83d' }
  const json = visibleJson(JSON.stringify(value))
  expect(marksIn(json)).toEqual([])
  expect(JSON.parse(json)).toEqual(value)
})

test('an error that no daemon said is for people; of one that a daemon said, the stack is', () => {
  for (const error of [usageError(`got ${HOSTILE}`), new QueratorError(0, HOSTILE)]) {
    expect([marksIn(error.message), marksIn(error.stack ?? '')]).toEqual([[], []])
  }
  const said = new QueratorError(400, `no such queue named '${HOSTILE}'`)
  expect([said.message, marksIn(said.stack ?? '')]).toEqual([`no such queue named '${HOSTILE}'`, []])
  expect(said.stack).toContain('visible.test.ts')
})
