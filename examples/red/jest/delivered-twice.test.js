const { client, queue } = require('querator-test/jest')
const { label } = require('../fault-workers.cjs')

test('a label is printed once, even if two consumers have its order', async () => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  queue.fault('lease', { do: 'deliver-twice', clientId: 'second', times: 1 })
  const printed = []
  const claims = new Set()
  const second = { clientId: 'second', claims, print: async ({ id }) => printed.push(id) }
  const first = {
    clientId: 'first',
    claims,
    print: async ({ id }) => {
      // While it prints, the second consumer gets the same order.
      await label(client, queue.name, second)
      printed.push(id)
    },
  }
  await label(client, queue.name, first)
  expect(printed).toEqual([1])
})
