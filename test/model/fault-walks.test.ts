/**
 * Random walks under random faults and conditions, with several clients: nothing is lost, nothing is completed twice, nobody holds what another was given,
 * and everything is worked off once all is healthy again. Set QUERATOR_WALKS=10000 for more.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Condition,
  type Fault,
  type FaultOptions,
  isQueratorError,
  type QueueEvent,
  startTestDaemon,
  type TestDaemon,
  type TestQueue,
} from '../../src/index.js'
import { turn } from '../support/turns.js'

const WALKS = Number(process.env.QUERATOR_WALKS ?? 300)
const CLIENTS = ['w1', 'w2', 'w3']
const ITEM_CALLS = ['queue.produce', 'queue.lease', 'queue.complete', 'queue.retry']

const anyCall = fc.constantFrom(...ITEM_CALLS)
const anyFault = fc.oneof(
  fc.record({
    call: anyCall,
    do: fc.constantFrom<FaultOptions['do'][]>(
      'lose-request',
      'lose-reply',
      'hang',
      'truncate',
      { refuse: 453 },
      { refuse: 503 },
      { delay: '7s' },
      { delay: '7s', when: 'after' },
    ),
  }),
  fc.record({
    call: fc.constantFrom('queue.complete', 'queue.retry'),
    do: fc.constantFrom<FaultOptions['do'][]>('expire-lease', { first: 0 }, { first: 1 }),
  }),
  fc.record({
    call: fc.constant('queue.lease'),
    do: fc.constantFrom<FaultOptions['do'][]>('deliver-twice', 'reorder', { clockSkew: '1m' }),
  }),
)

const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ step: fc.constant('produce' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constant('lease' as const),
      client: fc.nat(2),
      batchSize: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ step: fc.constantFrom('complete' as const, 'retry' as const), lease: fc.nat() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constant('advance' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('fault' as const),
      fault: anyFault,
      nth: fc.option(fc.integer({ min: 1, max: 3 })),
      times: fc.option(fc.integer({ min: 1, max: 2 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('outage' as const), partition: fc.option(fc.nat(2)) }) },
  { weight: 5, arbitrary: fc.record({ step: fc.constant('close' as const), fault: fc.nat() }) },
)
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never

// Not 'slow', which takes real time, so that no walk could be repeated.
const CONDITIONS: Condition[] = ['at-least-once', { name: 'lossy', oneIn: 3 }, 'crowded']
const anyBeginning = fc.record({
  partitions: fc.integer({ min: 1, max: 3 }),
  maxAttempts: fc.constantFrom(0, 2),
  conditions: fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(CONDITIONS) }),
  seed: fc.nat(),
})
type Beginning = typeof anyBeginning extends fc.Arbitrary<infer T> ? T : never

interface Held {
  readonly partition: number
  readonly ids: readonly string[]
}

class FaultWalk {
  readonly #daemon: TestDaemon
  readonly #queue: TestQueue
  readonly #partitions: number
  readonly #faults: Fault[] = []
  readonly #held: Held[] = []
  readonly #calls: Promise<unknown>[] = []
  #made = 0

  constructor(daemon: TestDaemon, queue: TestQueue, partitions: number) {
    this.#daemon = daemon
    this.#queue = queue
    this.#partitions = partitions
  }

  async step(step: Step): Promise<void> {
    switch (step.step) {
      case 'produce':
        this.#produce(step.count)
        break
      case 'lease':
        this.#lease(CLIENTS[step.client] as string, step.batchSize)
        break
      case 'complete':
      case 'retry':
        this.#settle(step.step, step.lease)
        break
      case 'advance':
        await this.#daemon.clock.advance(step.seconds * 1000)
        break
      case 'fault':
        this.#fault(() =>
          this.#daemon.fault({
            ...step.fault,
            ...(step.nth === null ? {} : { nth: step.nth }),
            ...(step.times === null ? {} : { times: step.times }),
          }),
        )
        break
      case 'outage':
        this.#fault(() =>
          step.partition === null
            ? this.#daemon.outage()
            : this.#queue.partition(step.partition % this.#partitions).outage(),
        )
        break
      case 'close':
        if (this.#faults.length > 0) this.#faults.splice(step.fault % this.#faults.length, 1)[0]?.close()
    }
    await turn()
    await this.#checkCounts()
  }

  /** What is counted is what is there. */
  async #checkCounts(): Promise<void> {
    for (const queue of [this.#queue, this.#queue.deadQueue]) {
      const [items, counts] = [await queue.items(), await queue.counts()]
      expect(counts).toMatchObject({ total: items.length, leased: items.filter(({ leased }) => leased).length })
      const byId = items.map(({ partition, id }) => `${partition} ${id}`)
      expect(byId).toEqual([...byId].sort())
    }
  }

  /** Everything is healthy again. Consumers work until nothing is left. */
  async recover(): Promise<void> {
    for (const fault of this.#faults.splice(0)) fault.close()
    this.#daemon.forRunner.heal(undefined, 1)
    // Calls that were held go on in this turn. Those that wait then time out, and what nobody completes is free again.
    await turn()
    await this.#daemon.clock.advance('20m')
    await Promise.all(this.#calls)
    await this.#daemon.clock.advance('20m')
    const queues = [this.#queue, this.#queue.deadQueue]
    for (const queue of queues) await queue.drain(() => undefined, { batchSize: 5 })
    for (const queue of queues)
      expect(await queue.counts()).toEqual({ total: 0, leased: 0, scheduled: 0, leasesWaiting: 0 })
  }

  #call(call: Promise<unknown>): void {
    this.#calls.push(
      call.catch((error: unknown) => {
        if (!isQueratorError(error)) throw error
      }),
    )
  }

  #produce(count: number): void {
    const items = Array.from({ length: count }, () => ({ reference: `item-${this.#made++}` }))
    this.#call(this.#daemon.client.queueProduce({ queueName: this.#queue.name, requestTimeout: '1m', items }))
  }

  #lease(clientId: string, batchSize: number): void {
    const request = { queueName: this.#queue.name, clientId, batchSize, requestTimeout: '10m' }
    const leasing = this.#daemon.client.queueLease(request).then(({ partition, items }) => {
      this.#held.push({ partition, ids: items.map(({ id }) => id) })
    })
    this.#call(leasing)
  }

  #settle(how: 'complete' | 'retry', at: number): void {
    if (this.#held.length === 0) return
    // Not taken away, because a worker may try again.
    const { partition, ids } = this.#held[at % this.#held.length] as Held
    const { client } = this.#daemon
    const queueName = this.#queue.name
    if (how === 'complete')
      this.#call(client.queueComplete({ queueName, partition, ids: [...ids], requestTimeout: '1m' }))
    else this.#call(client.queueRetry({ queueName, partition, items: ids.map((id) => ({ id })) }))
  }

  #fault(make: () => Fault): void {
    try {
      this.#faults.push(make())
    } catch (error) {
      if (!String(error).includes('could never act')) throw error
    }
  }
}

/** Checks the life of each item as the server saw it. */
function checkLives(events: readonly QueueEvent[]): void {
  const lives = new Map<number, QueueEvent[]>()
  for (const event of events) {
    if (event.item !== undefined) lives.set(event.item, [...(lives.get(event.item) ?? []), event])
  }
  for (const life of lives.values()) {
    const story = life.map(({ kind }) => kind).join(' ')
    expect(life[0]?.kind, story).toBe('produced')
    // The last complete may be in the dead letter queue.
    expect(
      life.filter(({ kind }) => kind === 'completed'),
      story,
    ).toHaveLength(1)
    expect(life.at(-1)?.kind, story).toBe('completed')
    let isHeld = false
    for (const { kind } of life) {
      if (kind === 'leased') {
        expect(isHeld, story).toBe(false)
        isHeld = true
      } else isHeld = false
    }
  }
}

/** How often each kind of fault acted in all walks. */
const acted = new Map<string, number>()

test(`${WALKS} random walks under faults end with everything done once`, { timeout: 3_600_000 }, async () => {
  const steps = fc.array(anyStep, { minLength: 30, maxLength: 80, size: 'max' })
  const walk = async ({ partitions, maxAttempts, conditions, seed }: Beginning, all: readonly Step[]) => {
    await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', conditions, seed })
    const queue = await daemon.createQueue({
      partitions,
      maxAttempts,
      leaseTimeout: '30s',
      deadQueue: true,
    })
    const one = new FaultWalk(daemon, queue, partitions)
    for (const step of all) await one.step(step)
    await one.recover()
    const events = [...daemon.events]
    checkLives(events)
    for (const { fault = '', times = 1 } of events.filter(({ kind }) => kind === 'fault')) {
      acted.set(fault, (acted.get(fault) ?? 0) + times)
    }
  }
  await fc.assert(fc.asyncProperty(anyBeginning, steps, walk), { numRuns: WALKS })
  const kinds = ['lose-request', 'lose-reply', 'hang', 'truncate', 'refuse', 'delay', 'expire-lease', 'first']
  for (const kind of [...kinds, 'deliver-twice', 'reorder', 'clock-skew', 'outage', 'partition-outage', 'crowd']) {
    expect([kind, acted.get(kind) ?? 0]).toEqual([kind, expect.toSatisfy((times: number) => times > 0)])
  }
})
