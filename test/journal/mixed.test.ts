/** A configuration of which some storages last: in memory, a restart keeps what these storages keep. */
import { expect, test } from 'vitest'
import { type ConfigTree, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { daemonOf, lastingDaemon } from '../support/lasting.js'

const BADGER = { driver: 'badger', config: { 'storage-dir': 'not used' } }
const MIXED: ConfigTree = {
  'queue-storage': BADGER,
  'partition-storage': [
    { name: 'disk', affinity: 1, ...BADGER },
    { name: 'ram', affinity: 1, driver: 'memory' },
  ],
}

/** What is there after a restart. */
async function afterRestart(daemon: TestDaemon): Promise<object> {
  const queue = await daemon.createQueue({ name: 'q', partitions: 2 })
  await queue.produce({ reference: 'a' })
  await queue.produce({ reference: 'b' })
  await daemonOf(daemon).restart({ keeps: undefined, after: 0 })
  const items = (await queue.items()).map(({ reference, partition }) => ({ reference, partition }))
  const lost = daemon.events.ofKind('item-lost', 1).map(({ reference }) => reference)
  await daemon.close()
  return { items, lost }
}

test('items in a storage that lasts are kept, and those in memory are lost', async () => {
  const memory = await startTestDaemon({ config: MIXED, storage: 'memory', clock: 'frozen', log: 'silent' })
  const storage = new KeptStorage()
  const lasting = await lastingDaemon({ queues: storage, partitions: { disk: storage, ram: undefined } })
  const kept = await afterRestart(memory)
  expect(kept).toEqual({ items: [{ reference: 'a', partition: 0 }], lost: ['b'] })
  expect(kept).toEqual(await afterRestart(lasting))
})

test('items of a storage that is in memory now stay as they are where they were', async () => {
  const place = new KeptPlace()
  const start = (disk: boolean) => {
    const storage = new KeptStorage(place)
    return lastingDaemon({ queues: storage, partitions: { disk: disk ? storage : undefined } })
  }
  const first = await start(true)
  const queue = await first.createQueue({ name: 'q' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await first.close()
  const second = await start(false)
  expect(await second.queue('q').items()).toEqual([])
  await second.queue('q').produce({ reference: 'c' })
  await second.close()
  const third = await start(true)
  expect((await third.queue('q').items()).map(({ reference }) => reference)).toEqual(['a', 'b'])
})

test.each([
  [MIXED, /queue-storage lasts, and partition-storage 'ram' is in memory/],
  [{ ...MIXED, 'queue-storage': { driver: 'memory' } }, /With storage: 'memory', a restart forgets the items/],
])('the log warns of %j in memory too', async (config, warning) => {
  const messages: string[] = []
  const log = ({ message }: { message: string }) => messages.push(message)
  await using _ = await startTestDaemon({ config, storage: 'memory', log })
  expect(messages.filter((message) => warning.test(message))).toHaveLength(1)
})

test('a copy of a daemon warns of nothing again', async () => {
  const messages: string[] = []
  const log = ({ message }: { message: string }) => messages.push(message)
  await using daemon = await startTestDaemon({ config: MIXED, storage: 'memory', log })
  const before = messages.filter((message) => message.includes('storage'))
  expect(before).not.toEqual([])
  await using copy = await daemon.fork()
  await using _ = await copy.fork()
  expect(messages.filter((message) => message.includes('storage'))).toEqual(before)
})
