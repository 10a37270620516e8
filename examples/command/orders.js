/** Stands for a suite in any language. It knows the daemon only by its address. */
import assert from 'node:assert/strict'

async function call(path, body) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`http://localhost:2319/v1/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  assert.equal(response.status, 200)
  return response.json()
}

const items = [{ reference: 'order-1', utf8: '{"id":1}' }]
await call('queue.produce', { queue_name: 'orders', request_timeout: '5s', items })
const lease = await call('queue.lease', {
  queue_name: 'orders',
  client_id: 'worker',
  batch_size: 1,
  request_timeout: '5s',
})
assert.equal(lease.items[0].reference, 'order-1')
console.log('the worker got order-1')
