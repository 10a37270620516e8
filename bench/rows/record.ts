/** The cost of the event record: the same work with and without it, in alternation. */
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { PAYLOAD } from '../load/messages.js'
import { median, settle, timed } from '../measure.js'
import type { Row, Section } from '../report.js'

const QUEUE = 'bench'
const ROUNDS = 31
/** How many rounds of warm-up. Until then the JavaScript engine still optimises. */
const WARM_UP = 10
const CYCLES = 2_000
const BATCH = 1000
const BATCHES = 20

/** Measures cycles of one item and of a thousand. */
export async function recordRows(): Promise<Section> {
  const rows: Row[] = []
  for (const [what, size, count] of [
    ['cycle of one item', 1, CYCLES],
    ['cycle of 1,000 items', BATCH, BATCHES],
  ] as const) {
    rows.push(...(await compared(what, size, count)))
  }
  return { title: 'Event record, the default against none', rows }
}

async function compared(what: string, size: number, count: number): Promise<Row[]> {
  const [on, off] = [await started({}), await started({ events: 0 })]
  const took: Record<'on' | 'off', number[]> = { on: [], off: [] }
  for (const daemon of [on, off]) await cycles(daemon, size, count * WARM_UP)
  await settle()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, daemon] of [['on', on] as const, ['off', off] as const]) {
      took[name].push((await timed(() => cycles(daemon, size, count))) / (size * count))
    }
  }
  await Promise.all([on.close(), off.close()])
  // Compare rounds that ran next to each other, because whatever slows the machine down slows both.
  const ratios = took.on.map((ms, round) => ms / (took.off[round] as number))
  return [
    {
      what: `${what}, per item`,
      measured: median(took.on) * 1000,
      unit: 'µs',
      note: `without the record ${(median(took.off) * 1000).toFixed(2)} µs: it takes ${((median(ratios) - 1) * 100).toFixed(0)} % more`,
    },
  ]
}

async function started(options: { events?: number }): Promise<TestDaemon> {
  const daemon = await startTestDaemon({ endpoint: '', log: 'silent', ...options })
  await daemon.createQueue({ name: QUEUE, leaseTimeout: '10m' })
  return daemon
}

async function cycles({ client }: TestDaemon, size: number, count: number): Promise<void> {
  const items = Array.from({ length: size }, () => ({ bytes: PAYLOAD }))
  for (let cycle = 0; cycle < count; cycle++) {
    await client.queueProduce({ queueName: QUEUE, requestTimeout: '1m', items })
    const lease = { queueName: QUEUE, batchSize: size, clientId: 'a', requestTimeout: '1m' }
    const ids = (await client.queueLease(lease)).items.map((item) => item.id)
    await client.queueComplete({ queueName: QUEUE, partition: 0, requestTimeout: '1m', ids })
  }
}
