import { expect, testWith } from 'querator-test/vitest'
import { invoice } from './workers'

const test = testWith({ clock: 'frozen' })

test('an order is done, though the first complete takes too long', async ({ queue, client, clock }) => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  using _fault = queue.fault('complete', { do: { delay: '5s' }, times: 1 })
  const result = await invoice(client, queue.name, async () => {})
  await clock.advance('5s')
  await expect(queue).toBeDrained()
  expect(result).toBe('done')
})
