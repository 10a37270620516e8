/** startTestDaemon, TestDaemon and TestQueue, as a test uses them. */
import { request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import { isQueratorError, type LogRecord, openTestDaemon, QueratorError, startTestDaemon } from '../../src/index.js'

test('an item goes through produce, lease, retry and complete', async () => {
  await using daemon = await startTestDaemon()
  const queue = await daemon.createQueue({ leaseTimeout: '1m', maxAttempts: 3 })
  await queue.produce({ reference: 'order-1', kind: 'order', encoding: 'json', json: { id: 1 } })
  const lease = await queue.lease({ batchSize: 10, clientId: 'worker' })
  expect([lease.clientId, lease.partition, lease.items.length]).toEqual(['worker', 0, 1])
  const [item] = lease.items
  expect(item?.json()).toEqual({ id: 1 })
  expect(item?.text()).toBe('{"id":1}')
  expect(item).toMatchObject({ reference: 'order-1', kind: 'order', encoding: 'json', attempts: 1 })
  await lease.retry()
  expect(await queue.items()).toMatchObject([{ reference: 'order-1', attempts: 1, leased: false, partition: 0 }])
  const again = await queue.lease()
  expect(again.items[0]?.attempts).toBe(2)
  await again.items[0]?.complete()
  expect(await queue.counts()).toEqual({ total: 0, leased: 0, scheduled: 0, leasesWaiting: 0 })
})

test('a payload is JSON, text, bytes or none, and never two of them', async () => {
  await using daemon = await startTestDaemon()
  const queue = await daemon.createQueue()
  await queue.produce({ json: null }, { text: 'é' }, { bytes: new Uint8Array([0, 255]) }, {})
  const items = await queue.items()
  expect(items.map((item) => Buffer.from(item.bytes).toString('hex'))).toEqual(['6e756c6c', 'c3a9', '00ff', ''])
  expect(() => items[1]?.json()).toThrow('the payload is not JSON: é')
  await expect(queue.produce({ json: 1, text: 'x' })).rejects.toThrow('give the payload once; got json and text')
  await expect(queue.produce({ json: () => 1 })).rejects.toThrow(/what JSON.stringify can write/)
  await expect(queue.produce({ json: undefined })).rejects.toThrow('json is undefined; leave it out')
  await expect(queue.produce({ text: 'a\ud800' })).rejects.toThrow('got one at position 1')
})

test('items() returns more items than one page, over all partitions', async () => {
  await using daemon = await startTestDaemon()
  const queue = await daemon.createQueue({ partitions: 2 })
  for (let batch = 0; batch < 5; batch++) {
    await queue.produce(...Array.from({ length: 1000 }, (_, index) => ({ reference: `${batch}-${index}` })))
  }
  const items = await queue.items()
  expect(items).toHaveLength(5000)
  expect(new Set(items.map((item) => item.reference)).size).toBe(5000)
  expect(items.filter((item) => item.partition === 0).map((item) => item.reference.slice(0, 1))).toEqual(
    ['0', '3', '4'].flatMap((batch) => Array.from({ length: 1000 }, () => batch)).slice(0, 3000),
  )
})

test('queues get readable unique names, which start with their label', async () => {
  await using daemon = await startTestDaemon()
  const names = await Promise.all([
    daemon.createQueue(),
    daemon.createQueue(),
    daemon.createQueue({ label: 'Paid orders: retried!' }),
    daemon.createQueue({ name: 'exactly/this' }),
  ])
  expect(names.map((queue) => queue.name)).toEqual(['queue-1', 'queue-2', 'paid-orders-retried-1', 'exactly/this'])
})

test('cuts a label between characters', async () => {
  await using daemon = await startTestDaemon()
  // Each of these letters takes two code units.
  const queue = await daemon.createQueue({ label: `a${'𠮷'.repeat(80)}` })
  expect(queue.name).toBe(`a${'𠮷'.repeat(59)}-1`)
  await queue.produce({})
  expect(await queue.counts()).toMatchObject({ total: 1 })
})

test('a dead letter queue is created with the queue, named, passed as a queue, or absent', async () => {
  await using daemon = await startTestDaemon()
  const made = await daemon.createQueue({ name: 'orders', deadQueue: true })
  expect(made.deadQueue.name).toBe('orders-dead')
  const byName = await daemon.createQueue({ deadQueue: 'orders-dead' })
  const given = await daemon.createQueue({ deadQueue: made.deadQueue })
  expect([byName.deadQueue.name, given.deadQueue.name]).toEqual(['orders-dead', 'orders-dead'])
  const none = await daemon.createQueue()
  expect(() => none.deadQueue).toThrow('make it with createQueue({ deadQueue: true })')
})

test('every way into the daemon reaches the same queues', async () => {
  await using daemon = await startTestDaemon()
  const queue = await daemon.createQueue({ name: 'q' })
  const body = '{"queue_name":"q","request_timeout":"1m","items":[{"utf8":"x"}]}'
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  const url = await daemon.listen()
  expect(await daemon.listen()).toBe(url)
  expect((await daemon.fetch('/v1/queue.produce', init)).status).toBe(200)
  expect((await daemon.fetch(new URL('https://elsewhere/v1/queue.produce'), init)).status).toBe(200)
  expect((await daemon.fetch(new Request('http://x/v1/queue.produce', init))).status).toBe(200)
  expect((await fetch(`${url}/v1/queue.produce`, init)).status).toBe(200)
  await new Promise<void>((resolve, reject) => {
    const sent = httpRequest({ ...init, path: '/v1/queue.produce', createConnection: () => daemon.connect() as never })
    sent.on('response', (response) => response.resume().on('end', resolve))
    sent.on('error', reject)
    sent.end(body)
  })
  expect((await queue.counts()).total).toBe(5)
})

test('fetch rejects an aborted request, reads a streamed body, and returns no body for HEAD', async () => {
  await using daemon = await startTestDaemon()
  await expect(daemon.fetch('/health', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"limit"'))
      controller.enqueue(new TextEncoder().encode(':1}'))
      controller.close()
    },
  })
  const listed = await daemon.fetch('/v1/queues.list', { method: 'POST', body: stream, duplex: 'half' } as RequestInit)
  expect([listed.status, await listed.json()]).toEqual([200, {}])
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('the line broke')) })
  const failed = await daemon.fetch('/v1/queues.list', { method: 'POST', body: broken, duplex: 'half' } as RequestInit)
  expect(await failed.json()).toEqual({ code: 512, code_text: 'Transport Error', message: 'the line broke' })
  expect(await (await daemon.fetch('/health', { method: 'HEAD' })).text()).toBe('')
})

test('the same seed gives the same ids', async () => {
  const idsOf = async (seed?: string) => {
    await using daemon = await startTestDaemon({ clock: { start: new Date(0) }, ...(seed ? { seed } : {}) })
    const queue = await daemon.createQueue()
    await queue.produce({}, {})
    return (await queue.items()).map((item) => item.id)
  }
  expect(await idsOf('a')).toEqual(await idsOf('a'))
  expect(await idsOf('a')).not.toEqual(await idsOf('b'))
  expect(await idsOf()).not.toEqual(await idsOf())
})

test('never changes its options, and an unknown one throws an error that lists the valid ones', async () => {
  const options = Object.freeze({ clock: Object.freeze({ start: new Date(0) }), config: Object.freeze({}) })
  await using daemon = await startTestDaemon(options)
  await daemon.createQueue(Object.freeze({ maxAttempts: 1 }))
  await expect(startTestDaemon({ clok: 'frozen' } as never)).rejects.toThrow(
    "startTestDaemon has no option 'clok'; did you mean 'clock'? It has: config, unknownKeys, storage, clock, auth, seed, conditions, keeps, from, events, callSites, notices, limits, log, endpoint, apiKey",
  )
  await expect(daemon.createQueue({ maxAttemps: 1 } as never)).rejects.toThrow(/createQueue has no option 'maxAttemps'/)
})

test('the error for an unknown queue has the message of the server and helpful details', async () => {
  await using daemon = await startTestDaemon()
  await daemon.createQueue({ name: 'orders' })
  await daemon.createQueue({ name: 'invoices' })
  const error: unknown = await daemon
    .queue('order')
    .produce({})
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    message: "queue does not exist; no such queue named 'order'",
    details: { existing: 'orders, invoices', nearest: 'orders' },
  })
  expect(error).toBeInstanceOf(QueratorError)
  expect(isQueratorError({ code: 400, message: 'x' })).toBe(false)
})

test('retry with dead deletes items as the server does, and the log warns once', async () => {
  const records: LogRecord[] = []
  await using daemon = await startTestDaemon({ log: (record) => records.push(record) })
  const queue = await daemon.createQueue({ name: 'q', deadQueue: true })
  await queue.produce({}, {})
  const { items } = await queue.lease({ batchSize: 2 })
  for (const item of items) await item.retry({ dead: true })
  expect(await queue.items()).toEqual([])
  expect(await queue.deadQueue.items()).toEqual([])
  expect(records.map(({ level, message }) => [level, message])).toEqual([
    ['warn', expect.stringContaining("deletes the items of 'q'")],
  ])
})

test('on a server elsewhere queues work and are removed, and what needs the process says what to do', async () => {
  await using server = await startTestDaemon()
  const endpoint = await server.listen()
  const attached = await startTestDaemon({ endpoint })
  const queue = await attached.createQueue({ deadQueue: true })
  await queue.produce({ text: 'x' })
  expect((await queue.lease()).items[0]?.text()).toBe('x')
  expect((await attached.fetch('/health')).status).toBe(200)
  expect(await attached.listen()).toBe(endpoint)
  expect(queue.name).toMatch(/^querator-test-[0-9a-z]{8}-[0-9a-f]{6}-\d+-[0-9a-f]{6}-queue-1$/)
  expect(() => attached.clock).toThrow(
    /the clock works only on a daemon inside the test process.*leave out the option endpoint/,
  )
  expect(() => queue.pause()).toThrow(/pause works only/)
  await attached.close()
  expect((await server.client.queuesList({})).items).toEqual([])
})

test('openTestDaemon opens a daemon without waiting', async () => {
  const daemon = openTestDaemon()
  expect((await daemon.client.queuesList({})).items).toEqual([])
  expect(daemon.closed).toBe(false)
  await daemon.close()
  expect(daemon.closed).toBe(true)
})

test.each([
  [{ leaseTimeout: 60_000 }, "createQueue: leaseTimeout takes a duration as text, such as '1m'; got 60000"],
  [{ expireTimeout: null }, "createQueue: expireTimeout takes a duration as text, such as '1m'; got null"],
  [{ maxAttempts: '3' }, "createQueue: maxAttempts takes a number; got '3'"],
  [{ partitions: {} }, 'createQueue: partitions takes a number; got {}'],
])('createQueue(%j) names the option as you wrote it', async (options, message) => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  await expect(daemon.createQueue(options as never)).rejects.toThrow(message)
})
