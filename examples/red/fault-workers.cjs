/** The workers of examples/faults, each with the bug that a fault finds. */

function orderOf(item) {
  return JSON.parse(new TextDecoder().decode(item.bytes))
}

function lease(client, queueName, batchSize) {
  return client.queueLease({ queueName, clientId: 'worker', batchSize, requestTimeout: '5s' })
}

/** Charges an order. If anything fails, all of it is tried again. */
async function charge(client, queueName, pay) {
  const { items, partition } = await lease(client, queueName, 1)
  const [item] = items
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      await pay(orderOf(item))
      return await client.queueComplete({ queueName, partition, ids: [item.id], requestTimeout: '5s' })
    } catch {
      // Next attempt.
    }
  }
}

/** Ships a batch, and only logs that it could not be completed. */
async function shipAll(client, queueName, ship) {
  const { items, partition } = await lease(client, queueName, 10)
  for (const item of items) await ship(orderOf(item))
  const ids = items.map(({ id }) => id)
  await client.queueComplete({ queueName, partition, ids, requestTimeout: '5s' }).catch(() => {})
}

/** Mails order after order, and waits for each reply as long as it takes. */
async function mailAll(client, queueName, mail, signal) {
  while (!signal.aborted) {
    const { items, partition } = await lease(client, queueName, 1)
    await mail(orderOf(items[0]))
    await client.queueComplete({ queueName, partition, ids: [items[0].id], requestTimeout: '5s' })
  }
}

module.exports = { charge, shipAll, mailAll }
