/** Requests that arrive a few bytes at a time: their cost grows with their length, not with its square. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeadReader } from '../../src/transport/http/head-reader.js'
import { Inbox } from '../../src/transport/http/inbox.js'

const bytes = fc.uint8Array({ minLength: 1, maxLength: 6000 })

test('an inbox keeps what arrived until it is taken, and never changes what was taken', () => {
  const steps = fc.array(fc.record({ chunk: bytes, taken: fc.double({ min: 0, max: 1, noNaN: true }) }))
  fc.assert(
    fc.property(steps, (all) => {
      const inbox = new Inbox()
      const taken: Buffer[] = []
      for (const step of all) {
        inbox.push(Buffer.from(step.chunk))
        const count = Math.floor(step.taken * 1.2 * inbox.length)
        taken.push(inbox.bytes.subarray(0, count))
        inbox.take(Math.min(count, inbox.length))
      }
      const whole = Buffer.concat(all.map(({ chunk }) => chunk))
      expect(Buffer.concat([...taken, inbox.bytes]).equals(whole)).toBe(true)
    }),
  )
})

test('an inbox copies bytes that arrive one by one only a few times in all', () => {
  const inbox = new Inbox()
  const rooms = new Set<ArrayBufferLike>()
  for (let count = 0; count < 1_000_000; count++) {
    inbox.push(Buffer.from('a'))
    rooms.add(inbox.bytes.buffer)
  }
  expect(inbox.length).toBe(1_000_000)
  expect(rooms.size).toBeLessThan(25)
})

/** The same bytes, reporting how many of them are searched. */
function counting(bytes: Buffer, searched: (count: number) => void): Buffer {
  const indexOf = (byte: number, from = 0) => {
    const found = Buffer.prototype.indexOf.call(bytes, byte, from)
    searched((found < 0 ? bytes.length : found + 1) - from)
    return found
  }
  return Object.assign(bytes.subarray(), { indexOf })
}

test.each([
  ['in the first line', `POST /${'a'.repeat(3000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ['in a header', `POST /a HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(3000)}\r\n\r\n`],
  ['in many headers', `POST /a HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(1000)}\r\n`],
])('a head arriving byte by byte, long %s, is searched at most twice', (_, text) => {
  const input = Buffer.from(text)
  const heads = new HeadReader()
  let searched = 0
  for (let length = 1; length < input.length; length++) {
    const part = counting(input.subarray(0, length), (count) => {
      searched += count
    })
    expect(heads.read(part)).toBeUndefined()
  }
  expect(heads.read(input)).toMatchObject({ end: input.length, head: { method: 'POST' } })
  expect(searched).toBeGreaterThan(input.length - 10)
  expect(searched).toBeLessThan(3 * input.length)
})
