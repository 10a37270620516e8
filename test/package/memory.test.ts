/** The server in a small heap, offered ten times its memory limit: it survives, and keeps everything it accepted. */
import { expect, test } from 'vitest'
import { QueratorClient } from '../../src/index.js'
import { bin, projectOf, run, startWith } from './project.js'

/** How many items of 1 KB a request has. */
const BATCH = 500

/** Produces a batch. Returns the error, or undefined. */
async function offer(client: QueratorClient): Promise<{ code: number; message: string } | undefined> {
  const items = Array.from({ length: BATCH }, (_, index) => ({ bytes: new Uint8Array(1000).fill(index) }))
  return client.queueProduce({ queueName: 'q', requestTimeout: '1m', items }).then(
    () => undefined,
    (error: { code: number; message: string }) => error,
  )
}

async function drain(client: QueratorClient): Promise<number> {
  const counted = await client.queueStats({ queueName: 'q' })
  const total = counted.logicalQueues[0]?.partitions[0]?.total ?? 0
  for (let left = total; left > 0; ) {
    const batch = { queueName: 'q', requestTimeout: '1m', clientId: 'c', batchSize: 1000 }
    const { partition, items } = await client.queueLease(batch)
    expect(items[0]?.bytes).toHaveLength(1000)
    const ids = items.map(({ id }) => id)
    await client.queueComplete({ queueName: 'q', partition, requestTimeout: '1m', ids })
    left -= ids.length
  }
  return total
}

test('querator survives offers of ten times its memory limit, and loses nothing that it confirmed with 200', async () => {
  const folder = projectOf({ 'test-config.yaml': 'address: 127.0.0.1:0\n' })
  const heap = { NODE_OPTIONS: '--max-old-space-size=100' }
  const { child, ended, shows } = startWith(heap, folder, bin('querator'), '--config', 'test-config.yaml')
  const [, endpoint = ''] = await shows(/querator is listening on (http:\/\/127\.0\.0\.1:\d+)\n/)
  const client = new QueratorClient({ endpoint })
  await client.queuesCreate({ queueName: 'q', leaseTimeout: '1m', expireTimeout: '1h', requestedPartitions: 1 })
  let taken = -BATCH
  let refused: Awaited<ReturnType<typeof offer>>
  do {
    refused = await offer(client)
    taken += BATCH
  } while (refused === undefined)
  expect(refused).toMatchObject({ code: 453 })
  const limit = Number(/memory limit of ([\d.]+)MB/.exec(refused.message)?.[1]) * 1e6
  expect(taken).toBeGreaterThan((0.7 * limit) / 1200)
  for (let offered = 0; offered < 10 * limit; offered += BATCH * 1000) {
    expect(await offer(client)).toMatchObject({ code: 453 })
  }
  expect(await drain(client)).toBe(taken)
  expect(await offer(client)).toBeUndefined()
  child.kill('SIGTERM')
  const { status, stderr, stdout } = await ended
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('most of the memory limit')
})

test('does not keep the bodies of waiting requests', () => {
  const folder = projectOf({
    'script.mjs': `
      import { request } from 'node:http'
      import { startTestDaemon } from 'querator-test'
      const daemon = await startTestDaemon({ log: 'silent' })
      const queue = await daemon.createQueue({ name: 'q' })
      queue.pause()
      const send = (body) => {
        const headers = { 'content-type': 'application/json', 'content-length': body.length }
        const options = { method: 'POST', path: '/v1/queue.produce', headers, createConnection: () => daemon.connect() }
        request(options).on('error', () => {}).end(body)
      }
      const item = { utf8: 'x'.repeat(4_000_000) }
      for (let count = 0; count < 20; count++) {
        send(Buffer.from(JSON.stringify({ queue_name: 'q', request_timeout: '10m', items: [item] })))
      }
      const waiting = async () => (await daemon.client.queueStats({ queueName: 'q' })).logicalQueues[0].produceWaiting
      const turn = () => new Promise((resolve) => setImmediate(resolve))
      while (await waiting() < 20) await turn()
      // A collection that had begun before only ends with the first gc(), and keeps what became garbage since.
      for (let count = 0; count < 3; count++) {
        gc()
        await turn()
      }
      console.log(process.memoryUsage().arrayBuffers < 20_000_000)
      process.exit()`,
  })
  const { stdout } = run(folder, 'node', '--expose-gc', 'script.mjs')
  expect(stdout).toBe('true\n')
})
