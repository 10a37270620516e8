/** The memory limit: what it refuses, what still works, and what each error says. */
import { describe, expect, test } from 'vitest'
import { type LogRecord, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'
import { DOORS } from '../support/doors.js'
import { answersOf, LINES, rawRequest } from '../support/raw-http.js'
import { until } from '../support/turns.js'

const KILOBYTE = 'x'.repeat(1000)

function thousands(count: number) {
  return Array.from({ length: count }, (_, index) => ({ reference: `i${index}`, text: KILOBYTE }))
}

async function inFlight(daemon: TestDaemon): Promise<number> {
  const { logicalQueues } = await daemon.client.queueStats({ queueName: 'q' })
  return logicalQueues[0]?.inFlight ?? 0
}

async function fill(queue: TestQueue): Promise<number> {
  for (let produced = 0; ; produced += 10) {
    const refused = await queue.produce(...thousands(10)).catch((error: unknown) => error)
    if (refused === undefined) continue
    expect(refused).toMatchObject({ code: 453, message: expect.stringMatching(/^memory limit of 100\.0kB reached/) })
    return produced
  }
}

test('over the limit, produce and import are refused and change nothing, while lease and complete still work', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', limits: { memory: '100KB' } })
  const queue = await daemon.createQueue({ name: 'orders' })
  expect(await fill(queue)).toBe(80)
  expect(await queue.items()).toHaveLength(80)
  await expect(queue.produce(...thousands(10))).rejects.toMatchObject({
    message:
      "memory limit of 100.0kB reached; 96.3kB are in use, and this request needs 12.0kB more; 'orders' holds 96.3kB in 80 items. Complete or clear items, delete queues, or raise the limit (limits: { memory }, --memory-limit)",
  })
  const payload = new Uint8Array(20_000)
  const imported = daemon.client.storageItemsImport({ queueName: queue.name, items: [{ payload }] })
  await expect(imported).rejects.toMatchObject({ code: 453, message: expect.stringContaining('memory limit') })
  const lease = await queue.lease({ batchSize: 50 })
  expect(lease.items).toHaveLength(50)
  await lease.complete()
  expect(await fill(queue)).toBe(50)
})

test('refuses an item larger than the room left and accepts a smaller one', async () => {
  await using daemon = await startTestDaemon({ log: 'silent', limits: { memory: 5_000 } })
  const queue = await daemon.createQueue()
  await expect(queue.produce({ text: 'x'.repeat(5_000) })).rejects.toMatchObject({ code: 453 })
  await queue.produce({ text: 'x'.repeat(4_000) })
  expect(await queue.counts()).toMatchObject({ total: 1 })
})

describe('memory is freed', () => {
  const ways: Record<string, (queue: TestQueue, daemon: TestDaemon) => Promise<unknown>> = {
    'when items are completed': async (queue) => (await queue.lease({ batchSize: 1000 })).complete(),
    'when items are cleared': (queue) => queue.clear(),
    'when items are retried as dead': async (queue) => (await queue.lease({ batchSize: 1000 })).retry({ dead: true }),
    'when items expire': (_, daemon) => daemon.clock.advance('24h'),
    'when the queue is deleted': async (queue, daemon) => {
      await queue.delete()
      await daemon.createQueue({ name: queue.name })
    },
  }
  test.each(Object.entries(ways))('%s', async (_, empty) => {
    await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', limits: { memory: '100KB' } })
    const queue = await daemon.createQueue({ name: 'q' })
    for (let round = 0; round < 5; round++) {
      expect(await fill(daemon.queue('q'))).toBe(80)
      await empty(queue, daemon)
    }
  })

  test('when a dead letter queue is cleared, to which the items moved', async () => {
    await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', limits: { memory: '100KB' } })
    const queue = await daemon.createQueue({ maxAttempts: 1, deadQueue: true })
    const filled = await fill(queue)
    await queue.lease({ batchSize: 1000 })
    await daemon.clock.advance('1m')
    expect(await queue.counts()).toMatchObject({ total: 0 })
    await expect(queue.produce(...thousands(10))).rejects.toMatchObject({
      message: expect.stringContaining(`'${queue.deadQueue.name}' holds`),
    })
    await queue.deadQueue.clear()
    expect(await fill(queue)).toBe(filled)
  })
})

test('requests held by a paused queue take memory until they are let in or the queue is deleted', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', limits: { memory: '100KB' } })
  const queue = await daemon.createQueue({ name: 'q' })
  queue.pause()
  const held = Array.from({ length: 8 }, () => queue.produce(...thousands(10)))
  await expect(queue.produce(...thousands(10))).rejects.toMatchObject({ code: 453 })
  queue.resume()
  await Promise.all(held)
  expect(await queue.counts()).toMatchObject({ total: 80 })
  await queue.clear()
  queue.pause()
  const refused = Promise.allSettled(Array.from({ length: 8 }, () => queue.produce(...thousands(10))))
  await queue.delete()
  expect((await refused).every(({ status }) => status === 'rejected')).toBe(true)
  expect(await fill(await daemon.createQueue())).toBe(80)
})

describe.each(Object.entries(DOORS))('%s', (_, open) => {
  test('requests held by a paused queue take the same memory', async () => {
    await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', limits: { memory: '25MB' } })
    const queue = await daemon.createQueue({ name: 'q' })
    const door = await open(daemon)
    queue.pause()
    const item = { bytes: Buffer.alloc(3_000_000).toString('base64') }
    const body = JSON.stringify({ queue_name: 'q', request_timeout: '1m', items: [item] })
    const headers = { 'content-type': 'application/json' }
    const held: Promise<{ status: number }>[] = []
    for (let count = 1; count <= 4; count++) {
      held.push(door({ path: '/v1/queue.produce', headers, body }))
      await until('the request is held', async () => (await inFlight(daemon)) === count)
    }
    queue.resume()
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })
})

describe.each(Object.entries(DOORS).slice(1))('%s', (_, open) => {
  test('refuses a request that does not fit before it is kept, and frees what it took', async () => {
    await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', limits: { memory: '1MB' } })
    const queue = await daemon.createQueue({ name: 'q' })
    const door = await open(daemon)
    const headers = { 'content-type': 'application/json' }
    const items = [{ payload: Buffer.alloc(400_000).toString('base64') }]
    const body = JSON.stringify({ queue_name: 'q', items })
    for (let round = 0; round < 5; round++) {
      const refused = await door({ path: '/v1/storage/items.import', headers, body })
      expect([refused.status, JSON.parse(refused.body.toString()).message]).toEqual([
        453,
        expect.stringMatching(
          /^memory limit of 1\.0MB reached; .* there is no room for (this request|a body of 533\.\dkB, which takes three times that while it is read)\./,
        ),
      ])
    }
    for (let round = 0; round < 50; round++) {
      const stats = await door({ path: '/v1/queue.stats', headers, body: JSON.stringify({ queue_name: 'q' }) })
      expect(stats.status).toBe(200)
    }
    await queue.produce({ text: 'x'.repeat(900_000) })
    expect((await queue.items()).map((item) => item.bytes.length)).toEqual([900_000])
  })
})

test('an import counts its source ids', async () => {
  await using daemon = await startTestDaemon({ log: 'silent', limits: { memory: '1MB' } })
  const { name: queueName } = await daemon.createQueue()
  const items = [{ sourceId: 's'.repeat(600_000) }]
  await expect(daemon.client.storageItemsImport({ queueName, items })).rejects.toMatchObject({ code: 453 })
})

test.each(['100kB', '100KB', '0.1MB', '100000', 100_000])('%j means the same limit', async (memory) => {
  await using daemon = await startTestDaemon({ log: 'silent', limits: { memory } })
  expect(await fill(await daemon.createQueue())).toBe(80)
})

test('warns once when most of the limit is in use', async () => {
  const records: LogRecord[] = []
  const log = (record: LogRecord) => void records.push(record)
  await using daemon = await startTestDaemon({ log, limits: { memory: '100KB' } })
  const queue = await daemon.createQueue()
  await queue.produce(...thousands(60))
  const warnings = () => records.filter(({ level }) => level === 'warn').map(({ message }) => message)
  expect(warnings()).toEqual([])
  await fill(queue)
  expect(warnings()).toEqual([
    'most of the memory limit of 100.0kB is in use; beyond it, produce and import are refused',
  ])
})

test('a caller learns only of queues into which it may produce', async () => {
  await using daemon = await startTestDaemon({ auth: 'internal', log: 'silent', limits: { memory: '100KB' } })
  const tenant = await daemon.createUser({ namespace: 'shop', permissions: ['queue.produce'] })
  await daemon.createQueue({ name: 'ours', namespace: 'shop' })
  await fill(await daemon.createQueue({ name: 'secret' }))
  await daemon.closeDoor()
  const items = thousands(30).map(({ text }) => ({ utf8: text }))
  const refused: unknown = await tenant
    .queueProduce({ queueName: 'ours', requestTimeout: '1m', items })
    .catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 453 })
  expect(JSON.stringify(refused)).not.toContain('secret')
})

test.each([['0'], ['-1'], ['12 parsecs'], [''], [Number.NaN], [1e30]])('refuses the limit %j', async (memory) => {
  await expect(startTestDaemon({ limits: { memory } })).rejects.toThrow(
    `the memory limit is a number of bytes or a size such as '256MB' or '1GiB'; got ${String(memory)}`,
  )
})

test('the error names the three largest queues and their sizes, and no empty one', async () => {
  await using daemon = await startTestDaemon({ limits: { memory: '100kB' }, log: 'silent' })
  const refusal = async () => {
    const queue = daemon.queue('empty')
    const error: unknown = await queue.produce({ text: 'x'.repeat(200_000) }).catch((one: unknown) => one)
    return (error as Error).message
  }
  await daemon.createQueue({ name: 'empty' })
  expect(await refusal()).toBe(
    'memory limit of 100.0kB reached; 0 bytes are in use, and this request needs 200.2kB more. Complete or clear items, delete queues, or raise the limit (limits: { memory }, --memory-limit)',
  )
  for (const [name, size] of Object.entries({ small: 1000, largest: 30_000, third: 10_000, second: 20_000 })) {
    const queue = await daemon.createQueue({ name })
    await queue.produce({ text: 'x'.repeat(size) })
    if (name === 'second') await queue.produce({ text: '', enqueueAt: new Date(Date.now() + 3_600_000) })
  }
  expect(await refusal()).toContain(
    "200.2kB more; 'largest' holds 30.2kB in 1 item, 'second' holds 20.4kB in 2 items, 'third' holds 10.2kB in 1 item. Complete",
  )
})

describe.each(Object.entries(LINES))('%s', (_, open) => {
  const head = (...headers: string[]) => rawRequest('POST /v1/queue.produce HTTP/1.1', headers)

  test('refuses a body that does not fit once its head arrives, and says what else is in use', async () => {
    await using daemon = await startTestDaemon({ limits: { memory: '1MB' }, log: 'silent' })
    await daemon.createQueue({ name: 'q' })
    const line = await open(daemon)
    const answers = answersOf(line)
    line.write(head('Content-Length: 3000000', 'Connection: close'))
    const [answer] = await answers
    expect([answer?.status, JSON.parse(answer?.body ?? '').message]).toEqual([
      453,
      'memory limit of 1.0MB reached; 0 bytes are in use, and there is no room for a body of 3.0MB, which takes three times that while it is read. Send smaller requests or fewer at once, or raise the limit (limits: { memory }, --memory-limit)',
    ])
  })

  test('returns 400 for a body longer than any call takes, whether it fits or not', async () => {
    await using daemon = await startTestDaemon({ limits: { memory: '1MB' }, log: 'silent' })
    const line = await open(daemon)
    const answers = answersOf(line)
    line.write(head('Content-Length: 6000000', 'Connection: close'))
    expect((await answers)[0]).toMatchObject({ status: 400, body: expect.stringContaining('exceeds 5.0MB limit') })
  })

  test('returns 400 for a chunked body longer than its call takes', async () => {
    await using daemon = await startTestDaemon({ limits: { memory: '1MB' }, log: 'silent' })
    const queue = await daemon.createQueue({ name: 'q' })
    await queue.produce({ text: 'x'.repeat(900_000) })
    const line = await open(daemon)
    const answers = answersOf(line)
    const lease = rawRequest('POST /v1/queue.lease HTTP/1.1', ['Transfer-Encoding: chunked', 'Connection: close'])
    line.write(`${lease}${(300_000).toString(16)}\r\n${'x'.repeat(300_000)}\r\n0\r\n\r\n`)
    expect((await answers)[0]).toMatchObject({ status: 400 })
  })

  test('refuses a body of unknown length once it no longer fits, and does not count what it took', async () => {
    await using daemon = await startTestDaemon({ limits: { memory: '1MB' }, log: 'silent' })
    const line = await open(daemon)
    const answers = answersOf(line)
    line.write(head('Transfer-Encoding: chunked', 'Connection: close'))
    for (let count = 0; count < 40; count++) line.write(`2710\r\n${'x'.repeat(10_000)}\r\n`)
    const [answer] = await answers
    expect(JSON.parse(answer?.body ?? '').message).toMatch(
      /; 0 bytes are in use, and there is no room for this request\./,
    )
  })
})
