/**
 * A process with a thousand connections, each with a lease that waits: run by rows/waiting.ts, so that the clients do not
 * share the event loop that is measured. Arguments: URL, queue, count, request timeout. Tells its parent what happens.
 */
import { LoadConnection, type LoadReply } from './http-load.js'
import { RequestMaker } from './messages.js'

const [url = '', queue = '', count = '0', timeout = '1m'] = process.argv.slice(2)
const { hostname, port, host } = new URL(url)
const requests = new RequestMaker(host)
const total = Number(count)

const opening = Array.from({ length: total }, () => LoadConnection.open(hostname, Number(port)))
const connections = await Promise.all(opening)
const statuses: number[] = []
const order: number[] = []

const answered = (client: number) => (reply: LoadReply) => {
  statuses.push(reply.status)
  order.push(client)
  if (order.length < total) return
  process.send?.({ statuses, order })
  for (const connection of connections) connection.close()
  process.disconnect()
}
const failed = (error: Error) => {
  throw error
}

// One after the other, each in a turn of its own: so the order in which they came is known.
for (const [client, connection] of connections.entries()) {
  connection.send(requests.lease(queue, 1, `client-${client}`, timeout), answered(client), failed)
  await new Promise((resolve) => setImmediate(resolve))
}
