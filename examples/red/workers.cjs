/** Workers as they are written when it is late: each has the fault that a suite here runs into. */

function orderOf(item) {
  return JSON.parse(new TextDecoder().decode(item.bytes))
}

/** Ships a batch. What cannot be shipped is completed with the rest. */
async function shipBatch(client, queueName, ship) {
  const { items, partition } = await client.queueLease({
    queueName,
    clientId: 'shipper',
    batchSize: 10,
    requestTimeout: '5s',
  })
  for (const item of items) {
    try {
      await ship(orderOf(item))
    } catch {
      // Should go back.
    }
  }
  await client.queueComplete({ queueName, partition, ids: items.map((item) => item.id), requestTimeout: '5s' })
}

/** Bills an order, and forgets those that cost nothing. */
async function bill(client, queueName) {
  const lease = await client.queueLease({ queueName, clientId: 'biller', batchSize: 1, requestTimeout: '5s' })
  const [item] = lease.items
  if (orderOf(item).total === 0) return
  await client.queueComplete({ queueName, partition: lease.partition, ids: [item.id], requestTimeout: '5s' })
}

/** Packs an order, however long that takes. */
async function pack(client, queueName, clientId, packing) {
  const lease = await client.queueLease({ queueName, clientId, batchSize: 1, requestTimeout: '5s' })
  const [item] = lease.items
  await packing(orderOf(item))
  await client.queueComplete({ queueName, partition: lease.partition, ids: [item.id], requestTimeout: '5s' })
}

/** Imports until the queue is empty, or for so many rounds. What it cannot read it gives back, for ever. */
async function importAll(client, queueName, rounds) {
  for (let round = 0; round < rounds; round++) {
    const lease = await client.queueLease({ queueName, clientId: 'importer', batchSize: 1, requestTimeout: '5s' })
    const [item] = lease.items
    const { partition } = lease
    try {
      orderOf(item)
      await client.queueComplete({ queueName, partition, ids: [item.id], requestTimeout: '5s' })
    } catch {
      await client.queueRetry({ queueName, partition, items: [{ id: item.id }] })
    }
  }
}

module.exports = { shipBatch, bill, pack, importAll }
