/** Memory: what a million items of 100 bytes take, and what is left after they are removed. Needs `--expose-gc`. */
import { openTestDaemon, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { PAYLOAD } from '../load/messages.js'
import { settle } from '../measure.js'
import type { Row, Section } from '../report.js'

const ITEMS = 1_000_000
const BATCH = 1000
const DAEMONS = 200

/** Measures in this process, after collecting everything else. */
export async function heapRows(): Promise<Section> {
  const rows = [
    ...(await itemRows('item of 100 bytes', () => ({ bytes: PAYLOAD }), 350)),
    ...(await itemRows('the same with a unique reference', (n) => ({ bytes: PAYLOAD, reference: `order-${n}` }))),
    await daemonRow(),
  ]
  return { title: 'Memory', rows }
}

interface Given {
  readonly bytes: Uint8Array
  readonly reference?: string
}

async function itemRows(what: string, make: (number: number) => Given, target?: number): Promise<Row[]> {
  const daemon = await startTestDaemon({ endpoint: '', log: 'silent' })
  const create = { leaseTimeout: '10m', expireTimeout: '24h', requestedPartitions: 1 }
  for (const queueName of ['warm', 'cleared', 'deleted']) await daemon.client.queuesCreate({ queueName, ...create })
  await fill(daemon, 'warm', make, ITEMS / 10)
  await daemon.client.queuesDelete({ queueName: 'warm', force: true })
  const before = await used()
  await fill(daemon, 'cleared', make, ITEMS)
  const full = (await used()) - before
  await daemon.client.queueClear({ queueName: 'cleared', queue: true, destructive: true })
  const cleared = (await used()) - before
  await fill(daemon, 'deleted', make, ITEMS)
  await daemon.client.queuesDelete({ queueName: 'deleted', force: true })
  const deleted = (await used()) - before
  await daemon.close()
  const rows: Row[] = [
    { what, measured: full / ITEMS, unit: 'bytes', ...(target === undefined ? {} : { target, ceiling: true }) },
  ]
  if (target === undefined) return rows
  // Code and caches stay. A hundredth is far less than any part of the items.
  const left = { unit: 'MB', target: full / 100 / 1e6, ceiling: true }
  return [
    ...rows,
    { what: 'left when the queue is cleared', measured: Math.max(cleared, 1) / 1e6, ...left },
    { what: 'left when the queue is deleted', measured: Math.max(deleted, 1) / 1e6, ...left },
  ]
}

async function fill(
  { client }: TestDaemon,
  queueName: string,
  make: (number: number) => Given,
  count: number,
): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const items = Array.from({ length: BATCH }, (_, index) => make(first + index))
    await client.queueProduce({ queueName, requestTimeout: '1m', items })
  }
}

async function daemonRow(): Promise<Row> {
  const before = await used()
  const daemons = Array.from({ length: DAEMONS }, () => openTestDaemon({ endpoint: '', log: 'silent' }))
  for (const { client } of daemons) {
    const queue = { queueName: 'q', leaseTimeout: '10m', expireTimeout: '24h', requestedPartitions: 1 }
    await client.queuesCreate(queue)
  }
  const measured = ((await used()) - before) / DAEMONS / 1e6
  for (const daemon of daemons) await daemon.close()
  return { what: 'idle daemon with a queue', measured, unit: 'MB', target: 1, ceiling: true }
}

async function used(): Promise<number> {
  await settle()
  await settle()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
