import { expect, test } from 'querator-test/vitest'
import { priceOf } from '../fault-workers.cjs'

test('the newest price counts, whatever comes last', async ({ queue, client }) => {
  await queue.produce({ json: { version: 1, amount: 10 } }, { json: { version: 2, amount: 12 } })
  queue.fault('lease', { do: 'reorder', times: 1 })
  expect(await priceOf(client, queue.name, 2)).toBe(12)
})
