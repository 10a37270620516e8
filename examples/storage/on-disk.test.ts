import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestDaemon } from 'querator-test'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'orders-'))
afterAll(() => rmSync(folder, { recursive: true }))

const config = {
  'queue-storage': { driver: 'badger', config: { 'storage-dir': join(folder, 'queues') } },
  'partition-storage': [
    { name: 'disk', driver: 'badger', affinity: 1, config: { 'storage-dir': join(folder, 'items') } },
  ],
}

test('an item that was leased before the daemon ended can be completed after', async () => {
  const before = await startTestDaemon({ config })
  const orders = await before.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await orders.produce({ reference: 'order-1' }, { reference: 'order-2' })
  const { items, partition } = await orders.lease()
  await before.close()

  const after = await startTestDaemon({ config })
  const ids = items.map(({ id }) => id)
  await after.client.queueComplete({ queueName: 'orders', partition, ids, requestTimeout: '1m' })
  expect((await after.queue('orders').items()).map(({ reference }) => reference)).toEqual(['order-2'])
  await after.close()
})
