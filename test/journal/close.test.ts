/** How a daemon with storages closes, also while they fail. */
import { expect, test } from 'vitest'
import { Lasting } from '../../src/daemon/lasting/lasting.js'
import { createLog, type Log } from '../../src/daemon/log.js'
import { messageOf } from '../../src/errors.js'
import { startTestDaemon } from '../../src/index.js'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { daemonOf, inOneStorage } from '../support/lasting.js'
import { turn } from '../support/turns.js'

const SILENT = createLog({ now: () => 0 })

/** Returns a log, and what it is told. */
function logOf(): [string[], Log] {
  const messages: string[] = []
  return [messages, createLog({ now: () => 0, record: ({ level, message }) => messages.push(`${level}: ${message}`) })]
}

async function withItem(place: KeptPlace): Promise<void> {
  const daemon = await inOneStorage(new KeptStorage(place))
  await (await daemon.createQueue({ name: 'q' })).produce({ reference: 'a' })
  await daemon.close()
}

test('a load that comes while it closes is refused, and changes nothing', async () => {
  const place = new KeptPlace()
  await withItem(place)
  await using memory = await startTestDaemon({
    log: 'silent',
    config: { 'partition-storage': [{ name: 'disk', driver: 'memory', affinity: 1 }] },
  })
  const dump = await memory.dump()
  const daemon = await inOneStorage(new KeptStorage(place))
  const closing = daemon.close()
  await turn()
  await turn()
  await expect(daemonOf(daemon).load(dump, 'a dump')).rejects.toThrow('service is shutting down')
  await closing
  expect(await (await inOneStorage(new KeptStorage(place))).queue('q').items()).toHaveLength(1)
})

test('what is not written in time is told, and calls that wait get the cause', async () => {
  const storage = new KeptStorage()
  const lasting = new Lasting({ queues: storage, partitions: new Map() }, new Set(), () => undefined, SILENT)
  const { keeper } = await lasting.open(false)
  await lasting.written()
  storage.failNext(1_000_000)
  const call = keeper.after(
    () => keeper.access.changed('user', 'a'),
    () => 60_000,
  )
  const refused = Promise.resolve(call).catch(messageOf)
  await turn()
  await expect(lasting.end(0)).resolves.toBe('the last changes were not kept: no space left on device')
  expect(await refused).toBe('the last changes were not kept: no space left on device')
  expect(storage.place.holder).toBeUndefined()
})

test('a change that cannot be written is told to calls, in the log, and when it closes', async () => {
  const [messages, log] = logOf()
  const daemon = await inOneStorage(new KeptStorage(), { log })
  const { keeping } = daemonOf(daemon)
  keeping?.keeper.created(99, undefined as never, []).updated({} as never)
  const refused = /a change cannot be written: .*; nothing is kept any more/
  await expect(daemon.client.queuesList({})).rejects.toThrow(refused)
  await expect(daemon.close()).rejects.toThrow(/the last changes were not kept: a change cannot be written/)
  expect(messages).toContainEqual(
    expect.stringMatching(/^error: a change cannot be written: .*; nothing is kept any more$/),
  )
})

test('a batch that fails after a crash is not told: nobody tries it again', async () => {
  const [messages, log] = logOf()
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage, { log })
  storage.hold()
  const call = daemon.createQueue({ name: 'q' }).catch(messageOf)
  await turn()
  const crash = daemonOf(daemon).crash(undefined)
  storage.failNext(1)
  storage.release()
  await Promise.all([crash, call])
  expect(messages).toEqual([])
})

test('a daemon that crashed has nothing left to write', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  storage.failNext(1)
  const call = daemon.createQueue({ name: 'q' }).catch(messageOf)
  await turn()
  await daemonOf(daemon).crash(undefined)
  await call
  await daemon.close()
})

test('the log says once that a storage fails, and that it works again', async () => {
  const [messages, log] = logOf()
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage, { log })
  storage.failNext(2)
  await daemon.createQueue({ name: 'q' })
  expect(messages).toEqual([
    'error: no space left on device; it is tried again, and calls wait for it',
    'info: storage of a test can be written again',
  ])
  await daemon.close()
})

test('a call that waits for a storage keeps the process alive', async () => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  storage.hold()
  const call = daemon.client.namespacesCreate({ name: 'x' })
  await turn()
  expect(timers()).toBeGreaterThan(before)
  storage.release()
  await call
  expect(timers()).toBe(before)
})

test('close says both that a worker failed and that changes were not kept', async () => {
  const daemon = await inOneStorage(new KeptStorage())
  daemon.runWorker(async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw new Error('the worker is broken')
  })
  daemonOf(daemon)
    .keeping?.keeper.created(99, undefined as never, [])
    .updated({} as never)
  await expect(daemon.close()).rejects.toThrow(
    /2 things failed:\n.*the worker is broken.*the last changes were not kept/s,
  )
})
