import { startTestDaemon } from 'querator-test'
import { expect, test } from 'querator-test/vitest'

test('a day of orders is worked off', async ({ queue, daemon }) => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  const dump = await daemon.dump()
  expect(dump.queues[0].partitions[0].items[0]).toMatchObject({ reference: 'order-1', text: '{"id":1}' })

  const again = await startTestDaemon({ from: dump })
  await again.queue(queue.name).drain(() => {})
  expect((await again.dump()).queues[0].partitions[0].items).toEqual([])
  await again.close()
})
