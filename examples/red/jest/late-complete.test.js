const { client, clock, configureDaemon, queue } = require('querator-test/jest')
const { invoice } = require('../fault-workers.cjs')

configureDaemon({ clock: 'frozen' })

test('an order is done, though the first complete takes too long', async () => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  queue.fault('complete', { do: { delay: '5s' }, times: 1 })
  const result = await invoice(client, queue.name, async () => {})
  await clock.advance('5s')
  await expect(queue).toBeDrained()
  expect(result).toBe('done')
})
