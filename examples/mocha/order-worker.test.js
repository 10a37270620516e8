const assert = require('node:assert/strict')
const { assertQueue, clock, createQueue, queue } = require('querator-test/mocha')

const references = (items) => items.map((item) => item.reference)

describe('orders', () => {
  it('go round', async () => {
    await queue.produce({ reference: 'order-1', json: { id: 1 } })
    const lease = await queue.lease()
    assert.deepEqual(lease.items[0].json(), { id: 1 })
    await lease.complete()
    await assertQueue(queue).toBeDrained()
  })

  it('are dead after three attempts', async () => {
    const orders = await createQueue({ maxAttempts: 3, deadQueue: true, leaseTimeout: '1m' })
    await orders.produce({ reference: 'order-1', json: { id: 1 } })
    for (let attempt = 1; attempt <= 3; attempt++) {
      await orders.lease({ clientId: 'crashes' })
      await clock.advance('1m')
    }
    assert.deepEqual(await orders.items(), [])
    assert.deepEqual(references(await orders.deadQueue.items()), ['order-1'])
  })
})
