const assert = require('node:assert/strict')
const { clock, configureDaemon, queue } = require('querator-test/mocha')

configureDaemon({ clock: 'frozen' })

it('an order comes due when the clock is moved, and not before', async () => {
  await queue.produce({ reference: 'order-1', enqueueAt: new Date(clock.now() + 3_600_000) })
  assert.equal((await queue.counts()).scheduled, 1)
  const fired = await clock.advance('1h')
  assert.deepEqual(
    fired.map(({ kind, reference }) => [kind, reference]),
    [['item-due', 'order-1']],
  )
})
