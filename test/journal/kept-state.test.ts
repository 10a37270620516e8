/** What a daemon still has after its process has ended, and nothing else. */
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import type { ConfigTree, TestDaemon } from '../../src/index.js'
import { watchEnds } from '../storage/ends.js'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { daemonOf, inOneStorage, lastingDaemon } from '../support/lasting.js'

/** Two queues, each in a storage of its own. */
const DEAD_ELSEWHERE: ConfigTree = {
  queues: [queueIn('dead', 'other', {}), queueIn('main', 'one', { 'dead-queue': 'dead', 'max-attempts': 1 })],
}

function queueIn(name: string, storage: string, more: object): NonNullable<ConfigTree['queues']>[number] {
  const partitions = [{ partition: 0, 'storage-name': storage }]
  return { name, 'lease-timeout': '1m', 'expire-timeout': '24h', 'requested-partitions': 1, partitions, ...more }
}

/** A daemon that begins with what another one has kept, as if that had just been killed. */
function after(place: KeptPlace): Promise<TestDaemon> {
  return inOneStorage(new KeptStorage(place.copy()))
}

test('items, attempts, leases with deadlines, scheduled items and the order are there again', async () => {
  const place = new KeptPlace()
  const daemon = await inOneStorage(new KeptStorage(place), { seed: 1 })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', expireTimeout: '1h', maxAttempts: 3 })
  await queue.produce(
    { reference: 'a', text: 'first', kind: 'k', encoding: 'e' },
    { reference: 'b', bytes: Uint8Array.of(0, 255, 128) },
    { reference: 'ü漢', text: 'text ü漢' },
  )
  await queue.produce({ reference: 'later', enqueueAt: new Date(daemon.clock.now() + 600_000) })
  const lease = await queue.lease({ batchSize: 2, clientId: 'worker' })
  await lease.items[1]?.retry()
  const [items, scheduled, info] = [
    await queue.items(),
    await queue.scheduled(),
    await daemon.client.queuesInfo({ queueName: 'orders' }),
  ]

  const next = await after(place)
  expect(await next.queue('orders').items()).toEqual(items)
  expect(await next.queue('orders').scheduled()).toEqual(scheduled)
  expect(await next.client.queuesInfo({ queueName: 'orders' })).toEqual(info)
})

test('an id that was leased before can be completed afterwards, and new ids follow the old ones', async () => {
  const place = new KeptPlace()
  const daemon = await inOneStorage(new KeptStorage(place))
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const { items, partition } = await queue.lease({ batchSize: 2 })
  const ids = items.map(({ id }) => id)
  // The last number must not be given out again, although nothing has it any more.
  await daemon.client.queueComplete({ queueName: 'orders', partition, ids: [ids[1] as string], requestTimeout: '1m' })

  const next = await after(place)
  await next.client.queueComplete({ queueName: 'orders', partition, ids: [ids[0] as string], requestTimeout: '1m' })
  expect(await next.queue('orders').counts()).toMatchObject({ total: 0 })
  await next.queue('orders').produce({ reference: 'c' })
  const [produced] = await next.queue('orders').items()
  expect(ids).not.toContain(produced?.id)
  expect(String(produced?.id) > String(ids[1])).toBe(true)
})

test('a lease that ran out meanwhile is over at the start, and a scheduled item comes due', async () => {
  const place = new KeptPlace()
  const storage = new KeptStorage(place)
  const daemon = await inOneStorage(storage)
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  await queue.produce({ reference: 'later', enqueueAt: new Date(daemon.clock.now() + 30_000) })
  await daemonOf(daemon).restart({ keeps: undefined, after: '2m' })
  const items = await queue.items()
  expect(items.map(({ reference, leased, attempts }) => ({ reference, leased, attempts }))).toEqual([
    { reference: 'later', leased: false, attempts: 0 },
    { reference: 'a', leased: false, attempts: 1 },
  ])
})

test('updated and deleted queues stay so, and a new queue of the same name begins empty', async () => {
  const place = new KeptPlace()
  const daemon = await inOneStorage(new KeptStorage(place))
  const kept = await daemon.createQueue({ name: 'kept', leaseTimeout: '1m' })
  await daemon.client.queuesUpdate({ queueName: 'kept', maxAttempts: 7, reference: 'changed' })
  const gone = await daemon.createQueue({ name: 'gone' })
  await gone.produce({ reference: 'x' })
  await daemon.client.queuesDelete({ queueName: 'gone' })
  await kept.produce({ reference: 'y' })

  const next = await after(place)
  expect((await next.client.queuesList({})).items.map(({ queueName }) => queueName)).toEqual(['kept'])
  expect(await next.client.queuesInfo({ queueName: 'kept' })).toMatchObject({ maxAttempts: 7, reference: 'changed' })
  await next.createQueue({ name: 'gone' })
  expect(await next.queue('gone').items()).toEqual([])
  expect(place.items.size).toBe(1)
})

test('source ids stay taken, also those of items that ended', async () => {
  const place = new KeptPlace()
  const daemon = await inOneStorage(new KeptStorage(place))
  await daemon.createQueue({ name: 'q', leaseTimeout: '1s', expireTimeout: '1m' })
  const item = (sourceId: string, minutes: number) => ({
    sourceId,
    reference: sourceId,
    expireDeadline: new Date(daemon.clock.now() + minutes * 60_000),
  })
  const bring = (to: TestDaemon, ...items: object[]) =>
    to.client.storageItemsImport({ queueName: 'q', partition: 0, items: items as never })
  await bring(daemon, item('stays', 60), item('ends', 1))
  await daemon.clock.advance('2m')
  expect(await daemon.queue('q').items()).toHaveLength(1)

  const next = await after(place)
  await bring(next, item('stays', 60), item('ends', 60), item('new', 60))
  expect((await next.queue('q').items()).map(({ reference }) => reference)).toEqual(['stays', 'new'])
})

test('an item that goes to a dead letter queue in another storage is in one of both, whenever the process ends', async () => {
  const ends = watchEnds([new KeptPlace(), new KeptPlace()])
  const start = (a: KeptStorage, b: KeptStorage) =>
    lastingDaemon({ queues: a, partitions: { one: a, other: b }, config: DEAD_ELSEWHERE })
  const daemon = await start(ends.storage(0), ends.storage(1))
  const queue = daemon.queue('main')
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await queue.lease()
  await queue.lease()
  ends.found.length = 0
  await daemon.clock.advance('2m')
  const taken = await daemon.queue('dead').lease({ batchSize: 2 })
  await taken.complete()
  expect(ends.found.length).toBeGreaterThan(6)

  const last = structuredClone(ends.found.at(-1))
  for (const [one, other] of ends.found) {
    const isLast = isDeepStrictEqual(structuredClone([one, other]), last)
    const next = await start(new KeptStorage(one), new KeptStorage(other))
    await daemonOf(next).clock.advance(120_000 + 1)
    const seen = [...(await next.queue('main').items()), ...(await next.queue('dead').items())].map(
      ({ reference }) => reference,
    )
    expect([[], ['a', 'b']]).toContainEqual(seen.sort())
    expect(seen.length === 0).toBe(isLast)
    await next.close()
  }
})

test('a queue that is deleted is there with its items, or gone, whenever the process ends', async () => {
  const ends = watchEnds([new KeptPlace(), new KeptPlace()])
  const start = (queues: KeptStorage, items: KeptStorage) => lastingDaemon({ queues, partitions: { disk: items } })
  const daemon = await start(ends.storage(0), ends.storage(1))
  const queue = await daemon.createQueue({ name: 'q', partitions: 2 })
  await queue.produce({ reference: 'a' })
  await queue.produce({ reference: 'b' })
  ends.found.length = 0
  await daemon.client.queuesDelete({ queueName: 'q', force: true })
  await daemon.close()
  expect(ends.found.length).toBeGreaterThan(2)
  for (const places of ends.found) {
    const next = await start(...(places.map((place) => new KeptStorage(place)) as [KeptStorage, KeptStorage]))
    const { items } = await next.client.queuesList({})
    if (items.length > 0) expect(await next.queue('q').items()).toHaveLength(2)
    await next.close()
  }
})

test('users, keys, roles, bindings and namespaces are there again, and a key still works', async () => {
  const place = new KeptPlace()
  const daemon = await inOneStorage(new KeptStorage(place), { auth: 'internal' })
  const queue = await daemon.createQueue({ name: 'shop-orders', namespace: 'shop' })
  await queue.produce({ reference: 'a' })
  const user = await daemon.createUser({ permissions: ['queue.lease'], namespace: 'shop' })
  await user.queueLease({ queueName: 'shop-orders', clientId: 'c', batchSize: 1, requestTimeout: '1s' })
  const before = [
    await daemon.client.usersList({}),
    await daemon.client.apiKeysList({}),
    await daemon.client.namespacesList({}),
  ]

  const next = await inOneStorage(new KeptStorage(place.copy()), { auth: 'internal' })
  expect([
    await next.client.usersList({}),
    await next.client.apiKeysList({}),
    await next.client.namespacesList({}),
  ]).toEqual(before)
  const client = next.clientWith({ apiKey: user.key })
  await expect(client.queuesList({})).rejects.toMatchObject({ code: 403 })
})
