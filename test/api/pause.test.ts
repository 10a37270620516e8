/** A paused queue holds its requests and lets them in together (docs/protocol/queue.md §2, §13). */
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'

test('a paused queue holds all requests and lets them in together', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue()
  queue.pause()
  const produced = Array.from({ length: 300 }, (_, index) => queue.produce({ reference: `${index}` }))
  const leased = Array.from({ length: 300 }, () => queue.lease())
  queue.resume()
  await Promise.all(produced)
  const got = (await Promise.all(leased)).map(({ items }) => items[0]?.reference)
  expect(got).toEqual(Array.from({ length: 300 }, (_, index) => `${index}`))
})

test('a held lease times out by the clock, and a second lease of the same client is refused', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue()
  queue.pause()
  const held = queue.lease({ clientId: 'same', requestTimeout: '1m' })
  await expect(queue.lease({ clientId: 'same' })).rejects.toMatchObject({ code: 400 })
  const refused = expect(held).rejects.toMatchObject({ code: 454 })
  await daemon.clock.advance('1m')
  await refused
  queue.resume()
  expect((await queue.counts()).leasesWaiting).toBe(0)
})

test('a held lease ends when its client goes away', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue()
  queue.pause()
  const abort = new AbortController()
  const held = expect(queue.lease({ signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
  abort.abort()
  await held
  await expect(Promise.all([daemon.client.queueStats({ queueName: queue.name })])).resolves.toMatchObject([
    { logicalQueues: [{ leaseWaiting: 0, inFlight: 0 }] },
  ])
  queue.resume()
  await queue.produce({ reference: 'a' })
  expect((await queue.counts()).leased).toBe(0)
})

test('completes and retries are held too, and run after produces and leases', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const [a, b] = (await queue.lease({ batchSize: 2 })).items
  queue.pause()
  const done = [a?.complete(), b?.retry(), queue.produce({ reference: 'c' })]
  const lease = queue.lease({ batchSize: 5 })
  expect(await daemon.client.queueStats({ queueName: queue.name })).toMatchObject({
    logicalQueues: [{ produceWaiting: 1, leaseWaiting: 1, completeWaiting: 1, inFlight: 4 }],
  })
  queue.resume()
  await Promise.all(done)
  expect((await lease).items.map((item) => item.reference)).toEqual(['c'])
  expect((await queue.items()).map((item) => item.reference)).toEqual(['c', 'b'])
})

test('leases already waiting are not served while the queue is paused', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue()
  const waiting = queue.lease({ requestTimeout: '5m' })
  queue.pause()
  await daemon.client.storageItemsImport({ queueName: queue.name, items: [{ reference: 'a' }] })
  expect(await queue.counts()).toMatchObject({ leased: 0, leasesWaiting: 1 })
  queue.resume()
  expect((await waiting).items[0]?.reference).toBe('a')
})

test('closing the daemon answers the held requests', async () => {
  const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue()
  queue.pause()
  const refused = expect(queue.produce({ reference: 'a' })).rejects.toMatchObject({
    code: 453,
    message: 'queue is shutting down',
  })
  await daemon.close()
  await refused
})

test('pausing an unknown queue throws an error that lists the existing ones', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  await daemon.createQueue({ name: 'orders' })
  expect(() => daemon.pause('order')).toThrow("there is no queue named 'order'; there are: orders")
})

test('a lease past its deadline when the queue resumes gets no item', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  queue.pause()
  const late = queue.lease({ requestTimeout: '20ms' }).catch((error: unknown) => error)
  await queue.counts()
  // Block the process, so that no timer fires.
  for (const end = Date.now() + 60; Date.now() < end; );
  queue.resume()
  expect(await late).toMatchObject({ code: 454 })
  expect(await queue.items()).toMatchObject([{ reference: 'a', leased: false }])
})

test('held produces choose their partitions one after the other', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue({ partitions: 3 })
  queue.pause()
  const produced = ['a', 'b', 'c'].map((reference) => queue.produce({ reference }))
  queue.resume()
  await Promise.all(produced)
  expect((await queue.items()).map(({ partition }) => partition)).toEqual([0, 1, 2])
})
