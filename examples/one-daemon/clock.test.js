import { expect, test } from 'querator-test/vitest'

test('a lease runs out on the clock that all test files share', async ({ queue, daemon, clock }) => {
  await queue.produce({ reference: 'order-4' })
  await queue.lease({ clientId: 'worker' })
  const fired = await clock.advance('61s')
  expect(fired.filter((one) => one.queue === queue.name)).toMatchObject([{ kind: 'lease-expired' }])
  expect(await daemon.events.read({ queue, kind: 'lease-expired' })).toHaveLength(1)
})
