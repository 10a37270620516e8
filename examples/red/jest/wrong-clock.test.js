const { client, queue } = require('querator-test/jest')
const { pickUp } = require('../fault-workers.cjs')

test('an order is picked up, though the clock of the worker is ahead', async () => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  queue.fault('lease', { do: { clockSkew: '10m' }, times: 1 })
  const picked = []
  await pickUp(client, queue.name, async ({ id }) => picked.push(id))
  expect(picked).toEqual([1])
})
