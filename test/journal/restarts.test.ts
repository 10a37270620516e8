/** What happens when a daemon goes down and comes up at awkward moments, or finds storages that do not fit together. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { createLog } from '../../src/daemon/log.js'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { daemonOf, inOneStorage, lastingDaemon } from '../support/lasting.js'
import { turn } from '../support/turns.js'

const UP = { keeps: undefined, after: 0 }

/** A daemon with its queues in one place and its items in another. */
function inTwo(queues: KeptPlace, items: KeptPlace) {
  return lastingDaemon({ queues: new KeptStorage(queues), partitions: { disk: new KeptStorage(items) } })
}

test('a lease that waits when the daemon crashes has no reply, also if batches were waiting', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  const [queue, other] = [await daemon.createQueue({ name: 'q' }), await daemon.createQueue({ name: 'other' })]
  await queue.produce({ reference: 'a' })
  storage.hold()
  const calls: Promise<unknown>[] = [
    other.lease({ requestTimeout: '10m' }).catch(String),
    queue.produce({}).catch(String),
  ]
  await turn()
  // Which is more than one batch.
  calls.push(daemon.client.queuesDelete({ queueName: 'q', force: true }).catch(String))
  await turn()
  const crash = daemonOf(daemon).crash(undefined)
  await turn()
  storage.release()
  await crash
  for (const result of await Promise.all(calls)) expect(result).toMatch(/connection|crashed/)
})

test('a restart waits until a crash has ended', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  const queue = await daemon.createQueue({ name: 'q' })
  storage.hold()
  const produced = queue.produce({ reference: 'a' }).catch(() => undefined)
  await turn()
  const crash = daemonOf(daemon).crash(undefined)
  const restart = daemonOf(daemon).restart(UP)
  await turn()
  storage.release()
  await Promise.all([crash, restart, produced])
  expect(await queue.items()).toHaveLength(1)
})

test.each([
  'storages',
  'memory',
])('of two restarts of a daemon in %s, the second is refused, and the first succeeds', async (where) => {
  const disk = where === 'memory' ? undefined : new KeptStorage()
  const daemon = await lastingDaemon({ queues: disk, partitions: { disk } })
  const queue = await daemon.createQueue({ name: 'q' })
  await queue.produce({ reference: 'a' })
  await daemonOf(daemon).crash(disk === undefined ? 'items' : undefined)
  const first = daemonOf(daemon).restart(UP)
  await expect(daemonOf(daemon).restart(UP)).rejects.toThrow(/is starting again/)
  await first
  expect(await queue.items()).toHaveLength(1)
})

test('a daemon that is closed while it starts again leaves its storages free', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  await daemonOf(daemon).crash(undefined)
  const open = storage.open.bind(storage)
  storage.open = async () => {
    for (let turns = 0; turns < 20; turns++) await turn()
    await open()
  }
  const restart = daemonOf(daemon).restart(UP)
  await Promise.allSettled([daemon.close(), restart])
  expect(storage.place.holder).toBeUndefined()
})

test('a daemon whose declared queue is invalid leaves its storages free', async () => {
  const storage = new KeptStorage()
  const queues = [{ name: 'q', 'lease-timeout': '2m', 'expire-timeout': '1m', 'requested-partitions': 1 }]
  const started = lastingDaemon({ queues: storage, partitions: { disk: storage }, config: { queues } })
  await expect(started).rejects.toThrow(/invalid queue 'q' in the configuration/)
  expect(storage.place.holder).toBeUndefined()
})

test('a storage that cannot say how large it is can be used', async () => {
  const storage = new KeptStorage()
  storage.size = () => Promise.reject(new Error('permission denied'))
  const daemon = await inOneStorage(storage)
  await (await daemon.createQueue({ name: 'q' })).produce({ reference: 'a' })
  expect(await daemon.queue('q').items()).toHaveLength(1)
})

test('what came due while no daemon was there happens at the start, also on a frozen clock', async () => {
  const place = new KeptPlace()
  const start = Date.parse('2026-01-01T00:00:00Z')
  const at = (now: number) => ({ clock: new MovableClock({ start: new Date(now) }) })
  const daemon = await inOneStorage(new KeptStorage(place), at(start))
  const queue = await daemon.createQueue({ name: 'q', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  await queue.produce({ reference: 'later', enqueueAt: new Date(start + 30_000) })
  await daemon.close()
  const next = await inOneStorage(new KeptStorage(place), at(start + 120_000))
  expect(await next.queue('q').counts()).toMatchObject({ total: 2, leased: 0, scheduled: 0 })
})

test('a daemon that starts with an earlier time has the same deadlines, and gives out later ids', async () => {
  const place = new KeptPlace()
  const at = (now: string) => ({ clock: new MovableClock({ start: new Date(now) }) })
  const daemon = await inOneStorage(new KeptStorage(place), at('2026-01-01T12:00:00Z'))
  const queue = await daemon.createQueue({ name: 'q', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  const { items: held } = await queue.lease()
  const before = await queue.items()
  await daemon.close()
  const next = await inOneStorage(new KeptStorage(place), at('2026-01-01T11:00:00Z'))
  await next.queue('q').produce({ reference: 'b' })
  const [a, b] = await next.queue('q').items()
  expect([a]).toEqual(before)
  expect(String(b?.id) > String(held[0]?.id)).toBe(true)
})

test('a seed does not give ids and keys again that an earlier life gave out', async () => {
  const place = new KeptPlace()
  const ids: string[] = []
  for (const name of ['one', 'two', 'three']) {
    const daemon = await inOneStorage(new KeptStorage(place), {
      seed: 1,
      auth: 'internal',
      clock: new MovableClock({ start: new Date(0) }),
    })
    const queue = await daemon.createQueue({ name })
    await queue.produce({ reference: name })
    ids.push(...(await queue.items()).map(({ id }) => id))
    const { id } = await daemon.client.usersCreate({ username: name })
    ids.push(id, (await daemon.client.apiKeysCreate({ userId: id, name })).key)
    await daemon.close()
  }
  expect(new Set(ids).size).toBe(9)
})

test('without the storage of the queues, items wait for a queue of their name, over starts', async () => {
  const items = new KeptPlace()
  const first = await inTwo(new KeptPlace(), items)
  for (const name of ['a', 'b']) await (await first.createQueue({ name })).produce({ reference: name })
  await first.close()
  const forgetful = await lastingDaemon({ partitions: { disk: new KeptStorage(items) } })
  expect(await (await forgetful.createQueue({ name: 'b' })).items()).toMatchObject([{ reference: 'b' }])
  await forgetful.close()
  const queues = new KeptPlace()
  const third = await inTwo(queues, items)
  expect(await (await third.createQueue({ name: 'b' })).items()).toMatchObject([{ reference: 'b' }])
  await third.close()
  const fourth = await inTwo(queues, items)
  expect(await fourth.queue('b').items()).toMatchObject([{ reference: 'b' }])
  expect(await (await fourth.createQueue({ name: 'a' })).items()).toMatchObject([{ reference: 'a' }])
})

test('items of another daemon are refused, although a queue has the number of theirs', async () => {
  const [items, queues] = [new KeptPlace(), new KeptPlace()]
  const first = await inTwo(new KeptPlace(), items)
  await (await first.createQueue({ name: 'a' })).produce({ reference: 'a' })
  await first.close()
  const other = await inTwo(queues, new KeptPlace())
  await other.createQueue({ name: 'b' })
  await other.close()
  await expect(inTwo(queues, items)).rejects.toThrow(/has items of other queues/)
})

test('a queue-storage that is new is refused if there are items of other queues, and changes nothing', async () => {
  const [queues, items] = [new KeptPlace(), new KeptPlace()]
  const first = await inTwo(queues, items)
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'a' })
  await first.close()
  await expect(inTwo(new KeptPlace(), items)).rejects.toThrow(/has items of queues that are not in .*queue-storage: /)
  expect(await (await inTwo(queues, items)).queue('q').items()).toHaveLength(1)
})

test.each([
  ['both', (queues: KeptPlace, items: KeptPlace) => inTwo(items, queues)],
  ['only the queue-storage', (_: KeptPlace, items: KeptPlace) => inTwo(items, new KeptPlace())],
  [
    'the queue-storage, and no partition-storage lasts',
    (_: KeptPlace, items: KeptPlace) => {
      return lastingDaemon({ queues: new KeptStorage(items), partitions: { disk: undefined } })
    },
  ],
])('storages that are swapped are refused, and keep everything: %s', async (_, swapped) => {
  const [queues, items] = [new KeptPlace(), new KeptPlace()]
  const first = await inTwo(queues, items)
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'a' })
  await first.close()
  await expect(swapped(queues, items)).rejects.toThrow(/did you swap it with a partition-storage/)
  expect(await (await inTwo(queues, items)).queue('q').items()).toMatchObject([{ reference: 'a' }])
})

test('a first start with a queue-storage that ends between two storages is no obstacle to the next', async () => {
  const [queues, items] = [new KeptPlace(), new KeptPlace()]
  const forgetful = await lastingDaemon({ partitions: { disk: new KeptStorage(items) } })
  await (await forgetful.createQueue({ name: 'q' })).produce({ reference: 'a' })
  await forgetful.close()
  const slow = new KeptStorage(queues)
  slow.hold()
  await lastingDaemon({ queues: slow, partitions: { disk: new KeptStorage(items) } })
  await turn()
  const next = await inTwo(queues.copy(), items.copy())
  expect(await (await next.createQueue({ name: 'q' })).items()).toMatchObject([{ reference: 'a' }])
})

test('a queue whose record is written before it has taken what is left has it after the next start', async () => {
  const [items, queues] = [new KeptPlace(), new KeptPlace()]
  const first = await lastingDaemon({ partitions: { disk: new KeptStorage(items) } })
  const produced = await first.createQueue({ name: 'q' })
  await produced.produce({ reference: 'a' })
  const ids = (await produced.items()).map(({ id }) => id)
  await first.close()
  const unclaimed = items.copy()
  const second = await inTwo(queues, items)
  await second.createQueue({ name: 'q' })
  await second.close()
  // As if the process had ended between the two storages.
  const third = await inTwo(queues, unclaimed)
  await third.queue('q').produce({ reference: 'b' })
  const all = await third.queue('q').items()
  expect(all.map(({ reference }) => reference)).toEqual(['a', 'b'])
  expect(all[0]?.id).toBe(ids[0])
})

test('a namespace that is deleted and created again in one batch is the last one', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  for (const name of ['x', 'y']) await daemon.client.namespacesCreate({ name })
  storage.hold()
  const calls = [daemon.client.namespacesCreate({ name: 'z' })]
  await turn()
  calls.push(daemon.client.namespacesDelete({ name: 'x' }), daemon.client.namespacesCreate({ name: 'x' }))
  await turn()
  storage.release()
  await Promise.all(calls)
  const next = await inOneStorage(new KeptStorage(storage.place.copy()))
  const names = (await next.client.namespacesList({})).items.map(({ name }) => name)
  expect(names).toEqual(['_system', 'y', 'z', 'x'])
})

test('reset leaves nothing of queues and users in the storages, and what is created then is kept', async () => {
  const place = new KeptPlace()
  const daemon = await inOneStorage(new KeptStorage(place), { seed: 1, auth: 'internal' })
  await (await daemon.createQueue({ name: 'old' })).produce({ reference: 'a' })
  await daemon.client.usersCreate({ username: 'old' })
  daemonOf(daemon).reset()
  const queue = await daemon.createQueue({ name: 'new' })
  await queue.produce({ reference: 'b' })
  const state = [await daemon.client.queuesList({}), await queue.items(), await daemon.client.usersList({})]
  const next = await inOneStorage(new KeptStorage(place.copy()), { seed: 1, auth: 'internal' })
  const users = await next.client.usersList({})
  expect([await next.client.queuesList({}), await next.queue('new').items(), users]).toEqual(state)
  expect([...(place.records.get('partition') ?? [])]).toHaveLength(1)
})

test('the open door is open again after a start', async () => {
  const place = new KeptPlace()
  const daemon = await inOneStorage(new KeptStorage(place), { auth: 'internal' })
  const binding = { namespace: '_system', roleName: 'Admin', userId: 'anonymous' }
  await daemon.client.roleBindingsDelete(binding)
  await daemon.close()
  const next = await inOneStorage(new KeptStorage(place), { auth: 'internal' })
  expect((await next.client.roleBindingsList({ namespace: '_system' })).items).toHaveLength(1)
  expect((await next.client.usersList({})).items).toHaveLength(1)
})

test('a folder that was emptied is told in the log, and its queues begin empty', async () => {
  const [queues, items] = [new KeptPlace(), new KeptPlace()]
  const start = (place: KeptPlace, messages: string[] = []) => {
    const log = createLog({ now: () => 0, record: ({ message }) => messages.push(message) })
    return lastingDaemon({ queues: new KeptStorage(queues.copy()), partitions: { a: new KeptStorage(place) } }, { log })
  }
  const first = await lastingDaemon({ queues: new KeptStorage(queues), partitions: { a: new KeptStorage(items) } })
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'a' })
  const messages: string[] = []
  await start(items.copy(), messages)
  expect(messages).toEqual([])
  const emptied = await start(new KeptPlace(), messages)
  expect(messages).toEqual([expect.stringMatching(/^the storage of 'q' has none of its partitions/)])
  expect(await emptied.queue('q').items()).toEqual([])
})

test('what a storage was not given before a crash is lost in the crash, not in the restart', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  const queue = await daemon.createQueue({ name: 'q' })
  storage.hold()
  const calls = [queue.produce({ reference: 'a' })]
  await turn()
  calls.push(queue.produce({ reference: 'b' }))
  const settled = Promise.allSettled(calls)
  await turn()
  const crash = daemonOf(daemon).crash(undefined)
  storage.release()
  await Promise.all([crash, settled])
  await daemonOf(daemon).restart({ keeps: undefined, after: 0 })
  expect(daemon.events.ofKind('item-lost', 1).map(({ reference, call }) => `${reference} ${call}`)).toEqual(['b crash'])
})

test('a restart that finds its port taken moves no clock and leaves the storages free, and the next one succeeds', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  const queue = await daemon.createQueue({ name: 'q' })
  await queue.produce({ reference: 'a' })
  const { port } = new URL(await daemon.listen())
  await daemon.crash()
  const other = createServer().listen(Number(port), '127.0.0.1')
  await once(other, 'listening')
  const before = daemon.clock.now()
  await expect(daemon.restart({ after: '30s' })).rejects.toThrow(/the port is in use/)
  expect(daemon.clock.now() - before).toBe(0)
  expect(storage.place.holder).toBeUndefined()
  other.close()
  await once(other, 'close')
  await daemon.restart({ after: '30s' })
  expect(daemon.clock.now() - before).toBe(30_000)
  expect(await queue.items()).toHaveLength(1)
  await daemon.close()
})

/** A daemon with one leased item, whose storage keeps nothing from now on. */
async function withLeased(storage: KeptStorage) {
  const daemon = await inOneStorage(storage)
  const queue = await daemon.createQueue({ name: 'q' })
  await queue.produce({ reference: 'a' })
  const lease = await queue.lease({ clientId: 'mine' })
  storage.failNext(1_000_000)
  const goDownAndUp = async () => {
    await turn()
    await daemonOf(daemon).crash(undefined)
    storage.heal()
    await daemonOf(daemon).restart(UP)
  }
  return { daemon, queue, lease, goDownAndUp }
}

test.each([
  'retry',
  'complete',
] as const)('an item whose %s was not kept is not lost, and its timeline is whole', async (call) => {
  const { daemon, queue, lease, goDownAndUp } = await withLeased(new KeptStorage())
  lease[call]().catch(() => undefined)
  await goDownAndUp()
  expect(await queue.items()).toMatchObject([{ reference: 'a', leased: true }])
  await daemon.clock.advance('1h')
  const [again] = (await queue.lease()).items
  const kinds = again?.history().map(({ kind }) => kind)
  const ended = call === 'retry' ? 'retried' : 'completed'
  const over = ['daemon-crashed', 'daemon-restarted']
  expect(kinds).toEqual(['produced', 'leased', ended, ...over, 'lease-expired', 'leased'])
  expect(daemon.events.ofKind('item-lost', 1)).toEqual([])
  await daemon.close()
})

test('a lease that is back knows its call', async () => {
  const storage = new KeptStorage()
  const daemon = await lastingDaemon({ queues: storage, partitions: { disk: storage }, callSites: { skip: [] } })
  const queue = await daemon.createQueue({ name: 'q' })
  await queue.produce({ reference: 'a' })
  await queue.lease({ clientId: 'mine' })
  const leased = /^ +a \(#1\) is leased by mine, .* \(test\/journal\/restarts\.test\.ts:\d+\)$/m
  expect(queue.explain()).toMatch(leased)
  await daemonOf(daemon).restart(UP)
  expect(queue.explain()).toMatch(leased)
  await daemon.close()
})

test('of several items, those that are not back are lost, also if the daemon had only read them', async () => {
  const place = new KeptPlace()
  const first = await inOneStorage(new KeptStorage(place))
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'a' }, { reference: 'b' })
  await first.close()
  const storage = new KeptStorage(place)
  const daemon = await inOneStorage(storage)
  await daemonOf(daemon).crash(undefined)
  for (const items of place.items.values()) items.clear()
  await daemonOf(daemon).restart(UP)
  expect(daemon.events.ofKind('item-lost', 1).map(({ reference }) => reference)).toEqual(['a', 'b'])
  await daemon.close()
})
