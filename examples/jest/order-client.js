/** A client as you may have one: its URL is built in. */
async function placeOrder(order) {
  const response = await fetch('http://queues.internal:2319/v1/queue.produce', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      queueName: 'orders',
      requestTimeout: '5s',
      items: [{ reference: `order-${order.id}`, utf8: JSON.stringify(order) }],
    }),
  })
  if (!response.ok) throw new Error((await response.json()).message)
}

module.exports = { placeOrder }
