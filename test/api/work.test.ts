/** `queue.work()` handles the items of a queue until it is stopped. */
import { expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { frozen } from '../support/workers.js'

test('handles what comes, until it is stopped', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  const seen: string[] = []
  const worker = queue.work(({ reference }) => seen.push(reference), { clientId: 'w' })
  await queue.produce({ reference: 'a' })
  await queue.drained()
  await daemon.clock.advance('5m')
  await queue.quiet()
  await queue.produce({ reference: 'b' })
  await queue.drained()
  await queue.quiet()
  expect(seen).toEqual(['a', 'b'])
  expect(worker.handled.completed).toHaveLength(2)
  expect((await worker.stop()).completed.map(({ reference }) => reference)).toEqual(['a', 'b'])
  expect(worker.ended).toBe(true)
  await queue.produce({ reference: 'c' })
  expect((await queue.counts()).leasesWaiting).toBe(0)
})

test('a handler that runs when it is stopped may finish; what it has not begun goes back', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  let release = () => {}
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const worker = queue.work(
    () =>
      new Promise<void>((resolve) => {
        release = resolve
        begin()
      }),
    { batchSize: 2 },
  )
  await begun
  const stopping = worker.stop()
  release()
  expect((await stopping).completed.map(({ reference }) => reference)).toEqual(['a'])
  expect(await queue.counts()).toMatchObject({ total: 1, leased: 0 })
})

test('items whose lease is on its way when the worker is stopped go back', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  let handled = 0
  const worker = queue.work(() => ++handled)
  // The worker does not know of the lease yet.
  await queue.waitFor({ event: 'leased' })
  await worker.stop()
  expect([handled, await queue.counts()]).toMatchObject([0, { leased: 0, total: 1 }])
})

test('stops at the first error, which fails the test', async () => {
  await using daemon = await frozen()
  const test = new QueuesOfTest(daemon, { name: 'a test', file: undefined, timeout: 5000, leaks: 'off' })
  const queue = await test.create()
  queue.work(() => {
    throw new Error('smtp is down')
  })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await queue.waitFor({ event: 'retried' })
  await expect(test.end({ outcome: 'passed' })).rejects.toThrow(
    /^the worker of 'a-test-1' failed: the handler failed on a of 'a-test-1', attempt 1: smtp is down/,
  )
})

test("with onError: 'collect' it goes on", async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await using worker = queue.work(
    ({ attempts }) => {
      if (attempts < 3) throw new Error('smtp is down')
    },
    { onError: 'collect' },
  )
  await queue.produce({ reference: 'a' })
  await queue.drained()
  expect(worker.handled.failed).toHaveLength(2)
  expect((await worker.stop()).completed).toHaveLength(1)
})

test('a call that is refused ends it', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  const worker = queue.work(() => undefined)
  await queue.quiet()
  await queue.delete()
  await expect(worker.done).rejects.toMatchObject({ code: 453 })
})

test('a handler that does not end in time', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const handler = () => {
    begin()
    return new Promise(() => undefined)
  }
  const worker = queue.work(handler, { stop: 10 })
  await begun
  await expect(worker.stop()).rejects.toThrow(/^the worker of 'orders' did not end within 10ms of being stopped/)
})

test.each<[unknown, object, RegExp]>([
  ['x', {}, /work takes a function that handles an item/],
  [() => undefined, { until: '1h' }, /work has no option 'until'/],
  [() => undefined, { batchSize: 0 }, /batchSize is a whole number/],
  [() => undefined, { requestTimeout: 'x' }, /requestTimeout is a duration as text, such as '30s'; got 'x'/],
  [() => undefined, { stop: 'x' }, /stop takes milliseconds/],
])('refuses %o with %j', async (handler, options, message) => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  expect(() => queue.work(handler as () => void, options)).toThrow(message)
})
