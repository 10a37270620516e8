/** A thousand leases waiting on a thousand connections: served by one produce, and timed out together. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate } from 'node:timers'
import { fileURLToPath } from 'node:url'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { settle, timed, watchTurns } from '../measure.js'
import type { Row, Section } from '../report.js'

const CLIENTS = fileURLToPath(new URL('../load/waiting-clients.js', import.meta.url))
const COUNT = 1000
const ROUNDS = 3
/** The longest acceptable stall of the process, in milliseconds. */
const LONGEST_STALL = 50

interface Outcome {
  readonly statuses: number[]
  readonly order: number[]
}

/** Measures the process of the daemon. */
export async function waitingRows(): Promise<Section> {
  await using daemon = await startTestDaemon({ endpoint: '', log: 'silent' })
  const produce = await worst(daemon, '1m', 200, async (queueName) => {
    const items = Array.from({ length: COUNT }, () => ({ bytes: new Uint8Array(100) }))
    await daemon.client.queueProduce({ queueName, requestTimeout: '1m', items })
  })
  const timeout = await worst(daemon, '10m', 454, async () => {
    await daemon.clock.advance('10m')
  })
  const row = (what: string, { stall, took }: Stalled): Row => {
    return { what, measured: stall, unit: 'ms of stall', target: LONGEST_STALL, ceiling: true, note: took }
  }
  return {
    title: 'A thousand waiting leases over a thousand connections, longest of three rounds',
    rows: [row('served in order by one produce', produce), row('timed out together', timeout)],
  }
}

interface Stalled {
  readonly stall: number
  readonly took: string
}

async function worst(
  daemon: TestDaemon,
  requestTimeout: string,
  status: number,
  act: (queueName: string) => Promise<void>,
): Promise<Stalled> {
  const rounds: { stall: number; ms: number }[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(daemon, requestTimeout, status, act))
  const stall = Math.max(...rounds.map((one) => one.stall))
  return { stall, took: `all answered in ${Math.max(...rounds.map((one) => one.ms)).toFixed(0)} ms` }
}

async function measure(
  daemon: TestDaemon,
  requestTimeout: string,
  status: number,
  act: (queueName: string) => Promise<void>,
): Promise<{ stall: number; ms: number }> {
  const queue = await daemon.createQueue()
  const clients = fork(CLIENTS, [await daemon.listen(), queue.name, String(COUNT), requestTimeout])
  const outcome = once(clients, 'message') as Promise<[Outcome]>
  const ended = once(clients, 'exit')
  while ((await queue.counts()).leasesWaiting < COUNT) await new Promise((resolve) => setImmediate(resolve))
  await settle()
  const longestTurn = watchTurns()
  const ms = await timed(async () => {
    await act(queue.name)
    await outcome
  })
  const stall = await longestTurn()
  const [{ statuses, order }] = await outcome
  if (statuses.some((one) => one !== status)) throw new Error(`not all were answered with ${status}: ${statuses}`)
  if (order.some((client, index) => client !== index)) throw new Error(`not in order: ${order}`)
  await ended
  return { stall, ms }
}
