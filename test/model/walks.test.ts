/**
 * Random walks: the same commands to a daemon and to the model, compared after each. No item is lost, none is leased
 * twice at a time, order is kept, counts are exact. A failing walk is shrunk to the shortest that still fails.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isQueratorError, type Lease, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'
import { type ModelItem, type ModelLease, type ModelPartition, QueueModel } from './queue-model.js'

type Command =
  | { do: 'produce'; delays: number[] }
  | { do: 'lease'; client: number; batchSize: number; timeout: number }
  | { do: 'abandon'; which: number }
  | { do: 'complete'; which: number }
  | { do: 'retry'; which: number; delay: number; dead: boolean }
  | { do: 'advance'; by: number }
  | { do: 'update'; leaseTimeout: number; maxAttempts: number }
  | { do: 'clear'; what: 'free' | 'scheduled' | 'all' }

const delay = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(50, 99, 100, 20_000, 70_000))
const which = fc.nat(50)
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('produce'), delays: fc.array(delay, { minLength: 1, maxLength: 5 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('lease'),
      client: fc.nat(4),
      batchSize: fc.integer({ min: 1, max: 4 }),
      timeout: fc.constantFrom(5_000, 30_000, 60_000, 300_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abandon'), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('complete'), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('retry'), which, delay, dead: fc.nat(9).map((n) => n === 0) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('advance'), by: fc.constantFrom(1, 5_000, 29_999, 60_000, 200_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('update'),
      leaseTimeout: fc.constantFrom(20_000, 60_000, 90_000),
      maxAttempts: fc.nat(3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear'), what: fc.constantFrom('free', 'scheduled', 'all') }) },
) as fc.Arbitrary<Command>

interface Waiting {
  readonly model: ModelLease
  readonly abort: AbortController
  settled: 'no' | Lease | 'timeout' | 'gone' | 'deleted'
}

class Walk {
  readonly waiting: Waiting[] = []
  #produced = 0

  constructor(
    readonly daemon: TestDaemon,
    readonly queue: TestQueue,
    readonly model: QueueModel,
  ) {}

  async step(command: Command): Promise<void> {
    await this.#carryOut(command)
    await this.daemon.clock.advance(0)
    await this.compare()
  }

  async #carryOut(command: Command): Promise<void> {
    switch (command.do) {
      case 'produce':
        return this.#produce(command.delays)
      case 'lease':
        return this.#lease(`c${command.client}`, command.batchSize, command.timeout)
      case 'abandon': {
        const waits = this.waiting.filter(({ settled }) => settled === 'no')
        const one = waits[command.which % (waits.length || 1)]
        one?.abort.abort()
        if (one !== undefined) this.model.abandon(one.model)
        return
      }
      case 'complete': {
        const leased = this.#pickLeased(command.which)
        if (leased === undefined) return
        const ids = [await this.#idOf(leased.item)]
        const partition = leased.partition.number
        await this.daemon.client.queueComplete({ queueName: this.queue.name, partition, requestTimeout: '1m', ids })
        return this.model.complete(leased.partition, leased.item)
      }
      case 'retry':
        return this.#retry(command)
      case 'advance':
        await this.daemon.clock.advance(command.by)
        return this.model.advance(command.by)
      case 'update':
        await this.daemon.client.queuesUpdate({
          queueName: this.queue.name,
          leaseTimeout: `${command.leaseTimeout}ms`,
          maxAttempts: command.maxAttempts,
          deadQueue: this.model.hasDeadQueue ? this.queue.deadQueue.name : '',
        })
        this.model.leaseTimeout = command.leaseTimeout
        this.model.maxAttempts = command.maxAttempts
        return
      case 'clear':
        await this.daemon.client.queueClear({
          queueName: this.queue.name,
          queue: command.what !== 'scheduled',
          scheduled: command.what === 'scheduled',
          destructive: command.what === 'all',
        })
        return this.model.clear(command.what)
    }
  }

  async #produce(delays: readonly number[]): Promise<void> {
    const items = delays.map((delay) => ({ reference: `i${this.#produced++}`, delay }))
    const now = this.daemon.clock.now()
    await this.queue.produce(
      ...items.map(({ reference, delay }) => ({ reference, text: reference, enqueueAt: new Date(now + delay) })),
    )
    this.model.produce(items)
  }

  async #lease(clientId: string, batchSize: number, timeout: number): Promise<void> {
    const expected = this.model.lease(clientId, batchSize, timeout)
    const abort = new AbortController()
    const lease = this.queue.lease({ clientId, batchSize, requestTimeout: `${timeout}ms`, signal: abort.signal })
    if (expected === 'duplicate') {
      await expect(lease).rejects.toMatchObject({ code: 400, message: expect.stringContaining('duplicate client id') })
      return
    }
    const waiting: Waiting = { model: expected, abort, settled: 'no' }
    lease.then(
      (got) => {
        waiting.settled = got
      },
      (error: unknown) => {
        if (!isQueratorError(error)) waiting.settled = 'gone'
        else waiting.settled = error.code === 454 ? 'timeout' : 'deleted'
      },
    )
    this.waiting.push(waiting)
  }

  async #retry({ which, delay, dead }: { which: number; delay: number; dead: boolean }): Promise<void> {
    const leased = this.#pickLeased(which)
    if (leased === undefined) return
    const { partition, item } = leased
    const retryAt = { seconds: BigInt(Math.floor((this.daemon.clock.now() + delay) / 1000)), nanos: 0 }
    retryAt.nanos = ((this.daemon.clock.now() + delay) % 1000) * 1e6
    await this.daemon.client.queueRetry({
      queueName: this.queue.name,
      partition: partition.number,
      items: [{ id: await this.#idOf(item), dead, ...(delay === 0 ? {} : { retryAt }) }],
    })
    this.model.retry(partition, item, { delay, dead })
  }

  #pickLeased(which: number): { partition: ModelPartition; item: ModelItem } | undefined {
    const leased = this.model.partitions.flatMap((partition) =>
      partition.queued.filter((item) => item.leasedUntil !== undefined).map((item) => ({ partition, item })),
    )
    return leased[which % (leased.length || 1)]
  }

  async #idOf(item: ModelItem): Promise<string> {
    const stored = (await this.queue.items()).find((one) => one.reference === item.reference)
    if (stored === undefined) throw new Error(`${item.reference} is lost`)
    return stored.id
  }

  async compare(): Promise<void> {
    const start = this.daemon.clock.now() - this.model.now
    const shown = (item: ModelItem) => ({
      reference: item.reference,
      attempts: item.attempts,
      leasedUntil: item.leasedUntil === undefined ? undefined : item.leasedUntil + start,
    })
    const queued = (await this.queue.items()).map(({ partition, reference, attempts, leaseDeadline }) => {
      return { partition, reference, attempts, leasedUntil: leaseDeadline?.getTime() }
    })
    expect(queued).toEqual(
      this.model.partitions.flatMap(({ number, queued }) =>
        queued.map((item) => ({ partition: number, ...shown(item) })),
      ),
    )
    const scheduled = (await this.queue.scheduled()).map(({ partition, reference }) => ({ partition, reference }))
    expect(scheduled).toEqual(
      this.model.partitions.flatMap(({ number, scheduled }) =>
        scheduled.map(({ reference }) => ({ partition: number, reference })),
      ),
    )
    expect(await this.queue.counts()).toEqual({
      total: queued.length,
      leased: queued.filter((item) => item.leasedUntil !== undefined).length,
      scheduled: scheduled.length,
      leasesWaiting: this.model.waiting.length,
    })
    if (this.model.hasDeadQueue) {
      expect((await this.queue.deadQueue.items()).map((item) => item.reference)).toEqual(this.model.dead)
    }
    for (const { model, settled } of this.waiting) expect(outcomeOf(settled)).toEqual(model.outcome)
  }
}

function outcomeOf(settled: Waiting['settled']): ModelLease['outcome'] {
  if (settled === 'no') return 'waiting'
  if (typeof settled === 'string') return settled
  return { partition: settled.partition, references: settled.items.map((item) => item.reference) }
}

/** More with QUERATOR_WALKS=20000. */
const WALKS = Number(process.env.QUERATOR_WALKS ?? 2000)

test(`${WALKS} random walks do what the model does`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 1, 2, 3),
      fc.boolean(),
      fc.array(command, { minLength: 1, maxLength: 25 }),
      async (partitions, deadQueue, commands) => {
        await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', endpoint: '' })
        const queue = await daemon.createQueue({ partitions, deadQueue, expireTimeout: '2400h' })
        const model = new QueueModel(partitions, deadQueue)
        const walk = new Walk(daemon, queue, model)
        for (const one of commands) await walk.step(one)
        await queue.delete()
        await daemon.clock.advance(0)
        for (const { settled, model } of walk.waiting) {
          if (model.outcome === 'waiting') expect(settled).toBe('deleted')
        }
      },
    ),
    { numRuns: WALKS },
  )
})
