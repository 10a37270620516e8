/** Escaping for terminals, character by character. */
import { expect, test } from 'vitest'
import { QueratorError, usageError } from '../../src/errors.js'
import { visible, visibleJson, visibleText } from '../../src/visible.js'
import { HOSTILE, MARKS, marksIn } from '../support/hostile.js'

test('escapes every control character and nothing else', () => {
  for (const mark of MARKS) expect(visible(`a${mark}b`)).toBe(`a\\u{${mark.charCodeAt(0).toString(16)}}b`)
  const plain = 'order-1 — “größer” 倉庫 👩‍🚀 نظام \\u{1b} \u00a0'
  expect(visible(plain)).toBe(plain)
})

test('keeps line ends, or the characters you name', () => {
  expect(visibleText('a\n\tb\u001b')).toBe('a\n\\u{9}b\\u{1b}')
  expect(visibleText('a\n\tb\u001b', '\n\t')).toBe('a\n\tb\\u{1b}')
})

test('escaped JSON still means the same', () => {
  const value = { [HOSTILE]: HOSTILE, half: '\ud83d' }
  const json = visibleJson(JSON.stringify(value))
  expect(marksIn(json)).toEqual([])
  expect(JSON.parse(json)).toEqual(value)
})

test('escapes the message and stack of a local error, and only the stack of a daemon error', () => {
  for (const error of [usageError(`got ${HOSTILE}`), new QueratorError(0, HOSTILE)]) {
    expect([marksIn(error.message), marksIn(error.stack ?? '')]).toEqual([[], []])
  }
  const said = new QueratorError(400, `no such queue named '${HOSTILE}'`)
  expect([said.message, marksIn(said.stack ?? '')]).toEqual([`no such queue named '${HOSTILE}'`, []])
  expect(said.stack).toContain('visible.test.ts')
})
