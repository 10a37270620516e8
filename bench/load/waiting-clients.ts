/**
 * A process with a thousand connections, each with a waiting lease. rows/waiting.ts runs it, so that the clients do not
 * share the measured event loop. Arguments: URL, queue, count, request timeout. It reports to its parent process.
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

// Send one per turn of the event loop, so that their order of arrival is known.
for (const [client, connection] of connections.entries()) {
  connection.send(requests.lease(queue, 1, `client-${client}`, timeout), answered(client), failed)
  await new Promise((resolve) => setImmediate(resolve))
}
