/** The workers of examples/faults, each with the bug that a fault finds. */

function orderOf(item) {
  return JSON.parse(new TextDecoder().decode(item.bytes))
}

function lease(client, queueName, batchSize, clientId = 'worker') {
  return client.queueLease({ queueName, clientId, batchSize, requestTimeout: '5s' })
}

function complete(client, queueName, { items, partition }, options) {
  const ids = items.map(({ id }) => id)
  return client.queueComplete({ queueName, partition, ids, requestTimeout: '5s' }, options)
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

/** Places an order. If there is no reply, it tries again. */
async function place(client, queueName, order) {
  const items = [{ reference: `order-${order.id}`, utf8: JSON.stringify(order) }]
  const produce = () => client.queueProduce({ queueName, requestTimeout: '5s', items })
  await produce().catch(produce)
}

/** Books order after order, each item that comes. */
async function bookAll(client, queueName, book, signal) {
  while (!signal.aborted) {
    const request = { queueName, clientId: 'worker', batchSize: 1, requestTimeout: '5s' }
    const leased = await client.queueLease(request, { signal }).catch(() => ({ items: [] }))
    for (const item of leased.items) await book(orderOf(item))
    if (leased.items.length > 0) await complete(client, queueName, leased)
  }
}

/** Prints the label of an order, whoever else may be doing the same. */
async function label(client, queueName, { clientId, print }) {
  const leased = await lease(client, queueName, 1, clientId)
  await print(orderOf(leased.items[0]))
  await complete(client, queueName, leased).catch(() => {})
}

/** Refunds order after order, and ends with the first call that is refused. */
async function refundAll(client, queueName, refund, signal) {
  while (!signal.aborted) {
    const leased = await lease(client, queueName, 1)
    await refund(orderOf(leased.items[0]))
    await complete(client, queueName, leased)
  }
}

/** Invoices an order, and returns whether it is done. A complete without a reply counts as not done. */
async function invoice(client, queueName, send) {
  const leased = await lease(client, queueName, 1)
  await send(orderOf(leased.items[0]))
  const within = { signal: AbortSignal.timeout(50) }
  return complete(client, queueName, leased, within).then(
    () => 'done',
    () => 'open',
  )
}

/** Picks an order up, unless the lease has run out by the clock of this machine. */
async function pickUp(client, queueName, pick) {
  const leased = await lease(client, queueName, 1)
  const deadline = Number(leased.items[0].leaseDeadline.seconds) * 1000
  if (deadline < Date.now()) return
  await pick(orderOf(leased.items[0]))
  await complete(client, queueName, leased)
}

/** Takes changes of a price from the queue. The last that comes counts. */
async function priceOf(client, queueName, changes) {
  let price
  for (let change = 0; change < changes; change++) {
    const leased = await lease(client, queueName, 1)
    price = orderOf(leased.items[0])
    await complete(client, queueName, leased)
  }
  return price.amount
}

module.exports = { charge, shipAll, mailAll, place, bookAll, label, refundAll, invoice, pickUp, priceOf }
