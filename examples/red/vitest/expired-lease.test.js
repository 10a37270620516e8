import { expect, test } from 'querator-test/vitest'
import { shipAll } from '../fault-workers.cjs'

test('only the order whose lease ran out comes again', async ({ queue, client }) => {
  await queue.produce(...[1, 2, 3].map((id) => ({ reference: `order-${id}`, json: { id } })))
  queue.fault('complete', { do: 'expire-lease', reference: 'order-2', times: 1 })
  await shipAll(client, queue.name, async () => {})
  await expect(queue).toHaveItems([{ reference: 'order-2' }])
})
