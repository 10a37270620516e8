const { Before, When } = require('@cucumber/cucumber')
require('querator-test/cucumber')
const { isQueratorError, QueratorError } = require('querator-test')
const matrix = require('./scenarios.cjs')

const attached = Boolean(process.env.QUERATOR_ENDPOINT)

Before(function ({ pickle }) {
  this.scenario = matrix.scenarios.find((scenario) => scenario.name === pickle.name)
})

When('it runs', async function () {
  if (attached && this.scenario.embedded) return 'skipped'
  const { queue, createQueue, daemon, client, clock, leaks } = this
  await this.scenario.run({
    queue,
    createQueue,
    daemon,
    client,
    clock,
    leaks,
    QueratorError,
    isQueratorError,
    attached,
  })
})
