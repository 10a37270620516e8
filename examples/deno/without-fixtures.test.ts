import assert from 'node:assert/strict'
import { startTestDaemon } from 'querator-test'

Deno.test('an order comes due when the clock is moved', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen' })
  const orders = await daemon.createQueue()
  await orders.produce({ reference: 'order-1', enqueueAt: new Date(daemon.clock.now() + 3_600_000) })
  const [fired] = await daemon.clock.advance('1h')
  assert.equal(fired?.kind, 'item-due')
})
