import { expect, test } from 'querator-test/vitest'
import { checkOut } from './checkout.js'

test('a checkout makes an invoice, and a reminder in an hour', async ({ daemon, createQueue }) => {
  await createQueue({ name: 'invoices' })
  const reminders = await createQueue({ name: 'reminders' })
  const querator = { url: 'http://querator.internal', fetch: daemon.fetch }

  const seen = await daemon.recording(() => checkOut(querator, { id: 7 }))

  await expect(seen).toHaveProduced('invoices', [{ reference: 'order-7', json: { id: 7 } }])
  await expect(reminders).toHaveScheduled([{ reference: 'order-7', in: '1h' }])
})
