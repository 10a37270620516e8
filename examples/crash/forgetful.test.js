import { expect, test } from 'querator-test/vitest'

/** Makes its queue when it starts, and once more when the server has forgotten it. */
async function produceSafely(client, queueName, reference) {
  const request = { queueName, requestTimeout: '5s', items: [{ reference, bytes: new Uint8Array() }] }
  try {
    await client.queueProduce(request)
  } catch (error) {
    if (!error.message.includes('does not exist')) throw error
    await client.queuesCreate({ queueName, leaseTimeout: '1m', expireTimeout: '1h', requestedPartitions: 1 })
    await client.queueProduce(request)
  }
}

test('a producer makes its queue again when the server has forgotten it', async ({ queue, client, daemon }) => {
  await produceSafely(client, queue.name, 'order-1')
  await daemon.restart({ keeps: 'nothing' })
  await produceSafely(client, queue.name, 'order-2')
  await expect(queue).toHaveItems([{ reference: 'order-2' }])
})
