/** Clients that send their last bytes and close one side: no later request waits for an item (D2). */
import { describe, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { LIST } from '../support/http-cases.js'
import { answersOf, LINES, rawRequest } from '../support/raw-http.js'

const LIST_QUEUES = rawRequest(LIST, [], '{}')

function lease(queueName: string): string {
  const body = { queueName, batchSize: 1, clientId: 'gone', requestTimeout: '10m' }
  return rawRequest('POST /v1/queue.lease HTTP/1.1', [], JSON.stringify(body))
}

describe.each(Object.entries(LINES))('%s', (_, open) => {
  test('a lease behind another request does not wait and gets no item', async () => {
    await using daemon = await startTestDaemon()
    const queue = await daemon.createQueue()
    const line = await open(daemon)
    const answers = answersOf(line)
    line.end(LIST_QUEUES + lease(queue.name))
    expect((await answers).map(({ status }) => status)).toEqual([200])
    await queue.produce({ reference: 'a' })
    expect(await queue.counts()).toMatchObject({ total: 1, leased: 0, leasesWaiting: 0 })
  })

  test('half a body behind another request fails at once', async () => {
    await using daemon = await startTestDaemon()
    const line = await open(daemon)
    const answers = answersOf(line)
    line.end(`${LIST_QUEUES}${rawRequest(LIST, ['Content-Length: 1000'])}{`)
    expect(await answers).toMatchObject([
      { status: 200 },
      { status: 512, body: expect.stringContaining('unexpected EOF') },
    ])
  })

  test('a lease behind a reply that is read late does not wait', async () => {
    await using daemon = await startTestDaemon({ clock: 'frozen' })
    const queue = await daemon.createQueue()
    for (let count = 0; count < 16; count++) await queue.produce({ bytes: new Uint8Array(1_000_000) })
    const line = await open(daemon)
    line.on('error', () => undefined).pause()
    const list = JSON.stringify({ queueName: queue.name, partition: 0 })
    const other = await daemon.createQueue()
    line.end(rawRequest('POST /v1/storage/items.list HTTP/1.1', [], list) + lease(other.name))
    await daemon.client.queuesList({})
    const answers = answersOf(line)
    line.resume()
    expect((await answers).map(({ status }) => status)).toEqual([200])
    await other.produce({ reference: 'a' })
    expect(await other.counts()).toMatchObject({ leased: 0 })
  })
})
