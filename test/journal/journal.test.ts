/** When replies come, and how changes are put together to batches. */
import { expect, test, vi } from 'vitest'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { daemonOf, inOneStorage, lastingDaemon } from '../support/lasting.js'
import { turn } from '../support/turns.js'

async function withQueue() {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  const queue = await daemon.createQueue({ name: 'q', leaseTimeout: '1m' })
  storage.appended.length = 0
  return { storage, daemon, queue }
}

/** Whether a promise has settled by now. */
function watched(promise: Promise<unknown>): { settled: boolean } {
  const state = { settled: false }
  const settle = () => {
    state.settled = true
  }
  promise.then(settle, settle)
  return state
}

test('a call gets its reply when its change is written, and not before', async () => {
  const { storage, queue, daemon } = await withQueue()
  storage.hold()
  const produced = queue.produce({ reference: 'a' })
  const produce = watched(produced)
  await turn()
  expect(storage.waiting).toBe(1)
  expect(produce.settled).toBe(false)
  // What another client sees would be wrong if the process ended now.
  const seen = daemon.client.queueStats({ queueName: 'q' })
  const stats = watched(seen)
  await turn()
  expect(stats.settled).toBe(false)
  storage.release()
  await Promise.all([produced, seen])
})

test('calls that come while a batch is written are one batch', async () => {
  const { storage, queue } = await withQueue()
  storage.hold()
  const first = queue.produce({ reference: 'first' })
  await turn()
  const others = Array.from({ length: 50 }, (_, n) => queue.produce({ reference: String(n) }))
  await turn()
  storage.release()
  await Promise.all([first, ...others])
  expect(storage.appended.map(({ items }) => items.length)).toEqual([1, 50])
})

test('an item that changes several times meanwhile is written once, and one that came and went not at all', async () => {
  const { storage, queue } = await withQueue()
  storage.hold()
  const blocked = queue.produce({ reference: 'blocks' })
  await turn()
  const [lease] = [queue.lease({ batchSize: 1 }), queue.produce({ reference: 'b' })]
  await turn()
  storage.release()
  await Promise.all([blocked, lease])
  expect(storage.appended).toHaveLength(2)
  expect(storage.appended[1]?.items).toHaveLength(2)
})

test('calls that change nothing wait for nothing, and write nothing', async () => {
  const { storage, queue, daemon } = await withQueue()
  storage.hold()
  await queue.counts()
  await daemon.client.queuesList({})
  expect(storage.waiting).toBe(0)
  expect(storage.appended).toEqual([])
})

test('a refused call waits too if it changed something: the ids before the bad one are completed', async () => {
  const { storage, queue, daemon } = await withQueue()
  await queue.produce({ reference: 'a' })
  const { items, partition } = await queue.lease()
  storage.hold()
  const ids = [String(items[0]?.id), 'bad']
  const complete = daemon.client.queueComplete({ queueName: 'q', partition, ids, requestTimeout: '1m' })
  const state = watched(complete)
  await turn()
  expect(state.settled).toBe(false)
  storage.release()
  await expect(complete).rejects.toMatchObject({ code: 400 })
})

test('a batch that cannot be written is tried again until it can, and then everybody has a reply', async () => {
  const { storage, queue } = await withQueue()
  storage.failNext(3)
  await queue.produce({ reference: 'a' })
  expect(storage.appended).toHaveLength(1)
  expect(await queue.counts()).toMatchObject({ total: 1 })
})

test('a batch that was written although its storage said no is not there twice', async () => {
  const { storage, queue } = await withQueue()
  storage.failNext(2, { kept: true })
  await queue.produce({ reference: 'a' })
  const next = await inOneStorage(new KeptStorage(storage.place.copy()))
  expect(await next.queue('q').items()).toHaveLength(1)
})

test('a call whose storage does not answer gets a 453 with the cause when its own time is over', async () => {
  const { storage, daemon } = await withQueue()
  storage.failNext(1_000_000, { error: new Error('the disk is full') })
  const produce = daemon.client.queueProduce({
    queueName: 'q',
    items: [{ reference: 'a' }] as never,
    requestTimeout: '100ms',
  })
  await expect(produce).rejects.toMatchObject({
    code: 453,
    message: expect.stringMatching(
      /storage did not confirm the request within 100ms; storage of a test: the disk is full/,
    ),
  })
})

test('in a crash, a call whose change is not written gets no reply, and its change is gone', async () => {
  const { storage, queue, daemon } = await withQueue()
  await queue.produce({ reference: 'kept' })
  storage.hold()
  const writing = queue.produce({ reference: 'is being written' })
  await turn()
  const waits = queue.produce({ reference: 'waits' })
  const outcomes = Promise.allSettled([writing, waits])
  await turn()
  const crash = daemonOf(daemon).crash(undefined)
  await turn()
  storage.release()
  await crash
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await daemonOf(daemon).restart({ keeps: undefined, after: 0 })
  const references = (await queue.items()).map(({ reference }) => reference)
  // The batch that was on its way may be there or not. The one behind it never is.
  expect(references).toEqual(['kept', 'is being written'])
  const lost = daemon.events.ofKind('item-lost', 1)
  expect(lost.map(({ reference }) => reference)).toEqual(['waits'])
})

test('an item is the same in the record over a restart, with its consumer', async () => {
  const { queue, daemon } = await withQueue()
  await queue.produce({ reference: 'a' })
  const lease = await queue.lease({ clientId: 'worker' })
  await daemonOf(daemon).restart({ keeps: undefined, after: 0 })
  await lease.complete()
  const kinds = queue.history().map(({ kind, clientId }) => `${kind} ${clientId ?? ''}`.trim())
  expect(kinds).toContain('completed worker')
  expect(new Set(queue.history().flatMap(({ item }) => item ?? [])).size).toBe(1)
})

test('close writes everything that was not written yet', async () => {
  const { storage, queue, daemon } = await withQueue()
  storage.failNext(2)
  const produce = queue.produce({ reference: 'a' })
  const closing = daemon.close()
  await Promise.allSettled([produce, closing])
  const next = await inOneStorage(new KeptStorage(storage.place))
  expect(await next.queue('q').items()).toHaveLength(1)
})

test('a daemon that finds a storage in use does not start, and leaves the others free', async () => {
  const [free, used] = [new KeptPlace(), new KeptPlace()]
  const first = await inOneStorage(new KeptStorage(used))
  const second = lastingDaemon({ queues: new KeptStorage(free), partitions: { p: new KeptStorage(used) } })
  await expect(second).rejects.toThrow(/open already/)
  await first.close()
  const third = await lastingDaemon({ queues: new KeptStorage(free), partitions: { p: new KeptStorage(used) } })
  await third.createQueue()
})

test.each([
  ['an item that is too short', (place: KeptPlace) => place.items.set(1, new Map([[0, Uint8Array.of(1, 2)]]))],
  ['a record that is no JSON', (place: KeptPlace) => place.records.get('queue')?.set('1', '{')],
  ['items without their partition', (place: KeptPlace) => place.records.delete('partition')],
  ['another format', (place: KeptPlace) => place.records.get('about')?.set('format', '99')],
])('%s stops the start, with what to do, and nothing is changed', async (_, damage) => {
  const { storage, queue, daemon } = await withQueue()
  await queue.produce({ reference: 'a' })
  await daemon.close()
  const place = storage.place.copy()
  damage(place)
  const next = new KeptStorage(place)
  await expect(inOneStorage(next)).rejects.toThrow(/delete it to start empty/)
  expect(next.appended).toEqual([])
  expect(place.holder).toBeUndefined()
})

test('with queues in memory, a new queue of the same name has the items; with items in memory, they are gone', async () => {
  const place = new KeptPlace()
  const onDisk = () => lastingDaemon({ partitions: { disk: new KeptStorage(place.copy()) } })
  const first = await lastingDaemon({ partitions: { disk: new KeptStorage(place) } })
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'a' })
  const second = await onDisk()
  expect((await second.client.queuesList({})).items).toEqual([])
  await second.createQueue({ name: 'q' })
  expect(await second.queue('q').items()).toHaveLength(1)

  const queues = new KeptPlace()
  const third = await lastingDaemon({ queues: new KeptStorage(queues), partitions: { mem: undefined } })
  await (await third.createQueue({ name: 'q' })).produce({ reference: 'a' })
  const fourth = await lastingDaemon({ queues: new KeptStorage(queues.copy()), partitions: { mem: undefined } })
  expect(await fourth.queue('q').items()).toEqual([])
})

test('a partition in a storage that is no longer configured stops the start', async () => {
  const [queues, items] = [new KeptPlace(), new KeptPlace()]
  const first = await lastingDaemon({ queues: new KeptStorage(queues), partitions: { a: new KeptStorage(items) } })
  await first.createQueue({ name: 'q' })
  const second = lastingDaemon({ queues: new KeptStorage(queues.copy()), partitions: { b: new KeptStorage() } })
  await expect(second).rejects.toThrow(
    /the queue 'q' with partitions in the partition-storage 'a', which is not configured/,
  )
})

test('what belongs to no queue is removed at the start', async () => {
  const [queues, items] = [new KeptPlace(), new KeptPlace()]
  const start = (a: KeptPlace, b: KeptPlace) =>
    lastingDaemon({ queues: new KeptStorage(a), partitions: { a: new KeptStorage(b) } })
  const first = await start(queues, items)
  const before = queues.copy()
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'a' })
  // As if the process had ended after the first of two storages was written.
  const left = items.copy()
  const second = await start(before, left)
  await second.createQueue({ name: 'q' })
  expect(await second.queue('q').items()).toEqual([])
  await second.close()
  expect([...left.items.values()].reduce((sum, { size }) => sum + size, 0)).toBe(0)
})

test('metrics and refusals tell what is in memory from what is on disk', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage, { memoryLimit: 20_000 })
  const queue = await daemon.createQueue({ name: 'q' })
  await queue.produce({ reference: 'a', bytes: new Uint8Array(5000) })
  const page = await (await daemon.fetch('/metrics')).text()
  const bytes = await storage.size()
  expect(page).toContain(`querator_storage_bytes{storage="disk, queue-storage"} ${bytes}\n`)
  expect(page).toMatch(/^querator_memory_bytes 5\d\d\d$/m)
  await expect(queue.produce({ bytes: new Uint8Array(30_000) })).rejects.toThrow(
    /^memory limit of 20\.0kB reached; 5\.2kB are in use in memory \(storages hold 5\.\dkB on disk, which does not count\), and this request needs/,
  )
})

test('a call waits for a storage as long as its own timeout, but not less than a tenth of a second', async () => {
  const daemon = await inOneStorage(new KeptStorage())
  const { name: queueName } = await daemon.createQueue({ name: 'q' })
  const keeper = daemonOf(daemon).keeping?.keeper
  if (keeper === undefined) throw new Error('nothing is kept')
  const after = vi.spyOn(keeper, 'after')
  for (const requestTimeout of ['20ms', '5s']) {
    await daemon.client.queueProduce({ queueName, requestTimeout, items: [{}] })
  }
  await daemon.client.queuesList({})
  expect(after.mock.calls.map(([, timeout]) => timeout())).toEqual([100, 5000, 60_000])
  await daemon.close()
})
