/** A server that accepts connections and never replies. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { sendWithin } from '../../src/harness/backing/left-overs.js'
import { QueratorClient } from '../../src/index.js'

test('a run gives up a server that does not reply', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new QueratorClient({ send: sendWithin(30, endpoint) })
  await expect(client.queuesList({})).rejects.toMatchObject({
    codeText: 'No Answer',
    message: `no answer from ${endpoint} within 30 ms; is the daemon running?`,
  })
  server.close()
})
