import { Given, Then, When } from '@cucumber/cucumber'
import { assertQueue } from 'querator-test/cucumber'

Given('orders that may be attempted {int} times', async function (maxAttempts) {
  this.orders = await this.createQueue({ maxAttempts, deadQueue: true, leaseTimeout: '1m' })
})

Given('order {string}', async function (reference) {
  this.orders ??= this.queue
  await this.orders.produce({ reference })
})

When('a worker crashes {int} times', async function (times) {
  for (let attempt = 1; attempt <= times; attempt++) {
    await this.orders.lease({ clientId: 'crashes' })
    await this.clock.advance('1m')
  }
})

When('a worker completes it', async function () {
  const lease = await this.orders.lease()
  await lease.complete()
})

Then('no order is left', async function () {
  await assertQueue(this.orders).toBeDrained()
})

Then('order {string} is dead', async function (reference) {
  await assertQueue(this.orders.deadQueue).toHaveItems([reference])
})
