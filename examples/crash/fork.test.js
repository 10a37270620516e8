import { expect, test } from 'querator-test/vitest'

test('with and without a crash, each order is sent', async ({ queue, daemon }) => {
  await queue.produce({ reference: 'order-1' }, { reference: 'order-2' })
  const order = await queue.lease()

  const other = await daemon.fork()
  await other.crash({ keeps: 'items' })
  await other.restart({ after: '2m' })

  const sentAfter = await other.queue(queue.name).drain(() => {}, { until: '1h' })
  expect(sentAfter.completed).toHaveLength(2)

  await order.complete()
  const sentWithout = await queue.drain(() => {})
  expect(sentWithout.completed).toHaveLength(1)
})
