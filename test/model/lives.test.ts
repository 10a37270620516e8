/**
 * Random walks with short lives, exhausted attempts, imports and dead letter queues that come and go: whatever the
 * lifecycle does, every item can be accounted for, and the counts are those of what storage lists.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Fired, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'

type Command =
  | { do: 'produce'; delays: number[] }
  | { do: 'import'; leased: boolean; lives: number }
  | { do: 'lease'; batchSize: number }
  | { do: 'retry'; delay: number }
  | { do: 'complete' }
  | { do: 'advance'; by: number }
  | { do: 'dead queue'; there: boolean }
  | { do: 'update'; leaseTimeout: number; expireTimeout: number; maxAttempts: number }

const delay = fc.constantFrom(0, 0, 0, 5_000, 90_000)
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('produce'), delays: fc.array(delay, { minLength: 1, maxLength: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('import'), leased: fc.boolean(), lives: fc.constantFrom(-1000, 0, 30_000) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('lease'), batchSize: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retry'), delay }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('complete') }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('advance'), by: fc.constantFrom(1, 10_000, 60_000, 250_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dead queue'), there: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('update'),
      leaseTimeout: fc.constantFrom(10_000, 60_000),
      expireTimeout: fc.constantFrom(60_000, 200_000),
      maxAttempts: fc.nat(2),
    }),
  },
) as fc.Arbitrary<Command>

class Account {
  /** References that must be somewhere. */
  readonly alive = new Set<string>()
  #made = 0

  constructor(
    readonly daemon: TestDaemon,
    readonly queue: TestQueue,
    readonly hasDeadQueue: boolean,
  ) {}

  newReference(): string {
    const reference = `i${this.#made++}`
    this.alive.add(reference)
    return reference
  }

  ended(fired: readonly Fired[]): void {
    for (const { kind, reference, queue } of fired) {
      const gone = kind === 'item-expired' || kind === 'attempts-exhausted'
      // A copy that ends in the dead letter queue may have left its original behind.
      if (gone && reference !== undefined && queue === this.queue.name) this.alive.delete(reference)
      if (gone && reference !== undefined && queue !== this.queue.name) this.mayBeGone.add(reference)
    }
  }

  readonly mayBeGone = new Set<string>()

  async check(): Promise<void> {
    const [queued, scheduled] = [await this.queue.items(), await this.queue.scheduled()]
    const dead = this.hasDeadQueue ? await this.queue.deadQueue.items().catch(() => undefined) : []
    const found = [...queued, ...scheduled, ...(dead ?? [])].map((item) => item.reference)
    // A dead letter queue that was deleted took its items with it.
    if (dead === undefined) for (const reference of this.alive) this.mayBeGone.add(reference)
    const lost = [...this.alive].filter((reference) => !found.includes(reference) && !this.mayBeGone.has(reference))
    expect(lost).toEqual([])
    const here = [...queued, ...scheduled].map((item) => item.reference)
    expect(here.filter((reference) => !this.alive.has(reference))).toEqual([])
    expect(new Set(here).size).toBe(here.length)
    const ids = queued.map((item) => `${item.partition} ${item.id}`)
    expect(ids).toEqual([...ids].sort())
    expect(await this.queue.counts()).toEqual({
      total: queued.length,
      leased: queued.filter((item) => item.leased).length,
      scheduled: scheduled.length,
      leasesWaiting: 0,
    })
  }
}

async function step(account: Account, command: Command): Promise<void> {
  const { daemon, queue } = account
  const now = daemon.clock.now()
  switch (command.do) {
    case 'produce':
      return queue.produce(
        ...command.delays.map((by) => ({ reference: account.newReference(), enqueueAt: new Date(now + by) })),
      )
    case 'import': {
      const end = new Date(now + command.lives)
      const item = {
        reference: account.newReference(),
        isLeased: command.leased,
        leaseDeadline: end,
        expireDeadline: end,
      }
      await daemon.client.storageItemsImport({ queueName: queue.name, items: [item] })
      return
    }
    case 'lease': {
      if ((await queue.items()).some((item) => !item.leased)) await queue.lease({ batchSize: command.batchSize })
      return
    }
    case 'retry':
    case 'complete': {
      const held = (await queue.items()).find((item) => item.leased)
      if (held === undefined) return
      const { id, partition, reference } = held
      if (command.do === 'complete') {
        await daemon.client.queueComplete({ queueName: queue.name, partition, requestTimeout: '1m', ids: [id] })
        account.alive.delete(reference)
        return
      }
      const retryAt = new Date(now + command.delay)
      return daemon.client.queueRetry({ queueName: queue.name, partition, items: [{ id, retryAt }] })
    }
    case 'advance':
      return account.ended(await daemon.clock.advance(command.by))
    case 'dead queue':
      if (!account.hasDeadQueue) return
      if (!command.there) return queue.deadQueue.delete()
      await daemon.createQueue({ name: queue.deadQueue.name, expireTimeout: '100s' }).catch(() => undefined)
      return
    case 'update':
      await daemon.client
        .queuesUpdate({
          queueName: queue.name,
          leaseTimeout: `${command.leaseTimeout}ms`,
          expireTimeout: `${command.expireTimeout}ms`,
          maxAttempts: command.maxAttempts,
          deadQueue: account.hasDeadQueue ? queue.deadQueue.name : '',
        })
        // Refused while the dead letter queue is gone, or the lease would outlast the life.
        .catch(() => undefined)
  }
}

const WALKS = Number(process.env.QUERATOR_WALKS ?? 1500)

test(`${WALKS} random walks lose no item, however lives end`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2),
      fc.boolean(),
      fc.array(command, { minLength: 1, maxLength: 25 }),
      async (partitions, deadQueue, commands) => {
        await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
        const queue = await daemon.createQueue({
          partitions,
          deadQueue,
          maxAttempts: 2,
          leaseTimeout: '20s',
          expireTimeout: '100s',
        })
        const account = new Account(daemon, queue, deadQueue)
        for (const one of commands) {
          await step(account, one)
          await account.check()
        }
      },
    ),
    { numRuns: WALKS },
  )
})
