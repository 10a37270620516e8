/** Which item the running code is handling. */
import { expect, test } from 'vitest'
import { handled, whileHandling } from '../../src/client/handling.js'

const ORDER = { queue: 'orders', id: 'order' }
const MAIL = { queue: 'mails', id: 'mail' }

/** Resolves after a few turns of the microtask queue. */
async function later(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await undefined
}

test('outside of a handler, nothing is handled', () => {
  expect(handled()).toBeUndefined()
  expect(whileHandling([ORDER], () => handled())).toEqual(ORDER)
  expect(handled()).toBeUndefined()
})

test('returns and throws what the handler does', async () => {
  const promise = Promise.resolve(1)
  expect(whileHandling([ORDER], () => promise)).toBe(promise)
  expect(() =>
    whileHandling([ORDER], () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  await expect(whileHandling([ORDER], () => Promise.reject(new Error('later')))).rejects.toThrow('later')
})

test('handlers at the same time know their own items, also after they awaited something', async () => {
  const handler = async () => {
    const before = handled()
    await later()
    return [before, handled()]
  }
  const both = [whileHandling([ORDER], handler), whileHandling([MAIL], handler)]
  expect(handled()).toBeUndefined()
  expect(await Promise.all(both)).toEqual([
    [ORDER, ORDER],
    [MAIL, MAIL],
  ])
})

test('a handler of several items, or of none, handles none for certain, not even inside of another', () => {
  const seen = whileHandling([ORDER], () => [
    whileHandling([ORDER, MAIL], handled),
    whileHandling([], handled),
    whileHandling([MAIL], handled),
    handled(),
  ])
  expect(seen).toEqual([undefined, undefined, MAIL, ORDER])
})

test.each([
  ['returned', () => undefined],
  ['resolved', later],
  ['rejected', () => later().then(() => Promise.reject(new Error('no')))],
])('what a handler leaves running is not handling its item once it has %s', async (_, end) => {
  const seen: unknown[] = []
  let left: Promise<void> | undefined
  const done = whileHandling([ORDER], () => {
    left = (async () => {
      seen.push(handled())
      for (let turn = 0; turn < 5; turn++) await later()
      seen.push(handled())
    })()
    return end()
  })
  await Promise.resolve(done).catch(() => undefined)
  await left
  expect(seen).toEqual([ORDER, undefined])
})

test('what a handler that threw left running is not handling its item', async () => {
  let left: Promise<unknown> | undefined
  expect(() =>
    whileHandling([ORDER], () => {
      left = later().then(handled)
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(await left).toBeUndefined()
})

test('does not call then of a query that a handler returns, nor the own then of a promise', async () => {
  let calls = 0
  // biome-ignore lint/suspicious/noThenProperty: queries have one
  const query = { then: () => calls++ }
  class Noted extends Promise<number> {
    // biome-ignore lint/suspicious/noThenProperty: promises of calls have one
    override then(): never {
      calls++
      throw new Error('asked')
    }
  }
  whileHandling([ORDER], () => query)
  void whileHandling([ORDER], () => new Noted((resolve) => resolve(1)))
  await later()
  expect(calls).toBe(0)
})
