/** In memory, in one process: through the client, with every message encoded and decoded on both sides. */
import { performance } from 'node:perf_hooks'
import { type QueratorClient, startTestDaemon } from '../../src/index.js'
import { PAYLOAD } from '../load/messages.js'
import { median, percentiles, perSecond, settle, timed } from '../measure.js'
import type { Row, Section } from '../report.js'

const QUEUE = 'bench'
const SINGLES = 20_000
const BATCH = 1000
const BATCHES = 100
const ROUNDS = 15

/** Measures single calls, batches of 1,000, and whole cycles. */
export async function inMemoryRows(): Promise<Section> {
  const daemon = await startTestDaemon({ endpoint: '', log: 'silent' })
  const { client } = daemon
  await settle()
  await client.queuesCreate({ queueName: QUEUE, leaseTimeout: '10m', expireTimeout: '24h', requestedPartitions: 1 })
  const rows = [await singles(client), ...(await batches(client)), await cycles(client)]
  await daemon.close()
  return { title: 'In memory, through the client, codec on', rows }
}

async function clear(client: QueratorClient): Promise<void> {
  await client.queueClear({ queueName: QUEUE, queue: true, destructive: true })
}

async function singles(client: QueratorClient): Promise<Row> {
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const ms = await timed(async () => {
      for (let call = 0; call < SINGLES; call++) {
        await client.queueProduce({ queueName: QUEUE, requestTimeout: '1m', items: [{ bytes: PAYLOAD }] })
      }
    })
    rates.push(perSecond(SINGLES, ms))
    await clear(client)
  }
  return { what: 'produce, one item', measured: median(rates), unit: 'calls/s', target: 100_000 }
}

async function batches(client: QueratorClient): Promise<Row[]> {
  const rates: Record<'produce' | 'lease' | 'complete', number[]> = { produce: [], lease: [], complete: [] }
  const items = Array.from({ length: BATCH }, () => ({ bytes: PAYLOAD }))
  for (let round = 0; round < ROUNDS; round++) {
    const took = async (call: keyof typeof rates, work: () => Promise<void>) => {
      rates[call].push(perSecond(BATCH * BATCHES, await timed(work)))
    }
    await took('produce', async () => {
      for (let batch = 0; batch < BATCHES; batch++) {
        await client.queueProduce({ queueName: QUEUE, requestTimeout: '1m', items })
      }
    })
    const leased: string[][] = []
    await took('lease', async () => {
      for (let batch = 0; batch < BATCHES; batch++) {
        const request = { queueName: QUEUE, batchSize: BATCH, clientId: 'a', requestTimeout: '1m' }
        leased.push((await client.queueLease(request)).items.map((item) => item.id))
      }
    })
    await took('complete', async () => {
      for (const ids of leased) {
        await client.queueComplete({ queueName: QUEUE, partition: 0, requestTimeout: '1m', ids })
      }
    })
    await clear(client)
  }
  return (['produce', 'lease', 'complete'] as const).map((call) => ({
    what: `${call}, batches of 1,000`,
    measured: median(rates[call]),
    unit: 'items/s',
    target: 1_000_000,
  }))
}

async function cycles(client: QueratorClient): Promise<Row> {
  const took: number[] = []
  for (let cycle = 0; cycle < SINGLES; cycle++) {
    const start = performance.now()
    await client.queueProduce({ queueName: QUEUE, requestTimeout: '1m', items: [{ bytes: PAYLOAD }] })
    const { items } = await client.queueLease({
      queueName: QUEUE,
      batchSize: 1,
      clientId: 'a',
      requestTimeout: '1m',
    })
    const ids = items.map((item) => item.id)
    await client.queueComplete({ queueName: QUEUE, partition: 0, requestTimeout: '1m', ids })
    took.push(performance.now() - start)
  }
  const warm = took.slice(SINGLES / 2)
  const measured = median(warm) * 1000
  return { what: 'cycle of one item', measured, unit: 'µs', target: 40, ceiling: true, note: percentiles(warm) }
}
