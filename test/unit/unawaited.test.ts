/** Detects calls that nobody awaits. The promises it tracks behave like plain promises. */
import { expect, test } from 'vitest'
import { answering, UnawaitedCalls } from '../../src/client/unawaited.js'
import { OpenChecks } from '../../src/harness/handles/open-checks.js'

const CALL = { call: 'queueProduce', queueName: 'orders', origin: {} }

function noted<T>(answer: Promise<T>) {
  const calls = new UnawaitedCalls({ skip: [] })
  return { calls, promise: calls.note(CALL, answer) }
}

test('using the promise in any way takes the call off the list', async () => {
  const ways: ((promise: Promise<number>) => unknown)[] = [
    async (promise) => await promise,
    (promise) => promise.then(),
    (promise) => promise.catch(() => undefined),
    (promise) => promise.finally(() => undefined),
    (promise) => Promise.all([promise]),
    (promise) => Promise.race([promise]),
    (promise) => Promise.resolve(promise).then(),
    async (promise) => promise,
    (promise) => expect(promise).resolves.toBe(1),
  ]
  for (const ask of ways) {
    const { calls, promise } = noted(Promise.resolve(1))
    await ask(promise)
    expect(calls.take(['orders'])).toEqual([])
  }
})

test('an unused call stays on the list until it is taken, and other queues keep theirs', async () => {
  const calls = new UnawaitedCalls({ skip: [] })
  calls.note(CALL, Promise.resolve())
  calls.note({ ...CALL, queueName: 'mails' }, Promise.resolve())
  await Promise.resolve()
  expect(calls.take(['orders', 'others'])).toEqual([CALL])
  expect(calls.take(['orders'])).toEqual([])
  expect(calls.take(['mails'])).toHaveLength(1)
})

test('a tracked promise is a Promise, and derived promises are not tracked', async () => {
  const { promise } = noted(Promise.resolve('x'))
  expect(promise).toBeInstanceOf(Promise)
  const next = promise.then((text) => text.length)
  expect(Object.getPrototypeOf(next)).toBe(Promise.prototype)
  expect([await promise, await next]).toEqual(['x', 1])
  const failing = noted(Promise.reject(new Error('refused'))).promise
  await expect(failing).rejects.toThrow('refused')
})

test('a call with a mapped result counts as awaited when the mapped promise is', async () => {
  const { calls, promise } = noted(Promise.resolve(1))
  const other = answering(promise, (number) => number + 1)
  expect(calls.take(['orders'])).toHaveLength(1)
  expect(await other).toBe(2)
  const second = noted(Promise.resolve(1))
  await answering(second.promise, (number) => number + 1)
  expect(second.calls.take(['orders'])).toEqual([])
  await expect(
    answering(noted(Promise.resolve(1)).promise, () => {
      throw new Error('cannot be made')
    }),
  ).rejects.toThrow('cannot be made')
  expect(await answering(Promise.resolve(1), String)).toBe('1')
})

test('a worker that awaits nothing does not fill memory', () => {
  const calls = new UnawaitedCalls({ skip: [] })
  for (let count = 0; count < 1500; count++) calls.note({ ...CALL }, Promise.resolve())
  expect(calls.take(['orders'])).toHaveLength(1000)
})

test('the checks of a queue that have not settled count as unawaited when its test ends', async () => {
  const calls = new UnawaitedCalls({ skip: [] })
  const checks = new OpenChecks(calls)
  let settle = () => {}
  const open = new Promise<void>((resolve) => {
    settle = resolve
  })
  checks.add('toHaveDepth', 'orders', open, expect)
  checks.add('toBeDrained', 'orders', Promise.resolve(), expect)
  await Promise.resolve()
  await checks.end(['mails'])
  expect(calls.take(['orders'])).toEqual([])
  const ended = checks.end(['orders'])
  settle()
  await ended
  expect(calls.take(['orders'])).toMatchObject([{ call: 'toHaveDepth', queueName: 'orders' }])
  await checks.end(['orders'])
  expect(calls.take(['orders'])).toEqual([])
})

test('checks are waited for where nobody tracks calls, too, but not too many', async () => {
  const checks = new OpenChecks(undefined)
  const settled: number[] = []
  for (let at = 0; at < 1001; at++) {
    const outcome = new Promise<void>((resolve) => setImmediate(resolve))
    checks.add('toBeDrained', 'orders', outcome, expect)
    void outcome.then(() => settled.push(at))
  }
  checks.add('toBeDrained', 'orders', new Promise(() => undefined), expect)
  await checks.end(['orders'])
  expect(settled.length).toBeGreaterThanOrEqual(1000)
})
