/** Cascades in words: what the handler of an item produced, in groups. */
import { expect, test } from 'vitest'
import { handlerText, producedText, together } from '../../src/diagnosis/cascade.js'
import { momentsOf, momentText } from '../../src/diagnosis/report/moments.js'
import { event, item } from '../package/report-stories.js'

/** What the handler of order-1 produced. */
function made(number: number, reference: string, after = 0, more: Parameters<typeof event>[2] = {}) {
  const producedBy = { item: 1, reference: 'order-1', queue: 'orders', attempts: 1 }
  return event('produced', after, { number, item: number, reference, queue: 'mails', producedBy, ...more })
}

const byAttempt = (attempts: number) => ({ producedBy: { item: 1, reference: 'order-1', queue: 'orders', attempts } })

test.each([
  ['in a row', [made(3, 'a'), made(4, 'b', 999)], ["its handler produced a, b in 'mails'"]],
  [
    'more than three',
    [3, 4, 5, 6, 7].map((number) => made(number, '')),
    ["its handler produced #3, #4, #5 and 2 more in 'mails'"],
  ],
  [
    'a second later',
    [made(3, 'a'), made(4, 'b', 1000)],
    ["its handler produced a in 'mails'", "its handler produced b in 'mails'"],
  ],
  [
    'in another queue',
    [made(3, 'a'), made(4, 'b', 0, { queue: 'orders' })],
    ["its handler produced a in 'mails'", "its handler produced b in 'orders'"],
  ],
  [
    'in another place, of which callers do not matter',
    [
      made(3, 'a', 0, { callSite: 'a.js:1:1', callPath: ['a.js:1:1', 'b.js:2:2'] }),
      made(4, 'b', 0, { callSite: 'a.js:1:1', callPath: ['a.js:1:1'] }),
      made(5, 'c', 0, { callSite: 'a.js:2:1', callPath: ['a.js:2:1'] }),
    ],
    ["its handler produced a, b in 'mails' (a.js:1 < b.js:2)", "its handler produced c in 'mails' (a.js:2)"],
  ],
  [
    'by another attempt',
    [made(3, 'a', 0, byAttempt(1)), made(4, 'b', 0, byAttempt(2)), made(5, 'c', 0, byAttempt(2))],
    ["its handler produced a in 'mails'", "its handler of attempt 2 produced b, c in 'mails'"],
  ],
])('groups what a handler produced: %s', (_, produced, texts) => {
  const own = [event('leased', 0, { number: 1, attempts: 1 }), event('completed', 0, { number: 9 })]
  expect(together(produced, own).map(producedText)).toEqual(texts)
})

test('what happened to the item itself stands in between', () => {
  const events = [
    event('produced', 0, { number: 1, item: 1 }),
    event('leased', 0, { number: 2, item: 1, attempts: 1 }),
    event('refused', 0, { number: 5, message: 'no', code: 400, codeText: 'Bad Request' }),
    event('completed', 0, { number: 8, item: 1 }),
  ]
  const story = item('order-1', events, { produced: [made(3, 'a'), made(4, 'b'), made(6, 'c'), made(7, 'd')] })
  expect(momentsOf(story).map(momentText)).toEqual([
    'produced',
    'leased, attempt 1',
    "its handler produced a, b in 'mails'",
    'queue.lease refused: 400 Bad Request, no',
    "its handler produced c, d in 'mails'",
    'completed',
  ])
})

test('an item names the queue of its producer only if both have one reference', () => {
  expect(handlerText(made(3, 'mail-1'))).toBe(" by order-1's handler")
  expect(handlerText(made(3, 'order-1'))).toBe(" by order-1's handler in 'orders'")
  expect(handlerText(made(3, '', 0, { producedBy: { item: 1, reference: '', queue: 'orders', attempts: 1 } }))).toBe(
    " by #1's handler",
  )
  expect(handlerText(made(3, 'mail-1', 0, byAttempt(2)))).toBe(" by order-1's handler, attempt 2")
  expect(handlerText(event('produced', 0))).toBe('')
})
