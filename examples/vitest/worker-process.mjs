/** A worker as a program: `node worker-process.mjs <url> <queue>`. */
const [url, queue_name] = process.argv.slice(2)

async function call(name, body) {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const response = await fetch(`${url}/v1/${name}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ queue_name, ...body }),
  })
  return { status: response.status, ...(await response.json()) }
}

for (;;) {
  const lease = await call('queue.lease', { client_id: 'shipper', batch_size: 1, request_timeout: '30s' })
  // 454: there was nothing to do.
  if (lease.status === 454) continue
  if (lease.status !== 200) throw new Error(lease.message)
  const ids = lease.items.map((item) => item.id)
  await call('queue.complete', { partition: lease.partition ?? 0, ids, request_timeout: '10s' })
}
