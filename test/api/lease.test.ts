/** Waiting leases: served at once, in turn, abandoned or timed out (docs/protocol/queue.md §4; D1, D2, D6). */
import { describe, expect, test } from 'vitest'
import { nextTurn } from '../../src/clock/real-time.js'
import { QueratorClient, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { DOORS } from '../support/doors.js'
import { until } from '../support/turns.js'

function frozenDaemon(): Promise<TestDaemon> {
  return startTestDaemon({ clock: 'frozen', log: 'silent' })
}

test('D1: a waiting lease gets an item as soon as a lease expires, without another request', async () => {
  await using daemon = await frozenDaemon()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease({ clientId: 'slow' })
  const waiting = queue.lease({ clientId: 'quick', requestTimeout: '5m' })
  const fired = await daemon.clock.advance('1m')
  expect(fired).toMatchObject([{ kind: 'lease-expired', queue: queue.name, partition: 0, reference: 'a' }])
  expect((await waiting).items).toMatchObject([{ reference: 'a', attempts: 2 }])
})

test('D1: a waiting lease gets an item as soon as a scheduled one comes due', async () => {
  await using daemon = await frozenDaemon()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'later', enqueueAt: new Date(daemon.clock.now() + 60_000) })
  const waiting = queue.lease({ requestTimeout: '5m' })
  expect(await daemon.clock.advance('59s')).toEqual([])
  expect(await daemon.clock.advance('1s')).toMatchObject([{ kind: 'item-due', reference: 'later' }])
  expect((await waiting).items).toMatchObject([{ reference: 'later', attempts: 1 }])
})

test('D1: a waiting lease gets an item as soon as one is retried or imported', async () => {
  await using daemon = await frozenDaemon()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  const held = await queue.lease()
  const first = queue.lease({ clientId: 'first' })
  await held.retry()
  expect((await first).items[0]?.reference).toBe('a')
  const second = queue.lease({ clientId: 'second' })
  await daemon.client.storageItemsImport({ queueName: queue.name, items: [{ reference: 'imported' }] })
  expect((await second).items[0]?.reference).toBe('imported')
})

test('D6: a lease expires when the clock reaches its deadline, not a tick later', async () => {
  await using daemon = await frozenDaemon()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  expect(await daemon.clock.advance(59_999)).toEqual([])
  expect((await queue.counts()).leased).toBe(1)
  expect(await daemon.clock.advance(1)).toHaveLength(1)
  expect((await queue.counts()).leased).toBe(0)
})

test('a request times out by the clock of the daemon, and the event names the client', async () => {
  await using daemon = await frozenDaemon()
  const queue = await daemon.createQueue()
  const waiting = queue.lease({ clientId: 'worker', requestTimeout: '30s' })
  const refused = expect(waiting).rejects.toMatchObject({
    code: 454,
    codeText: 'Retry Request',
    message: 'request timeout; no items are in the queue, try again',
  })
  const start = daemon.clock.now()
  expect(await daemon.clock.advance('30s')).toEqual([
    { kind: 'lease-timed-out', time: new Date(start + 30_000), queue: queue.name, clientId: 'worker' },
  ])
  await refused
})

test('an item that becomes free at the moment of the timeout is still leased', async () => {
  await using daemon = await frozenDaemon()
  const queue = await daemon.createQueue({ leaseTimeout: '30s' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  const waiting = queue.lease({ requestTimeout: '30s' })
  await daemon.clock.advance('30s')
  expect((await waiting).items[0]?.reference).toBe('a')
})

test('a lease times out on the real clock', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue()
  await expect(queue.lease({ requestTimeout: '11ms' })).rejects.toMatchObject({ code: 454 })
})

test('aborting the signal of a call ends its waiting lease', async () => {
  await using daemon = await frozenDaemon()
  const queue = await daemon.createQueue()
  const abort = new AbortController()
  const waiting = queue.lease({ signal: abort.signal })
  const gone = expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  abort.abort()
  await gone
  expect((await queue.counts()).leasesWaiting).toBe(0)
  await queue.produce({ reference: 'a' })
  expect(await queue.counts()).toMatchObject({ total: 1, leased: 0 })
})

test('a lease with an aborted signal is never sent', async () => {
  await using daemon = await frozenDaemon()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  await expect(queue.lease({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  expect((await queue.counts()).leased).toBe(0)
})

describe.each(Object.keys(DOORS))('D2: a client that hangs up, %s,', (name) => {
  test('ends its waiting lease at once and loses no item', async () => {
    await using daemon = await frozenDaemon()
    const door = await DOORS[name]?.(daemon)
    const queue = await daemon.createQueue()
    const abort = new AbortController()
    const body = JSON.stringify({ queueName: queue.name, clientId: 'gone', batchSize: 1, requestTimeout: '5m' })
    const waiting = door?.({ path: '/v1/queue.lease', body, signal: abort.signal })
    waiting?.catch(() => undefined)
    await until('the lease waits', async () => (await queue.counts()).leasesWaiting === 1)
    abort.abort()
    await until('the lease is dropped', async () => (await queue.counts()).leasesWaiting === 0)
    await queue.produce({ reference: 'a' })
    expect(await queue.counts()).toMatchObject({ total: 1, leased: 0 })
  })
})

test.each(Object.keys(DOORS))('%s: closing the daemon answers a waiting lease before it hangs up', async (name) => {
  const daemon = await frozenDaemon()
  const door = await DOORS[name]?.(daemon)
  const queue = await daemon.createQueue()
  const body = JSON.stringify({ queueName: queue.name, clientId: 'waits', batchSize: 1, requestTimeout: '5m' })
  const waiting = door?.({ path: '/v1/queue.lease', headers: { 'content-type': 'application/json' }, body })
  await until('the lease waits', async () => (await queue.counts()).leasesWaiting === 1)
  await daemon.close()
  const reply = await waiting
  expect([reply?.status, JSON.parse(String(reply?.body))]).toMatchObject([453, { message: 'queue is shutting down' }])
})

test('aborting a lease over TCP rejects at once and ends the waiting lease', async () => {
  await using daemon = await frozenDaemon()
  const queue = await daemon.createQueue()
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  const abort = new AbortController()
  const request = { queueName: queue.name, clientId: 'gone', batchSize: 1, requestTimeout: '5m' }
  const rejected = expect(client.queueLease(request, { signal: abort.signal })).rejects.toMatchObject({
    name: 'AbortError',
  })
  await until('the lease waits', async () => (await queue.counts()).leasesWaiting === 1)
  abort.abort()
  await rejected
  await until('the lease is dropped', async () => (await queue.counts()).leasesWaiting === 0)
})

test('deleting the queue or closing the daemon ends waiting leases with 453', async () => {
  const daemon = await frozenDaemon()
  const [first, second] = [await daemon.createQueue(), await daemon.createQueue()]
  const ended = { code: 453, message: 'queue is shutting down' }
  const waiting = [first, second].map((queue) => expect(queue.lease()).rejects.toMatchObject(ended))
  await first.delete()
  await waiting[0]
  await daemon.close()
  await waiting[1]
})

const BODIES: Record<string, (text: string) => NonNullable<RequestInit['body']>> = {
  'a string': (text) => text,
  bytes: (text) => Buffer.from(text),
  'a blob': (text) => new Blob([text]),
  'a stream': (text) => new Blob([text]).stream(),
}

test.each(
  Object.entries(BODIES),
)('D2: a fetch aborted at once gets no item when its body is %s', async (what, bodyOf) => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue({ name: 'q' })
  // A complete body makes the lease run at once, so it would get an existing item.
  const isWhole = what === 'a string' || what === 'bytes'
  if (!isWhole) await queue.produce({ reference: 'a' })
  const ask = { queueName: 'q', clientId: 'c', batchSize: 1, requestTimeout: '1m' }
  const abort = new AbortController()
  const headers = { 'content-type': 'application/json' }
  const body = bodyOf(JSON.stringify(ask))
  const gone = daemon.fetch('/v1/queue.lease', { method: 'POST', body, headers, signal: abort.signal })
  const rejected = expect(gone).rejects.toMatchObject({ name: 'AbortError' })
  abort.abort()
  await rejected
  if (isWhole) await queue.produce({ reference: 'a' })
  // Reading a stream takes some turns of the event loop.
  for (let turn = 0; turn < 10; turn++) await nextTurn()
  expect(await queue.counts()).toMatchObject({ leased: 0, leasesWaiting: 0 })
})
