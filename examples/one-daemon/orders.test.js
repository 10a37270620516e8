import { QueratorClient } from 'querator-test'
import { expect, test } from 'querator-test/vitest'

test('the tests are the same as with a daemon for each file', async ({ queue }) => {
  await queue.produce({ reference: 'order-1' })
  expect((await queue.items()).map((item) => item.reference)).toEqual(['order-1'])
})

test('other processes find the daemon by its URL', async ({ queue }) => {
  const worker = new QueratorClient({ endpoint: process.env.QUERATOR_ENDPOINT })
  await worker.queueProduce({ queueName: queue.name, requestTimeout: '5s', items: [{ reference: 'order-2' }] })
  const lease = await queue.lease()
  expect(lease.items[0].reference).toBe('order-2')
})

test.embedded('what needs the daemon in the process is skipped on a server elsewhere', async ({ queue, daemon }) => {
  const seen = await daemon.recording(() => queue.produce({ reference: 'order-3' }))
  await expect(seen).toHaveProduced(queue, ['order-3'])
})
