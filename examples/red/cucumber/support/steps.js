const { Given, Then, When } = require('@cucumber/cucumber')
const { assertQueue } = require('querator-test/cucumber')
const { pack } = require('../../workers.cjs')

Given('order {string} with a lease of {int} seconds', async function (reference, seconds) {
  this.orders = await this.createQueue({ name: 'orders', leaseTimeout: `${seconds}s` })
  await this.orders.produce({ reference, json: { id: 1 } })
})

When('it is packed in {int} seconds', async function (seconds) {
  await pack(this.client, 'orders', 'packer', () => this.clock.advance(`${seconds}s`))
})

Then('no order is left', async function () {
  await assertQueue(this.orders).toBeDrained()
})
