import { expect, test } from 'querator-test/vitest'
import { charge } from '../fault-workers.cjs'

test('an order is charged once, even if the reply to complete is lost', async ({ queue, client }) => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  const charged = []
  const fault = queue.fault('complete', { do: 'lose-reply', times: 1 })
  await charge(client, queue.name, async ({ id }) => charged.push(id))
  expect(charged).toEqual([1])
  expect(fault.fired).toBe(1)
})
