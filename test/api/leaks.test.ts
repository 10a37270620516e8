/** Closed daemons leave nothing behind, and forgotten daemons keep nothing open. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { QueratorClient, startTestDaemon } from '../../src/index.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The second collection waits for the sweep of the first, which frees the memory of buffers in the background. */
function collectGarbage(): void {
  collect()
  collect()
}

/** The timers, sockets and servers that keep the event loop busy. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) {
    if (/Timeout|TCP|Server|Immediate/.test(name)) counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

async function useDaemon(tcp: boolean): Promise<void> {
  const daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue({ deadQueue: true, maxAttempts: 1 })
  await queue.produce({ reference: 'a', bytes: new Uint8Array(1000) }, { reference: 'b' })
  await queue.lease()
  const waiting = Promise.allSettled([queue.lease({ batchSize: 1 }), queue.lease({ requestTimeout: '5m' })])
  if (tcp) {
    const client = new QueratorClient({ endpoint: await daemon.listen() })
    await client.queueStats({ queueName: queue.name })
    daemon.connect()
  }
  await daemon.clock.advance('1h')
  await daemon.close()
  await waiting
}

test('1,000 daemons started, used and closed leave no timers, sockets or memory behind', {
  timeout: 120_000,
}, async () => {
  const round = async () => {
    for (let count = 0; count < 200; count++) await useDaemon(count % 10 === 0)
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  await round()
  const before = resources()
  const heaps: number[] = []
  for (let rounds = 0; rounds < 5; rounds++) heaps.push(await round())
  expect(resources()).toEqual(before)
  // A daemon that was not freed would hold far more than this.
  const growth = ((heaps.at(-1) ?? 0) - (heaps[0] ?? 0)) / 800
  expect(growth).toBeLessThan(10_000)
})

test('clearing or deleting a queue frees its memory', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const used = () => {
    collectGarbage()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const fill = async () => {
    const queue = await daemon.createQueue()
    for (let batch = 0; batch < 20; batch++) {
      await queue.produce(...Array.from({ length: 1000 }, () => ({ bytes: new Uint8Array(100) })))
    }
    return queue
  }
  await (await fill()).delete()
  const before = used()
  const [cleared, deleted] = [await fill(), await fill()]
  const full = used() - before
  await cleared.clear()
  await deleted.delete()
  // The rest is compiled code and the like.
  expect(used() - before).toBeLessThan(full / 3)
})

test.each(['protobuf', 'json'] as const)('an item does not keep its request in memory (%s)', async (encoding) => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const client = new QueratorClient({ endpoint: await daemon.listen(), encoding })
  const queue = await daemon.createQueue()
  const used = () => {
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const produce = async () => {
    const items = [
      { reference: 'a-reference-of-some-length', bytes: new Uint8Array(10) },
      { reference: 'big', bytes: new Uint8Array(2_000_000) },
    ]
    await client.queueProduce({ queueName: queue.name, requestTimeout: '1m', items })
    const big = (await queue.items()).filter((item) => item.reference === 'big').map((item) => item.id)
    await client.storageItemsDelete({ queueName: queue.name, ids: big })
  }
  await produce()
  const before = used()
  for (let count = 0; count < 20; count++) await produce()
  expect(await queue.items()).toHaveLength(21)
  expect(used() - before).toBeLessThan(20_000_000)
})
