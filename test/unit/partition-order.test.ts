/** The order of partitions and their timers, checked against plain lists (docs/protocol/queue.md §7; D17). */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PartitionTimes } from '../../src/engine/queue/partition-times.js'
import { PartitionOrder } from '../../src/engine/serving/partition-order.js'
import { PartitionState } from '../../src/engine/store/partition-state.js'
import { startTestDaemon } from '../../src/index.js'

interface Fake {
  readonly number: number
  leasable: number
  scheduled: number
  readonly unleased: number
}

function fakes(count: number): Fake[] {
  return Array.from({ length: count }, (_, number) => ({
    number,
    leasable: 0,
    scheduled: 0,
    get unleased() {
      return this.leasable + this.scheduled
    },
  }))
}

/** A plain list, sorted again after each change. */
class PlainOrder {
  list: Fake[]

  constructor(list: readonly Fake[]) {
    this.list = [...list]
  }

  sort(load = ({ unleased }: Fake) => unleased): void {
    this.list = this.list
      .map((one, place) => ({ one, place }))
      .sort((a, b) => load(a.one) - load(b.one) || a.place - b.place)
      .map(({ one }) => one)
  }

  assign(batchSizes: readonly number[]): number[] {
    const left = new Map(this.list.map((one) => [one, one.leasable]))
    const served = new Map<Fake, number>()
    const chosen: number[] = []
    for (const batchSize of batchSizes) {
      const most = Math.max(...left.values())
      const one = this.list.filter((each) => left.get(each) === most).at(-1) as Fake
      if (most === 0 && (served.get(one) ?? 0) >= one.leasable) break
      served.set(one, (served.get(one) ?? 0) + 1)
      left.set(one, Math.max(0, most - batchSize))
      this.sort((each) => each.unleased - each.leasable + (left.get(each) as number))
      chosen.push(one.number)
    }
    return chosen
  }
}

const count = fc.nat(4)
const step = fc.oneof(
  fc.record({
    kind: fc.constant('change' as const),
    // Several at once, as when a queue is cleared or the clock advances.
    to: fc.array(fc.record({ at: fc.nat(), leasable: count, scheduled: count }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('produce' as const), items: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('lease' as const), sizes: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 5 }) }),
)

test('chooses the same partitions as a list sorted after each change', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), fc.array(step, { maxLength: 40 }), (size, steps) => {
      const partitions = fakes(size)
      const plain = new PlainOrder(partitions)
      const order = new PartitionOrder(partitions)
      for (const one of steps) {
        const changed = new Set<Fake>()
        if (one.kind === 'produce') {
          const target = plain.list[0] as Fake
          target.leasable += one.items
          changed.add(target)
        } else if (one.kind === 'change') {
          for (const { at, leasable, scheduled } of one.to) {
            const target = partitions[at % size] as Fake
            Object.assign(target, { leasable, scheduled })
            changed.add(target)
          }
        } else {
          const assignment = order.assign()
          const chosen: number[] = []
          for (const batchSize of one.sizes) {
            const target = assignment.next(batchSize)
            if (target === undefined) break
            chosen.push(target.number)
          }
          expect(chosen).toEqual(plain.assign(one.sizes))
          for (const [place, number] of chosen.entries()) {
            const target = partitions[number] as Fake
            target.leasable = Math.max(0, target.leasable - (one.sizes[place] as number))
            changed.add(target)
          }
        }
        plain.sort()
        order.sort([...changed])
        expect(order.forProduce()?.number).toBe(plain.list[0]?.number)
      }
    }),
    { numRuns: 2000 },
  )
})

test('finds the earliest times and their partitions, by number', () => {
  const time = fc.oneof(fc.nat(5), fc.constant(Number.POSITIVE_INFINITY))
  const change = fc.record({
    at: fc.nat(),
    nextLook: time,
    nextDue: time,
    take: fc.constantFrom('look', 'due', 'none'),
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(change, { maxLength: 40 }), (size, changes) => {
      const partitions = Array.from({ length: size }, (_, number) => ({ number, nextLook: 0, nextDue: 0 }))
      const times = new PartitionTimes(partitions)
      for (const { at, nextLook, nextDue, take } of changes) {
        const [look, due] = (['nextLook', 'nextDue'] as const).map((key) =>
          Math.min(...partitions.map((one) => one[key])),
        )
        expect([times.nextLook, times.nextDue]).toEqual([look, due])
        if (take === 'look') {
          const expected = look === Number.POSITIVE_INFINITY ? [] : partitions.filter((one) => one.nextLook === look)
          expect(times.takeLooks()).toEqual(expected)
          for (const one of expected) one.nextLook = nextLook
          times.update(expected)
        } else if (take === 'due') {
          const expected = partitions.filter((one) => one.nextDue <= 2)
          expect(times.takeDue(2)).toEqual(expected)
          for (const one of expected) one.nextDue = nextDue + 3
          times.update(expected)
        } else {
          const one = partitions[at % size] as (typeof partitions)[number]
          Object.assign(one, { nextLook, nextDue })
          times.update([one])
        }
      }
    }),
    { numRuns: 1000 },
  )
})

test('a call looks only at the partitions it concerns, however many the queue has', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue({ partitions: 2000 })
  await daemon.clock.advance('1s')
  const asked = countingReads()
  try {
    const waiting = queue.lease({ requestTimeout: '1m' })
    await queue.produce({ reference: 'a' })
    const lease = await waiting
    await lease.retry()
    await (await queue.lease()).complete()
    await queue.produce({ reference: 'b', enqueueAt: new Date(daemon.clock.now() + 1000) })
    await daemon.clock.advance('1s')
    await (await queue.lease()).complete()
    const gone = new AbortController()
    const wanted = { queueName: queue.name, clientId: 'gone', batchSize: 1, requestTimeout: '1m' }
    const abandoned = daemon.client.queueLease(wanted, { signal: gone.signal }).catch(() => undefined)
    gone.abort()
    await abandoned
    await daemon.client.storageItemsImport({ queueName: queue.name, partition: 7, items: [{}] })
    // Each call reads a handful. Walking over all partitions once would take 2,000 reads.
    expect(asked.count).toBeGreaterThan(10)
    expect(asked.count).toBeLessThan(300)
  } finally {
    asked.restore()
  }
})

/** Counts reads of the partition properties that the order and the timers depend on. */
function countingReads(): { count: number; restore(): void } {
  const reads = { count: 0, restore: () => undefined as void }
  const names = ['leasable', 'unleased', 'nextLook', 'nextDue'] as const
  const own = names.map((name) => [name, Object.getOwnPropertyDescriptor(PartitionState.prototype, name)] as const)
  for (const [name, descriptor] of own) {
    Object.defineProperty(PartitionState.prototype, name, {
      configurable: true,
      get(this: PartitionState) {
        reads.count++
        return descriptor?.get?.call(this)
      },
    })
  }
  reads.restore = () => {
    for (const [name, descriptor] of own)
      Object.defineProperty(PartitionState.prototype, name, descriptor as PropertyDescriptor)
  }
  return reads
}
