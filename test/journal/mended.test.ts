/** What storages were once confirmed to have, or mixed up. */
import { expect, test } from 'vitest'
import { serveControl } from '../../src/control/control-plane.js'
import { startTestDaemon } from '../../src/index.js'
import type { BatchBuilder } from '../../src/journal/batch-builder.js'
import { Journal } from '../../src/journal/journal.js'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { daemonOf, inOneStorage, lastingDaemon } from '../support/lasting.js'
import { exchange, rawRequest } from '../support/raw-http.js'
import { turn, until } from '../support/turns.js'

const UP = { keeps: undefined, after: 0 }

/** A dump of a daemon with one queue. */
async function dumpOf(reference: string, storage = 'disk') {
  const config = { 'partition-storage': [{ name: storage, driver: 'memory', affinity: 1 }] }
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', config })
  await (await daemon.createQueue({ name: 'q' })).produce({ reference })
  return daemon.dump()
}

test('a load is confirmed when it is written', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  const dump = await dumpOf('a')
  storage.hold()
  let isLoaded = false
  const loading = daemonOf(daemon)
    .load(dump, 'a dump')
    .then(() => {
      isLoaded = true
    })
  await turn()
  expect(isLoaded).toBe(false)
  storage.release()
  await loading
  expect(daemon.events.ofKind('imported', 1)).toHaveLength(1)
  const next = await inOneStorage(new KeptStorage(storage.place.copy()))
  expect(await next.queue('q').items()).toHaveLength(1)
})

test('a batch that cannot be put together is an error for whoever waits, and for all later calls', async () => {
  const journal = new Journal()
  journal.begin()
  const broken = {
    collect(to: BatchBuilder) {
      to.record('about', 'x', 1n)
    },
  }
  journal.changed(new KeptStorage(), broken)
  await expect(journal.written()).rejects.toThrow(/BigInt/)
  await expect(journal.written()).rejects.toThrow(/BigInt/)
})

test('a queue of a dump takes nothing of an earlier queue of its name', async () => {
  const place = new KeptPlace()
  const start = () => lastingDaemon({ partitions: { disk: new KeptStorage(place) } })
  const first = await start()
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'old 1' }, { reference: 'old 2' })
  await first.close()
  const second = await start()
  await daemonOf(second).load(await dumpOf('dumped'), 'a dump')
  await second.queue('q').produce({ reference: 'later' })
  const ids = (await second.queue('q').items()).map(({ id }) => id)
  await second.close()
  const third = await start()
  await third.createQueue({ name: 'q' })
  const items = await third.queue('q').items()
  expect(items.map(({ reference }) => reference)).toEqual(['dumped', 'later'])
  expect(items.map(({ id }) => id)).toEqual(ids)
})

test('a queue of a dump of this server takes nothing of the earlier queue either', async () => {
  const place = new KeptPlace()
  const start = () => lastingDaemon({ partitions: { disk: new KeptStorage(place) } })
  const first = await start()
  const queue = await first.createQueue({ name: 'q' })
  await queue.produce({ reference: 'a' })
  const dump = await first.dump()
  await queue.produce({ reference: 'b' }, { reference: 'c' })
  await first.close()
  const second = await start()
  await daemonOf(second).load(dump, 'a dump')
  await second.close()
  const third = await start()
  expect(await (await third.createQueue({ name: 'q' })).items()).toMatchObject([{ reference: 'a' }])
})

test.each(['reset', 'load'])('%s leaves nothing that waits for a queue of its name', async (how) => {
  const place = new KeptPlace()
  const start = () => lastingDaemon({ partitions: { disk: new KeptStorage(place) } })
  const first = await start()
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'old' })
  await first.close()
  const second = await start()
  if (how === 'reset') daemonOf(second).reset()
  else await daemonOf(second).load({ ...(await dumpOf('x')), queues: [] }, 'a dump')
  expect(await (await second.createQueue({ name: 'q' })).items()).toEqual([])
  await second.close()
  const third = await start()
  expect(await (await third.createQueue({ name: 'q' })).items()).toEqual([])
})

test('items of the queues of another daemon are refused, and not removed', async () => {
  const [one, other, items] = [new KeptPlace(), new KeptPlace(), new KeptPlace()]
  const start = (queues: KeptPlace, place: KeptPlace) => {
    return lastingDaemon({ queues: new KeptStorage(queues), partitions: { disk: new KeptStorage(place) } })
  }
  const first = await start(one, items)
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'a' })
  await first.close()
  const second = await start(other, new KeptPlace())
  await second.createQueue({ name: 'other' })
  await second.close()
  await expect(start(other, items)).rejects.toThrow(/has items of other queues than those in/)
  expect(await (await start(one, items)).queue('q').items()).toHaveLength(1)
})

test('the source id of an item that came with a dump is free once the item is gone', async () => {
  const item = { sourceId: 's', reference: 'a', expireDeadline: new Date('2100-01-01') } as never
  const memory = await startTestDaemon({
    clock: 'frozen',
    log: 'silent',
    config: { 'partition-storage': [{ name: 'disk', driver: 'memory', affinity: 1 }] },
  })
  await memory.createQueue({ name: 'q' })
  await memory.client.storageItemsImport({ queueName: 'q', partition: 0, items: [item] })
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  await daemonOf(daemon).load(await memory.dump(), 'a dump')
  await (await daemon.queue('q').lease()).complete()
  const next = await inOneStorage(new KeptStorage(storage.place.copy()))
  await next.client.storageItemsImport({ queueName: 'q', partition: 0, items: [item] })
  expect(await next.queue('q').items()).toHaveLength(1)
})

test('a body that comes only after a restart changes nothing', async () => {
  await using daemon = await startTestDaemon({ keeps: 'items', log: 'silent' })
  await daemon.createQueue({ name: 'q' })
  let deliver = (_: string) => {}
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      deliver = (text) => {
        controller.enqueue(new TextEncoder().encode(text))
        controller.close()
      }
    },
  })
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
  const call = daemon.fetch('/v1/queue.produce', init).catch((error: Error) => error.message)
  await turn()
  await daemon.crash()
  await daemon.restart()
  deliver('{"queueName":"q","requestTimeout":"1m","items":[{"reference":"a"}]}')
  expect(await call).toBe('fetch failed')
  expect(await daemon.queue('q').items()).toEqual([])
})

test('a dump in the middle of a restart is refused, and not empty', async () => {
  await using daemon = await startTestDaemon({ keeps: 'items', log: 'silent' })
  await daemon.createQueue({ name: 'q' })
  const inner = daemonOf(daemon)
  const restart = inner.restart({ ...UP, keeps: 'items' })
  await Promise.resolve()
  expect(() => inner.dump()).toThrow(/starting again/)
  await restart
  expect(inner.dump().queues).toHaveLength(1)
})

test('drain goes on after a restart, also without events', async () => {
  await using daemon = await startTestDaemon({ keeps: 'items', events: 0, log: 'silent' })
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  await daemon.crash()
  const drained = queue.drain(() => {})
  await turn()
  await daemon.restart()
  expect((await drained).completed).toHaveLength(1)
})

test.each([
  ['load', async () => ({ dump: await dumpOf('a') })],
  ['reset', async () => ({})],
] as const)('a %s over HTTP that waits for a storage while the daemon crashes is refused', async (route, body) => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  serveControl(daemonOf(daemon))
  await (await daemon.createQueue({ name: 'q' })).produce({ reference: 'b' })
  const text = JSON.stringify(await body())
  storage.hold()
  const head = ['Connection: close']
  const replies = exchange(daemon.connect(), rawRequest(`POST /test/${route} HTTP/1.1`, head, text))
  await until('the load waits for the storage', () => storage.waiting > 0)
  const crash = daemonOf(daemon).crash(undefined)
  storage.release()
  await crash
  const [reply] = await replies
  expect(reply?.status).toBe(453)
  expect(JSON.parse(reply?.body ?? '').message).toBe(
    'the daemon crashed before this was kept; look at the state before you send it again',
  )
  await daemon.close()
})
