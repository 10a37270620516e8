const { client, queue } = require('querator-test/jest')
const { priceOf } = require('../fault-workers.cjs')

test('the newest price counts, whatever comes last', async () => {
  await queue.produce({ json: { version: 1, amount: 10 } }, { json: { version: 2, amount: 12 } })
  queue.fault('lease', { do: 'reorder', times: 1 })
  expect(await priceOf(client, queue.name, 2)).toBe(12)
})
