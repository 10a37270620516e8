/** A script of its own: `daemon.intercept` with the version of undici that the first argument names. */
const assert = require('node:assert')
const { startTestDaemon } = require('querator-test')
const undici = require(process.argv[2])

async function main() {
  const daemon = await startTestDaemon()
  const queue = await daemon.createQueue({ name: 'orders' })
  const undo = daemon.intercept('http://queues.internal:2319')
  const body = JSON.stringify({ queue_name: 'orders', request_timeout: '1m', items: [{ utf8: 'x' }] })
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  const url = 'http://queues.internal:2319/v1/queue.produce'
  assert.equal((await fetch(url, init)).status, 200)
  assert.equal((await undici.fetch(url, init)).status, 200)
  const { statusCode, body: reply } = await undici.request(url, init)
  assert.equal(statusCode, 200)
  await reply.dump()
  assert.equal((await queue.counts()).total, 3)
  const other = await daemon.listen()
  assert.equal((await undici.request(`${other}/health`)).statusCode, 200)
  undo()
  await assert.rejects(undici.request(url, init))
  console.log('3 passed')
}

void main()
