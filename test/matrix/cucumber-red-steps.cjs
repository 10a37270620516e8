const { Before, When } = require('@cucumber/cucumber')
const { assertQueue, createQueue, queue } = require('querator-test/cucumber')

const bodies = {
  async fails() {
    await queue.produce({ reference: 'order-1' })
    await queue.lease({ clientId: 'worker' })
    throw new Error('on purpose')
  },
  async 'fails beside another'() {
    const mine = await createQueue({ name: 'mine' })
    await mine.produce({ reference: 'order-2' }, { reference: 'order-3' })
    await (await mine.lease({ clientId: 'gives back' })).retry()
    throw new Error('on purpose')
  },
  async 'leaves open'() {
    await queue.produce({ reference: 'order-4' })
    await queue.lease({ clientId: 'holder' })
  },
  async claims() {
    await queue.produce({ reference: 'order-5' })
    await assertQueue(queue).toBeDrained()
  },
}

Before(function ({ pickle }) {
  this.body = bodies[pickle.name]
})

When('it runs', async function () {
  await this.body()
})
