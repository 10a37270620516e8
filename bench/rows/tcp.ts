/** Over TCP: produce, lease and complete 10,000 items in an empty queue, over 8 connections, with one encoding both ways. */
import type { Encoding } from '../../src/protocol/content-type.js'
import { startBareServer, startDaemonProcess } from '../load/daemon-process.js'
import { drive, LoadConnection, type LoadReply } from '../load/http-load.js'
import { checked, idsOf, RequestMaker } from '../load/messages.js'
import { median, perSecond, settle, timed } from '../measure.js'
import type { Row, Section } from '../report.js'

const ITEMS = 10_000
const CONNECTIONS = 8
const WARM_UP = 3

/** Querator's own figures on a similar machine in protobuf, in items per second, times the share that we want. */
const TARGETS = {
  1: { produce: 22_400 * 0.8, lease: 18_400 * 1.2, complete: 10_600 * 1.5 },
  10: { produce: 178_000, lease: 135_000, complete: 17_600 * 10 },
  100: { produce: 387_000, lease: 533_000, complete: 15_700 * 20 },
  1000: { produce: 635_000, lease: 849_000, complete: 21_700 * 20 },
} as const

type Batch = keyof typeof TARGETS
type Rates = Record<'produce' | 'lease' | 'complete', number[]>

/** Measures its own daemon and, round by round, the server at `against`. */
export async function tcpRows(encoding: Encoding, against?: string): Promise<Section> {
  const daemon = await startDaemonProcess()
  try {
    const ours = await Target.open(daemon.url, encoding)
    const other = against === undefined ? undefined : await Target.open(against, encoding)
    const rows: Row[] = [await bareRow(encoding)]
    for (const batch of [1, 10, 100, 1000] as const) rows.push(...(await batchRows(batch, ours, other, encoding)))
    ours.close()
    other?.close()
    return { title: `Over TCP, 8 connections, ${encoding}, 100-byte payloads, items per second`, rows }
  } finally {
    await daemon.stop()
  }
}

async function batchRows(batch: Batch, ours: Target, other: Target | undefined, encoding: Encoding): Promise<Row[]> {
  const rounds = batch === 1 ? 15 : 25
  const own = newRates()
  const others = newRates()
  // The first rounds warm up the compiler.
  for (let round = -WARM_UP; round < rounds; round++) {
    await ours.round(batch, round < 0 ? newRates() : own)
    await other?.round(batch, round < 0 ? newRates() : others)
  }
  return (['produce', 'lease', 'complete'] as const).map((call) => ({
    what: `${call}, batches of ${batch}`,
    measured: median(own[call]),
    unit: 'items/s',
    ...(encoding === 'protobuf' ? { target: TARGETS[batch][call] } : {}),
    note: other === undefined ? '' : `the other server: ${Math.round(median(others[call])).toLocaleString('en-US')}`,
  }))
}

/** How many requests per second this machine can take, as an upper limit of the other figures. */
async function bareRow(encoding: Encoding): Promise<Row> {
  const server = await startBareServer()
  const bare = await Target.open(server.url, encoding)
  const rates: number[] = []
  for (let round = -WARM_UP; round < 7; round++) {
    const rate = await bare.bareRound()
    if (round >= 0) rates.push(rate)
  }
  bare.close()
  await server.stop()
  return { what: 'for comparison: bare node:http', measured: median(rates), unit: 'calls/s' }
}

function newRates(): Rates {
  return { produce: [], lease: [], complete: [] }
}

interface Prepared {
  readonly produces: Buffer[]
  readonly leases: Buffer[]
}

/** A server under load. */
class Target {
  readonly #connections: LoadConnection[]
  readonly #requests: RequestMaker
  readonly #encoding: Encoding
  readonly #ready = new Map<Batch, Prepared>()

  private constructor(connections: LoadConnection[], host: string, encoding: Encoding) {
    this.#connections = connections
    this.#requests = new RequestMaker(host, encoding)
    this.#encoding = encoding
  }

  static async open(url: string, encoding: Encoding): Promise<Target> {
    const { hostname, port, host } = new URL(url)
    const opened = Array.from({ length: CONNECTIONS }, () => LoadConnection.open(hostname, Number(port)))
    return new Target(await Promise.all(opened), host, encoding)
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  /** Fills and empties a queue, and records the rate of each step. */
  async round(batch: Batch, rates: Rates): Promise<void> {
    const queue = `bench-${process.pid}-${batch}`
    await this.#all([this.#requests.create(queue)])
    const { produces, leases } = this.#prepared(queue, batch)
    rates.produce.push((await this.#rate(produces)).rate)
    const { rate, replies } = await this.#rate(leases)
    rates.lease.push(rate)
    const completes = replies.map((reply) => this.#requests.complete(queue, idsOf(reply, this.#encoding)))
    rates.complete.push((await this.#rate(completes)).rate)
    await this.#all([this.#requests.delete(queue)])
  }

  /** Creates requests that are the same in each round only once, so that the generator does not create garbage. */
  #prepared(queue: string, batch: Batch): Prepared {
    const known = this.#ready.get(batch)
    if (known !== undefined) return known
    const calls = Array.from({ length: ITEMS / batch }, (_, call) => call)
    const produce = this.#requests.produce(queue, batch)
    const prepared = {
      produces: calls.map(() => produce),
      leases: calls.map((call) => this.#requests.lease(queue, batch, `client-${call}`)),
    }
    this.#ready.set(batch, prepared)
    return prepared
  }

  /** Sends the same requests to a server that ignores them. Returns the rate. */
  async bareRound(): Promise<number> {
    return (await this.#rate(this.#prepared('bench', 1).produces)).rate
  }

  async #rate(requests: Buffer[]): Promise<{ rate: number; replies: LoadReply[] }> {
    await settle()
    let replies: LoadReply[] = []
    const ms = await timed(async () => {
      replies = await drive(this.#connections, requests)
    })
    return { rate: perSecond(ITEMS, ms), replies: replies.map(checked) }
  }

  async #all(requests: Buffer[]): Promise<void> {
    for (const reply of await drive(this.#connections, requests)) checked(reply)
  }
}
