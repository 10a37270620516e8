/** `queue.quiet()` and `daemon.quiet()` wait until consumers are done and ask for items again. */
import { expect, test } from 'vitest'
import { QueratorClient } from '../../src/index.js'
import { consume, frozen, linesOf } from '../support/workers.js'

test('after drained(), the consumer has not asked again yet; quiet() waits for that', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  let handled = 0
  const pause = () => new Promise((resolve) => setImmediate(resolve))
  await using _worker = daemon.runWorker(async (signal) => {
    while (!signal.aborted) {
      const { items } = await queue.lease({ requestTimeout: '1m', clientId: 'w', signal })
      await items[0]?.complete()
      handled++
      for (let turns = 0; turns < 10; turns++) await pause()
    }
  })
  await queue.produce({})
  await queue.drained()
  expect((await queue.counts()).leasesWaiting).toBe(0)
  await queue.quiet()
  expect((await queue.counts()).leasesWaiting).toBe(1)
  expect(handled).toBe(1)
})

test('waits for as many leases as asked, in one queue or in all', async () => {
  await using daemon = await frozen()
  const [orders, mails] = [await daemon.createQueue(), await daemon.createQueue()]
  await daemon.quiet({ waiting: 0 })
  const both = daemon.quiet({ waiting: 2 })
  await using _first = daemon.runWorker((signal) => consume(orders, signal, undefined, { clientId: 'a' }))
  await orders.quiet()
  await using _second = daemon.runWorker((signal) => consume(mails, signal, undefined, { clientId: 'b' }))
  await both
  expect(await linesOf(orders.quiet({ waiting: 2, within: 30 }))).toEqual([
    "timed out after 30ms waiting for 2 leases to wait in 'queue-1'; 1 waits",
    "'queue-1': 1 lease waits; the queue is empty",
    expect.stringMatching(/^ {2}a waits for an item, in 30s at most/),
    'the clock is frozen, and nothing comes due until it is moved',
    'no queue has items that could be leased: nothing was produced, or all of it is done',
  ])
})

test('is not quiet while a consumer works, over TCP too', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  const order: string[] = []
  const lease = () =>
    client.queueLease({ queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '1m' }).catch(() => undefined)
  await queue.produce({ reference: 'a' })
  const worker = (async () => {
    const leased = await lease()
    await new Promise((resolve) => setTimeout(resolve, 20))
    order.push('handled')
    const ids = leased?.items.map(({ id }) => id) ?? []
    await client.queueComplete({ queueName: 'orders', partition: 0, requestTimeout: '1m', ids })
    await lease()
  })()
  await queue.quiet()
  order.push('quiet')
  expect(order).toEqual(['handled', 'quiet'])
  await daemon.clock.advance('1m')
  await worker
})

test('gives up if nothing can happen any more, if a call has no reply, and if the queue is gone', async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  expect((await linesOf(queue.quiet()))[0]).toMatch(
    /^gave up after \S+ waiting for a lease to wait in 'orders'; 0 wait: nothing can happen any more$/,
  )
  queue.pause()
  const held = queue.produce({})
  expect(await linesOf(queue.quiet({ waiting: 0, within: 30 }))).toContain('1 call has no reply yet')
  queue.resume()
  await held
  await queue.delete()
  expect(await linesOf(queue.quiet())).toEqual(["the queue 'orders' was deleted meanwhile"])
})

test('fails with the error of a worker, and when the daemon is closed', async () => {
  const daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  daemon.runWorker(() => Promise.reject(new Error('no connection')), { name: 'mailer' })
  expect((await linesOf(queue.quiet()))[0]).toMatch(/^mailer failed: no connection/)
  const waiting = linesOf(queue.quiet())
  await daemon.close()
  expect(await waiting).toEqual(['the daemon was closed while waiting for its consumers to be quiet'])
})

test.each<[object, RegExp]>([
  [{ wating: 1 }, /quiet has no option 'wating'; did you mean 'waiting'\?/],
  [{ waiting: -1 }, /waiting is how many leases must wait, 0 or more; got -1/],
  [{ within: 'x' }, /quiet: within takes milliseconds or a duration/],
])('refuses %j', async (options, message) => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue()
  await expect(queue.quiet(options)).rejects.toThrow(message)
  await expect(daemon.quiet(options)).rejects.toThrow(message)
})
