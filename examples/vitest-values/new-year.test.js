// @vitest-environment querator
// @vitest-environment-options {"clock": {"start": "2026-12-31T23:59:00Z"}}

import { clock, createQueue } from 'querator-test/vitest/values'
import { expect, test } from 'vitest'

test('an order of last year is still leased in the new one', async () => {
  const orders = await createQueue({ leaseTimeout: '5m' })
  await orders.produce({ reference: 'order-1' })
  const { items } = await orders.lease({ clientId: 'packer' })
  await clock.advance('2m')
  expect(new Date(clock.now()).getUTCFullYear()).toBe(2027)
  await items[0].complete()
})
