/** A daemon that only reads its storages, as for `querator dump --config`. */
import { expect, test } from 'vitest'
import { createLog } from '../../src/daemon/log.js'
import type { TestDaemon } from '../../src/index.js'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { lastingDaemon } from '../support/lasting.js'

const DECLARED = { queues: [{ name: 'new', 'lease-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 1 }] }

/** Opens the places. Without one for the queues, they are in memory. */
function open(queues: KeptPlace | undefined, items: KeptPlace, messages?: string[]): Promise<TestDaemon> {
  const given = { queues: queues && new KeptStorage(queues), partitions: { disk: new KeptStorage(items) } }
  const log = createLog({ now: () => 0, record: ({ message }) => messages?.push(message) })
  return messages === undefined
    ? lastingDaemon(given)
    : lastingDaemon({ ...given, config: DECLARED }, { log, onlyReads: true })
}

async function withQueue(queues: KeptPlace | undefined, items: KeptPlace, name: string): Promise<void> {
  const daemon = await open(queues, items)
  await (await daemon.createQueue({ name, leaseTimeout: '1m' })).produce({ reference: 'a' }, { reference: 'b' })
  await daemon.queue(name).lease()
  await daemon.close()
}

test('it writes nothing, not even what a start changes', async () => {
  const [queues, items] = [new KeptPlace(), new KeptPlace()]
  await withQueue(queues, items, 'q')
  const before = structuredClone([queues, items])
  const daemon = await open(queues, items, [])
  const dump = await daemon.dump()
  expect(dump.queues.map(({ name, partitions }) => [name, partitions[0]?.items.length])).toEqual([['q', 2]])
  await daemon.clock.advance('2m')
  await daemon.close()
  expect(structuredClone([queues, items])).toEqual(before)
})

test('nothing is created where nothing is', async () => {
  const [queues, items] = [new KeptPlace(), new KeptPlace()]
  await withQueue(queues, items, 'q')
  const empty = new KeptPlace()
  await expect(open(empty, items, [])).rejects.toThrow(/^there is nothing in/)
  await expect(open(queues, empty, [])).rejects.toThrow(/^there is nothing in/)
  expect([empty, new KeptPlace()]).toEqual([new KeptPlace(), empty])
  expect(queues.holder).toBeUndefined()
})

test('items of unknown queues are refused if there is nothing else, and else told', async () => {
  const [queues, items] = [new KeptPlace(), new KeptPlace()]
  await withQueue(undefined, items, 'forgotten')
  const refused = /there are items of queues that no queue-storage knows: 'forgotten'; start the server, create these/
  await expect(open(undefined, items, [])).rejects.toThrow(refused)
  expect(items.holder).toBeUndefined()
  await withQueue(queues, items, 'q')
  const messages: string[] = []
  const daemon = await open(queues, items, messages)
  expect((await daemon.dump()).queues.map(({ name }) => name)).toEqual(['q'])
  expect(messages).toEqual([expect.stringMatching(/'forgotten'; they are left out$/)])
})
