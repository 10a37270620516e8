/** What a daemon does before its storages are open. */
import { expect, test } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { readConfig } from '../../src/daemon/config/config.js'
import { Daemon } from '../../src/daemon/daemon.js'
import { EmbeddedBacking } from '../../src/harness/backing/embedded-backing.js'
import { TestDaemon } from '../../src/harness/handles/test-daemon.js'
import { HttpServer } from '../../src/transport/http/http-server.js'
import { KeptStorage } from '../storage/kept-storage.js'
import { messageOf } from '../support/message-of.js'
import { exchange, rawRequest } from '../support/raw-http.js'
import { turn } from '../support/turns.js'

const BADGER = { driver: 'badger', config: { 'storage-dir': 'not used' } }

/** A daemon whose storage opens only when `letGo` is called, or fails if that gets an error. */
function openingDaemon() {
  const storage = new KeptStorage()
  let letGo: (error?: Error) => void = () => undefined
  const gate = new Promise<void>((resolve, reject) => {
    letGo = (error) => (error === undefined ? resolve() : reject(error))
  })
  const open = storage.open.bind(storage)
  storage.open = (options) => gate.then(() => open(options))
  const daemon = new Daemon({
    clock: new MovableClock('frozen'),
    events: 1000,
    opensDoor: true,
    config: readConfig({
      'queue-storage': BADGER,
      'partition-storage': [{ name: 'disk', affinity: 1, ...BADGER }],
    }),
    makeStorages: async () => ({ queues: storage, partitions: new Map([['disk', storage]]) }),
  })
  return {
    storage,
    daemon,
    letGo,
    handle: new TestDaemon(new EmbeddedBacking(daemon, undefined, async () => undefined)),
  }
}

const CREATE = rawRequest(
  'POST /v1/queues.create HTTP/1.1',
  ['Connection: close'],
  '{"queueName":"q","leaseTimeout":"1m","expireTimeout":"24h","requestedPartitions":1}',
)

test('a request over an in-memory connection waits until the storages are open, and what it made is kept', async () => {
  // Loaded, so that only the storage can be what it waits for.
  expect(HttpServer).toBeDefined()
  const { storage, daemon, letGo, handle } = openingDaemon()
  const replies = exchange(handle.connect(), CREATE)
  for (let turns = 0; turns < 20; turns++) await turn()
  letGo()
  expect((await replies).map(({ status }) => status)).toEqual([200])
  expect([...(storage.place.records.get('queue')?.values() ?? [])].join()).toContain('"q"')
  await daemon.close()
})

test('a port opens, and the daemon crashes or restarts, when the storages are open', async () => {
  for (const act of ['listen', 'crash', 'restart'] as const) {
    const { daemon, letGo, handle } = openingDaemon()
    const acting = handle[act]()
    await turn()
    letGo()
    await acting
    await daemon.close()
  }
})

test('a connection breaks with the error of the storages if they cannot be opened', async () => {
  const { letGo, handle } = openingDaemon()
  const broken = handle.connect()
  const error = new Promise<Error>((resolve) => broken.once('error', resolve))
  letGo(new Error('the disk is on fire'))
  expect((await error).message).toContain('the disk is on fire')
  expect(await messageOf(handle.dump())).toContain('the disk is on fire')
  expect(await messageOf(handle.fork())).toContain('the disk is on fire')
  expect(() => handle.pause('q')).toThrow('the disk is on fire')
})

test('what reads or replaces the state without waiting says that the storages are being opened', async () => {
  const { daemon, letGo, handle } = openingDaemon()
  const text = /still opening its storages; await a call first/
  expect(() => daemon.fork()).toThrow(text)
  expect(() => daemon.dump()).toThrow(text)
  expect(() => daemon.reset()).toThrow(text)
  expect(() => daemon.putBack({ queues: [], access: undefined })).toThrow(text)
  await expect(daemon.load({}, 'a dump')).rejects.toThrow(text)
  expect(() => handle.pause('q')).toThrow(text)
  expect(() => handle.queue('q').partition(0).outage()).toThrow(text)
  expect(await messageOf(handle.queue('q').idle())).toMatch(text)
  letGo()
  await handle.createQueue({ name: 'q' })
  handle.pause('q')
  daemon.reset()
  await daemon.close()
})
