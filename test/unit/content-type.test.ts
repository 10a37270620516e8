/** Which encoding a `Content-Type` or `Accept` header asks for. */
import { expect, test } from 'vitest'
import { encodingOf, firstOf } from '../../src/protocol/content-type.js'

test.each([
  [undefined, 'json'],
  ['', 'json'],
  ['*/*', 'json'],
  ['application/*', 'json'],
  ['application/json', 'json'],
  ['application/json; charset=utf-8', 'json'],
  [' application/json ; charset=utf-8', 'json'],
  ['Application/JSON', 'json'],
  ['application/protobuf', 'protobuf'],
  ['application/protobuf;q=0.9', 'protobuf'],
  ['APPLICATION/Protobuf', 'protobuf'],
  ['application/protobuf, application/json', 'protobuf'],
  ['application/json, application/protobuf', 'json'],
  [', application/protobuf', 'json'],
  ['text/html', undefined],
  ['application/protobuffer', undefined],
])('the header %j asks for %j', (header, encoding) => {
  expect(encodingOf(header)).toBe(encoding)
})

test('the first media type is what stands before the first comma or semicolon, spaces included', () => {
  expect(firstOf('')).toBe('')
  expect(firstOf(';q=1')).toBe('')
  expect(firstOf(' text/html ;q=1, */*')).toBe(' text/html ')
})
