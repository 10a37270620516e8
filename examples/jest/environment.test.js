/**
 * @jest-environment querator-test/jest-environment
 * @jest-environment-options {"querator": {"clock": {"start": "2026-01-01T00:00:00Z"}}}
 */
const { clock, queue } = require('querator-test/jest')

test('an order that nobody finishes comes back after a minute', async () => {
  await queue.produce({ reference: 'order-1' })
  await queue.lease()
  const [fired] = await clock.advance('1m')
  expect(fired).toMatchObject({ kind: 'lease-expired', time: new Date('2026-01-01T00:01:00Z') })
})
