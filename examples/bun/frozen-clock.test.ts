import { expect } from 'bun:test'
import { clock, configureDaemon, queue, test } from 'querator-test/bun'

configureDaemon({ clock: 'frozen' })

test('an order comes due when the clock is moved, and not before', async () => {
  await queue.produce({ reference: 'order-1', enqueueAt: new Date(clock.now() + 3_600_000) })
  await expect(queue).toHaveScheduled(['order-1'])
  await clock.advance('1h')
  await expect(queue).toHaveItems(['order-1'])
})
