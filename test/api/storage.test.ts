/** Import and delete, and how they affect counts and the choice of partition (docs/protocol/admin.md §11; D7). */
import { expect, test } from 'vitest'
import { QueratorClient, startTestDaemon } from '../../src/index.js'
import { slow } from '../support/slow.js'

const START = new Date('2026-01-01T00:00:00Z')
/** Go's zero time. */
const ZERO_SECONDS = -62_135_596_800n

function daemonAtStart() {
  return startTestDaemon({ clock: { start: START }, log: 'silent' })
}

function after(seconds: number) {
  return { seconds: BigInt(START.getTime() / 1000 + seconds), nanos: 0 }
}

test('an import keeps every field except id and creation time', async () => {
  await using daemon = await daemonAtStart()
  const { name: queueName } = await daemon.createQueue()
  const given = {
    id: 'mine',
    sourceId: 'from-elsewhere',
    isLeased: true,
    leaseDeadline: { seconds: 1767225660n, nanos: 123456789 },
    expireDeadline: after(3600),
    createdAt: after(-1),
    enqueueAt: after(5),
    attempts: 3,
    maxAttempts: 5,
    reference: 'r',
    encoding: 'e',
    kind: 'k',
    payload: new Uint8Array([1, 2]),
  }
  const { items } = await daemon.client.storageItemsImport({ queueName, items: [given] })
  const { items: listed } = await daemon.client.storageItemsList({ queueName })
  expect(listed).toEqual(items)
  const { id, createdAt, enqueueAt: _, ...kept } = given
  expect(items).toMatchObject([{ ...kept, createdAt: after(0) }])
  expect(items[0]?.id).toMatch(/^[0-9A-Za-z]{27}$/)
  expect(items[0]?.enqueueAt).toBeUndefined()
  expect([id, createdAt]).not.toContainEqual(items[0]?.id)
  expect((await daemon.client.storageScheduledList({ queueName })).items).toEqual([])
})

test('an imported lease expires at the next look of the lifecycle', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  await daemon.client.storageItemsImport({
    queueName: queue.name,
    items: [{ reference: 'imported', isLeased: true, leaseDeadline: after(10), expireDeadline: after(3600) }],
  })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  expect(await daemon.clock.advance('1m')).toMatchObject([
    { kind: 'lease-expired', reference: 'imported' },
    { kind: 'lease-expired', reference: 'a' },
  ])
})

test('an overdue imported item waits for the next look, even if an earlier look found nothing to do', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ leaseTimeout: '20s' })
  await queue.produce({ reference: 'done' })
  await (await queue.lease()).complete()
  await daemon.clock.advance('1m')
  await daemon.client.storageItemsImport({
    queueName: queue.name,
    items: [{ reference: 'overdue', expireDeadline: after(0) }],
  })
  expect(await daemon.clock.advance('1ms')).toEqual([])
  expect(await queue.items()).toMatchObject([{ reference: 'overdue' }])
  await queue.produce({ reference: 'next' })
  await queue.lease({ batchSize: 2 })
  expect(await daemon.clock.advance('20s')).toMatchObject([
    { kind: 'lease-expired', reference: 'overdue' },
    { kind: 'lease-expired', reference: 'next' },
  ])
})

test('an item without an expire deadline expires at the next look', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  await daemon.client.storageItemsImport({ queueName: queue.name, items: [{ reference: 'imported' }] })
  await queue.produce({ reference: 'a' })
  await queue.lease({ batchSize: 2 })
  expect(await daemon.clock.advance('1m')).toMatchObject([{ reference: 'imported' }, { reference: 'a' }])
})

test('a source id stays taken until its item is completed or deleted, and a duplicate is skipped but returned', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  const item = { sourceId: 's', reference: 'x', expireDeadline: after(3600) }
  const importIt = async () => {
    const reply = await daemon.client.storageItemsImport({ queueName: queue.name, items: [{ ...item, id: 'own' }] })
    return reply.items[0]?.id
  }
  const id = (await importIt()) as string
  expect(await importIt()).toBe('own')
  expect(await queue.items()).toHaveLength(1)
  await daemon.client.storageItemsDelete({ queueName: queue.name, ids: [id] })
  expect(await importIt()).not.toBe('own')
  await (await queue.lease()).complete()
  expect(await importIt()).not.toBe('own')
  expect(await queue.items()).toHaveLength(1)
})

test('the source id of an expired item stays taken', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'asks for a look' })
  await queue.lease()
  const items = [{ sourceId: 's', id: 'own', reference: 'imported', expireDeadline: after(30) }]
  await daemon.client.storageItemsImport({ queueName: queue.name, items })
  expect(await daemon.clock.advance('1m')).toMatchObject([
    { kind: 'item-expired', reference: 'imported' },
    { kind: 'lease-expired' },
  ])
  const again = await daemon.client.storageItemsImport({ queueName: queue.name, items })
  expect(again.items[0]?.id).toBe('own')
  expect((await queue.items()).map(({ reference }) => reference)).toEqual(['asks for a look'])
})

test('a skipped item is returned as sent, with missing times as 1970 and without unshown fields', async () => {
  await using daemon = await daemonAtStart()
  const { name: queueName } = await daemon.createQueue()
  const first = { sourceId: 's', reference: 'first', expireDeadline: after(3600) }
  const times = { enqueueAt: after(5), deadDeadline: after(6), updatedAt: after(7) }
  const second = { ...first, ...times, id: 'own', attempts: 4, kind: 'k', createdAt: after(-1), isLeased: true }
  const { items } = await daemon.client.storageItemsImport({ queueName, items: [first, second, { sourceId: 's' }] })
  const { deadDeadline, updatedAt, enqueueAt, ...shown } = items[1] as NonNullable<(typeof items)[1]>
  expect([deadDeadline, updatedAt, enqueueAt]).toEqual([undefined, undefined, undefined])
  const epoch = { seconds: 0n, nanos: 0 }
  expect(shown).toMatchObject({ ...first, id: 'own', attempts: 4, isLeased: true, leaseDeadline: epoch })
  expect(shown.createdAt).toMatchObject(after(-1))
  expect(items[2]).toMatchObject({ sourceId: 's', leaseDeadline: epoch, expireDeadline: epoch, createdAt: epoch })
})

test('delete removes leased and scheduled items too, ignores unknown ids, and stops at a malformed one', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'leased' }, { reference: 'free' }, { reference: 'kept' })
  await queue.produce({ reference: 'scheduled', enqueueAt: new Date(START.getTime() + 60_000) })
  await queue.lease()
  const [leased, free, kept] = (await queue.items()).map((item) => item.id)
  const [scheduled] = (await queue.scheduled()).map((item) => item.id)
  const ids = [leased, scheduled, '0'.repeat(27), free, 'bad', kept] as string[]
  await expect(daemon.client.storageItemsDelete({ queueName: queue.name, ids })).rejects.toMatchObject({
    message: "invalid storage id; 'bad': Valid encoded KSUIDs are 27 characters",
  })
  expect((await queue.items()).map((item) => item.reference)).toEqual(['kept'])
  expect(await queue.counts()).toMatchObject({ total: 1, leased: 0, scheduled: 0 })
  await daemon.client.storageItemsDelete({ queueName: queue.name, ids }).catch(() => undefined)
  expect(await queue.items()).toHaveLength(1)
})

test('D7: the choice of partition counts imported and deleted items', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ partitions: 2 })
  const items = [1, 2, 3].map((n) => ({ reference: `i${n}`, expireDeadline: after(3600) }))
  const imported = await daemon.client.storageItemsImport({ queueName: queue.name, partition: 0, items })
  await queue.produce({ reference: 'to the empty one' })
  expect((await queue.items()).map((item) => [item.partition, item.reference])).toEqual([
    [0, 'i1'],
    [0, 'i2'],
    [0, 'i3'],
    [1, 'to the empty one'],
  ])
  const ids = imported.items.map((item) => item.id)
  await daemon.client.storageItemsDelete({ queueName: queue.name, partition: 0, ids })
  await queue.produce({ reference: 'to the emptied one' })
  expect((await queue.items()).map((item) => item.partition)).toEqual([0, 1])
})

test('a page starts at its pivot, or at the next greater id if that is gone', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  await queue.produce(...Array.from({ length: 600 }, (_, index) => ({ reference: `${index}` })))
  const all = await queue.items()
  const gone = all.slice(100, 400).map((item) => item.id)
  await daemon.client.storageItemsDelete({ queueName: queue.name, ids: gone })
  const page = async (pivot: string | undefined) => {
    const { items } = await daemon.client.storageItemsList({ queueName: queue.name, pivot: pivot ?? '', limit: 2 })
    return items.map((item) => item.reference)
  }
  expect(await page(all[99]?.id)).toEqual(['99', '400'])
  expect(await page(all[250]?.id)).toEqual(['400', '401'])
  expect(await page(all[599]?.id)).toEqual(['599'])
})

test('a lease expires on the real clock', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue({ leaseTimeout: '15ms' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  expect((await queue.lease({ requestTimeout: '10s' })).items).toMatchObject([{ reference: 'a', attempts: 2 }])
})

slow('refuses an import of too many items by their number, and imports none', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  const items = Array.from({ length: 100_001 }, () => ({}))
  await expect(daemon.client.storageItemsImport({ queueName: queue.name, items })).rejects.toMatchObject({
    code: 400,
    message:
      'items is invalid; an import takes at most 100000 items here, but received 100001; import them in several calls',
  })
  expect((await queue.counts()).total).toBe(0)
  // Errors about the queue come first, as everywhere.
  await expect(daemon.client.storageItemsImport({ queueName: 'no-such', items })).rejects.toThrow(
    'queue does not exist',
  )
  const { items: imported } = await daemon.client.storageItemsImport({ queueName: queue.name, items: items.slice(1) })
  expect(imported).toHaveLength(100_000)
  expect((await queue.counts()).total).toBe(100_000)
})

test('an import returns items as they were stored, even if a waiting lease takes them at once', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  const waiting = queue.lease()
  const { items } = await daemon.client.storageItemsImport({
    queueName: queue.name,
    items: [
      { reference: 'a', expireDeadline: after(3600) },
      { reference: 'b', isLeased: true, leaseDeadline: after(9) },
    ],
  })
  expect((await waiting).items).toMatchObject([{ reference: 'a', attempts: 1 }])
  expect(items).toMatchObject([
    { isLeased: false, attempts: 0, leaseDeadline: { seconds: 0n }, expireDeadline: after(3600) },
    { isLeased: true, attempts: 0, leaseDeadline: after(9), expireDeadline: { seconds: 0n } },
  ])
})

test.each([
  'protobuf',
  'json',
] as const)('attempts cover every 32-bit number and wrap around (%s)', async (encoding) => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue({ maxAttempts: 5 })
  const client = new QueratorClient({ endpoint: await daemon.listen(), encoding })
  const attempts = [-5, -1, 0, 2_147_483_646, 2_147_483_647, -2_147_483_648]
  const items = attempts.map((count) => ({ attempts: count, expireDeadline: after(3600) }))
  const imported = await client.storageItemsImport({ queueName: queue.name, items })
  expect(imported.items.map((item) => item.attempts)).toEqual(attempts)
  const lease = { queueName: queue.name, clientId: 'c', batchSize: 10, requestTimeout: '1m' }
  const leased = await client.queueLease(lease)
  const wrapped = [-4, 0, 1, 2_147_483_647, -2_147_483_648, -2_147_483_647]
  expect(leased.items.map((item) => item.attempts)).toEqual(wrapped)
  const listed = await client.storageItemsList({ queueName: queue.name })
  expect(listed.items.map((item) => item.attempts)).toEqual(wrapped)
  // The server counts in 64 bits, so an item that shows a negative number may still have run out of attempts.
  await queue.produce({ reference: 'asks for a look' })
  await queue.lease()
  const fired = await daemon.clock.advance('1m')
  expect(fired.map(({ kind }) => kind)).toEqual([
    'lease-expired',
    'lease-expired',
    'lease-expired',
    'attempts-exhausted',
    'attempts-exhausted',
    'lease-expired',
    'lease-expired',
  ])
})

test('nanoseconds outside their second carry over, as on the server', async () => {
  await using daemon = await daemonAtStart()
  const { name: queueName } = await daemon.createQueue()
  const { seconds } = after(60)
  const items = [
    { leaseDeadline: { seconds, nanos: -1 }, expireDeadline: { seconds, nanos: 1_500_000_000 } },
    { leaseDeadline: { seconds: ZERO_SECONDS, nanos: 0 }, expireDeadline: { seconds, nanos: -2_000_000_001 } },
  ]
  const imported = await daemon.client.storageItemsImport({ queueName, items })
  expect(imported.items).toMatchObject([
    {
      leaseDeadline: { seconds: seconds - 1n, nanos: 999_999_999 },
      expireDeadline: { seconds: seconds + 1n, nanos: 500_000_000 },
    },
    {
      leaseDeadline: { seconds: ZERO_SECONDS, nanos: 0 },
      expireDeadline: { seconds: seconds - 3n, nanos: 999_999_999 },
    },
  ])
})

test('a time that leaves the calendar through its nanoseconds is kept, and cannot be sent as JSON', async () => {
  await using daemon = await daemonAtStart()
  const { name: queueName } = await daemon.createQueue()
  const items = [{ leaseDeadline: { seconds: ZERO_SECONDS, nanos: -1 }, expireDeadline: after(60) }]
  await daemon.client.storageItemsImport({ queueName, items })
  const listed = await daemon.client.storageItemsList({ queueName })
  expect(listed.items[0]?.leaseDeadline).toEqual({ seconds: ZERO_SECONDS - 1n, nanos: 999_999_999 })
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ queueName })
  const reply = await daemon.fetch('/v1/storage/items.list', { method: 'POST', headers, body })
  expect([reply.status, await reply.json()]).toMatchObject([
    500,
    { message: 'proto: google.protobuf.Timestamp: seconds out of range -62135596801' },
  ])
})

test('a future time may have nanoseconds outside its second too', async () => {
  await using daemon = await daemonAtStart()
  const queue = await daemon.createQueue()
  const queueName = queue.name
  const { seconds } = after(1)
  const [near, ahead] = [-900_000_001, -900_000_000].map((nanos) => ({ seconds, nanos }))
  await daemon.client.queueProduce({
    queueName,
    requestTimeout: '1m',
    items: [{ enqueueAt: near }, { enqueueAt: ahead }],
  })
  expect(await queue.counts()).toMatchObject({ total: 1, scheduled: 1 })
  const { items } = await queue.lease()
  await daemon.client.queueRetry({ queueName, items: [{ id: items[0]?.id ?? '', retryAt: ahead }] })
  expect(await queue.counts()).toMatchObject({ total: 0, scheduled: 2 })
})
