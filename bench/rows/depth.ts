/** Every call on a queue of a million items against the same call on a queue of a thousand, in alternation. */
import { type QueratorClient, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { PAYLOAD } from '../load/messages.js'
import { median, settle, timed } from '../measure.js'
import type { Row, Section } from '../report.js'

const SHALLOW = 1_000
const DEEP = 1_000_000
/** How many items one round adds and removes. */
const ROUND = 500
const ROUNDS = 60
/** How much of its speed a call must keep in the deep queue. */
const WANTED = 0.8

/** Measures each call in a shallow and in a deep queue. `batch` is the number of items per call. */
export async function depthRows(): Promise<Section> {
  const daemon = await startTestDaemon({ endpoint: '', log: 'silent', clock: 'frozen' })
  const rows: Row[] = []
  for (const batch of [1, 100]) {
    const shallow = await DepthProbe.fill(daemon, SHALLOW, batch)
    const deep = await DepthProbe.fill(daemon, DEEP, batch)
    await settle()
    for (let round = 0; round < ROUNDS; round++) {
      // Alternate, so that each comes first as often as second.
      for (const probe of round % 2 === 0 ? [shallow, deep] : [deep, shallow]) await probe.round()
    }
    for (const [call, took] of shallow.took) {
      const [low, high] = [median(took), median(deep.took.get(call) as number[])]
      const note = `${(low * 1000).toFixed(1)} µs at a thousand, ${(high * 1000).toFixed(1)} at a million`
      rows.push({ what: call, measured: low / high, unit: 'times as fast', target: WANTED, note })
    }
    await shallow.delete()
    await deep.delete()
  }
  rows.push(await jump())
  await daemon.close()
  return { title: 'Speed at a million items, relative to a thousand', rows }
}

/** An advance that expires 100,000 leases in a queue of a million items, against one that expires 1,000 of 1,000. */
async function jump(): Promise<Row> {
  const took: Record<number, number[]> = { [SHALLOW]: [], [DEEP]: [] }
  const daemon = await startTestDaemon({ endpoint: '', log: 'silent', clock: 'frozen' })
  const probes = [await DepthProbe.fill(daemon, SHALLOW, 1000), await DepthProbe.fill(daemon, DEEP, 1000)]
  for (let round = 0; round < 9; round++) {
    for (const probe of probes) {
      const count = Math.min(probe.depth, 100_000)
      const repeats = probe.depth === SHALLOW ? 20 : 1
      for (let repeat = 0; repeat < repeats; repeat++) {
        await probe.leaseAll(count)
        // Do not collect garbage here. A forced collection shrinks the young generation, which does not happen in
        // tests.
        const ms = await timed(() => daemon.clock.advance('1m'))
        took[probe.depth]?.push(ms / count)
      }
    }
  }
  await daemon.close()
  const [low, high] = [median(took[SHALLOW] as number[]), median(took[DEEP] as number[])]
  const note = `${(high * 100_000).toFixed(0)} ms for 100,000 leases`
  return {
    what: 'advance that expires 100,000 leases',
    measured: low / high,
    unit: 'times as fast',
    target: WANTED,
    note,
  }
}

/** Two queues of the same depth, one with free items and one with leased ones, and how long calls on them took. */
class DepthProbe {
  /** Milliseconds per call. */
  readonly took = new Map<string, number[]>()
  readonly #client: QueratorClient
  readonly #daemon: TestDaemon
  readonly #free: string
  readonly #held: string
  readonly #batch: number
  /** The leased ids of the second queue. */
  #ids: string[] = []
  #middle = ''

  private constructor(
    daemon: TestDaemon,
    readonly depth: number,
    batch: number,
  ) {
    this.#daemon = daemon
    this.#client = daemon.client
    this.#free = `free-${depth}-${batch}`
    this.#held = `held-${depth}-${batch}`
    this.#batch = batch
  }

  static async fill(daemon: TestDaemon, depth: number, batch: number): Promise<DepthProbe> {
    const probe = new DepthProbe(daemon, depth, batch)
    for (const queueName of [probe.#free, probe.#held]) {
      const leaseTimeout = queueName === probe.#held ? LONG : TIMEOUTS.leaseTimeout
      await probe.#client.queuesCreate({ queueName, ...TIMEOUTS, leaseTimeout, requestedPartitions: 1 })
      for (let count = 0; count < depth; count += 1000) await probe.#produce(queueName, 1000)
    }
    for (let count = 0; count < depth; count += 1000) probe.#ids.push(...(await probe.#lease(probe.#held, 1000)))
    const { items } = await daemon.client.storageItemsList({ queueName: probe.#free, limit: depth / 2 })
    probe.#middle = items.at(-1)?.id ?? ''
    return probe
  }

  async round(): Promise<void> {
    const queueName = this.#free
    await this.#each('produce', ROUND, (count) => this.#produce(queueName, count))
    const ids: string[] = []
    await this.#each('lease', ROUND, async (count) => {
      ids.push(...(await this.#lease(queueName, count)))
    })
    await this.#each('complete', ROUND, (count) => this.#complete(queueName, ids.splice(0, count)))
    await this.#retryRound(queueName)
    await this.#randomRound()
    await this.#expiryRound(queueName)
    await this.#each('items.list from the middle', 10 * this.#batch, async () => {
      await this.#client.storageItemsList({ queueName, pivot: this.#middle, limit: 100 })
    })
    await this.#each('stats', 50 * this.#batch, async () => {
      await this.#client.queueStats({ queueName })
    })
  }

  /** Leases `count` items of the first queue. */
  async leaseAll(count: number): Promise<void> {
    for (let leased = 0; leased < count; leased += 1000) await this.#lease(this.#free, 1000)
  }

  async delete(): Promise<void> {
    for (const queueName of [this.#free, this.#held]) await this.#client.queuesDelete({ queueName, force: true })
  }

  async #retryRound(queueName: string): Promise<void> {
    const ids: string[] = []
    for (let leased = 0; leased < ROUND; leased += 100) ids.push(...(await this.#lease(queueName, 100)))
    await this.#each('retry', ROUND, async (count) => {
      await this.#client.queueRetry({ queueName, items: ids.splice(0, count).map((id) => ({ id })) })
    })
  }

  /** Completes random leased items, then fills up again. */
  async #randomRound(): Promise<void> {
    const chosen: string[] = []
    for (let count = 0; count < ROUND; count++) {
      const index = Math.floor(Math.random() * this.#ids.length)
      // Copy the id, because a consumer has its ids at hand, not scattered over the memory of this process.
      chosen.push(Buffer.from(this.#ids[index] as string, 'latin1').toString('latin1'))
      this.#ids[index] = this.#ids.at(-1) as string
      this.#ids.pop()
    }
    await this.#each('complete in random order', ROUND, (count) => this.#complete(this.#held, chosen.splice(0, count)))
    await this.#produce(this.#held, ROUND)
    this.#ids.push(...(await this.#lease(this.#held, ROUND)))
  }

  /** Expires short-lived items all at once. */
  async #expiryRound(queueName: string): Promise<void> {
    await this.#client.queuesUpdate({ queueName, ...TIMEOUTS, expireTimeout: '1m' })
    await this.#produce(queueName, ROUND)
    const ms = await timed(() => this.#daemon.clock.advance('1m'))
    this.#note('expiry, per item', ms / ROUND)
    await this.#client.queuesUpdate({ queueName, ...TIMEOUTS })
  }

  async #each(call: string, items: number, work: (count: number) => Promise<void>): Promise<void> {
    const calls = items / this.#batch
    const ms = await timed(async () => {
      for (let index = 0; index < calls; index++) await work(this.#batch)
    })
    this.#note(`${call}${/list|stats/.test(call) ? '' : `, batches of ${this.#batch}`}`, ms / calls)
  }

  #note(call: string, ms: number): void {
    const took = this.took.get(call)
    if (took === undefined) this.took.set(call, [ms])
    else took.push(ms)
  }

  async #produce(queueName: string, count: number): Promise<void> {
    const items = Array.from({ length: count }, () => ({ bytes: PAYLOAD }))
    await this.#client.queueProduce({ queueName, requestTimeout: '1m', items })
  }

  async #lease(queueName: string, batchSize: number): Promise<string[]> {
    const { items } = await this.#client.queueLease({ queueName, batchSize, clientId: 'a', requestTimeout: '1m' })
    return items.map((item) => item.id)
  }

  async #complete(queueName: string, ids: string[]): Promise<void> {
    await this.#client.queueComplete({ queueName, partition: 0, requestTimeout: '1m', ids })
  }
}

const LONG = '240h'
const TIMEOUTS = { leaseTimeout: '1m', expireTimeout: LONG } as const
