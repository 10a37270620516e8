/** GET /metrics: the metric families of Querator, and the figures of each queue (docs/protocol/admin.md §1.5). */
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { DOORS } from '../support/doors.js'

async function page(daemon: TestDaemon): Promise<string> {
  return (await daemon.fetch('/metrics')).text()
}

/** The value of a sample, given its name and labels as they are printed. */
async function sample(daemon: TestDaemon, name: string): Promise<number | undefined> {
  const line = (await page(daemon)).split('\n').find((one) => one.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

test.each(
  Object.entries(DOORS),
)('%s: returns the text format to everyone, compressed if accepted', async (name, open) => {
  await using daemon = await startTestDaemon({ auth: 'internal' })
  await daemon.closeDoor()
  const door = await open(daemon)
  const plain = await door({ method: 'GET', path: '/metrics?x=y' })
  expect([plain.status, plain.headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(plain.body.toString()).toMatch(/^# HELP http_handler_duration The timings of http requests handled by the/)
  expect(plain.body.toString()).toContain('promhttp_metric_handler_requests_total{code="200"} 0\n')
  expect(plain.body.toString()).toContain('promhttp_metric_handler_requests_in_flight 1\n')
  for (const [coding, packed] of [
    ['gzip, deflate', true],
    ['br;q=1, *;q=0.1', true],
    ['gzip;q=0', false],
    ['identity', false],
  ] as const) {
    const reply = await door({ method: 'GET', path: '/metrics', headers: { 'accept-encoding': coding } })
    // fetch decompresses replies, so daemon.fetch never asks for compression.
    expect(reply.headers['content-encoding']).toBe(packed && name !== 'in memory' ? 'gzip' : undefined)
    const text = (packed && name !== 'in memory' ? gunzipSync(reply.body) : reply.body).toString()
    expect(text).toContain('http_handler_duration_count{path="')
  }
  expect((await door({ method: 'POST', path: '/metrics', body: '' })).status).toBe(501)
})

test('times every path, unknown ones too, up to a limit', async () => {
  await using daemon = await startTestDaemon()
  await daemon.createQueue()
  for (let number = 0; number < 300; number++) await daemon.fetch(`/v1/nope.${number}`, { method: 'POST' })
  await daemon.fetch('/v1/a%20%22b%22%0a', { method: 'POST' })
  const text = await page(daemon)
  expect(text).toContain('http_handler_duration_count{path="/v1/queues.create"} 1\n')
  expect(text).toContain('http_handler_duration_count{path="/v1/nope.0"} 1\n')
  expect(text).toMatch(/http_handler_duration\{path="\/v1\/nope\.0",quantile="0\.5"\} [\d.e-]+\n/)
  expect(text).toMatch(/http_handler_duration\{path="\/v1\/nope\.0",quantile="0\.99"\} [\d.e-]+\n/)
  const counts = [...text.matchAll(/http_handler_duration_count\{path="([^"]*)"\} (\d+)/g)]
  expect(counts).toHaveLength(201)
  expect(counts.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(302)
})

test('escapes labels', async () => {
  await using daemon = await startTestDaemon()
  await daemon.fetch('/v1/a%20%22b%22%5c%0a', { method: 'POST' })
  expect(await page(daemon)).toContain('http_handler_duration_count{path="/v1/a \\"b\\"\\\\\\n"} 1\n')
})

test('shows what a queue holds and what happened in it', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen' })
  const queue = await daemon.createQueue({
    name: 'q',
    namespace: 'shop',
    maxAttempts: 2,
    deadQueue: true,
    partitions: 2,
  })
  const of = (name: string, queueName = 'q') =>
    sample(daemon, `querator_queue_${name}{queue="${queueName}",namespace="shop"}`)
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  await queue.produce({ enqueueAt: new Date(daemon.clock.now() + 600_000) })
  const lease = await queue.lease({ batchSize: 3 })
  const waits = queue.lease({ requestTimeout: '5m' })
  expect([await of('items'), await of('items_leased'), await of('items_scheduled')]).toEqual([3, 3, 1])
  expect(await of('leases_waiting')).toBe(1)
  expect([await of('items_produced_total'), await of('items_leased_total')]).toEqual([4, 3])
  await lease.items[0]?.complete()
  await lease.items[1]?.retry()
  expect([await of('items_completed_total'), await of('items_retried_total')]).toEqual([1, 1])
  // The retried item went to the waiting lease, on its last attempt.
  expect((await waits).items[0]?.attempts).toBe(2)
  await daemon.clock.advance('1m')
  expect([await of('items_lease_expired_total'), await of('items_dead_lettered_total')]).toEqual([2, 1])
  expect([await of('items', 'q-dead'), await of('items_produced_total', 'q-dead')]).toEqual([1, 0])
  await queue.delete()
  expect(await of('items')).toBeUndefined()
})

test('counts an item as expired with and without a dead letter queue', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen' })
  for (const deadQueue of [false, true]) {
    const name = `q-${deadQueue}`
    const queue = await daemon.createQueue({ name, deadQueue, expireTimeout: '1h' })
    await queue.produce({})
    await daemon.clock.advance('1h')
    const of = (what: string) =>
      sample(daemon, `querator_queue_items_${what}_total{queue="${name}",namespace="_system"}`)
    expect([await of('expired'), await of('dead_lettered')]).toEqual([1, deadQueue ? 1 : 0])
  }
})

test('shows figures for a thousand queues and adds up the rest', async () => {
  await using daemon = await startTestDaemon()
  for (let number = 0; number < 1003; number++) await daemon.createQueue({ name: `q${number}` })
  for (const name of ['q999', 'q1000', 'q1002']) await daemon.queue(name).produce({}, {})
  const items = (queue: string, namespace = '_system') =>
    sample(daemon, `querator_queue_items{queue="${queue}",namespace="${namespace}"}`)
  expect([await items('q999'), await items('q1000'), await items('~other', '')]).toEqual([2, undefined, 4])
})
