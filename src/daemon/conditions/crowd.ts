/**
 * Consumers that compete with those under test: they take items, and give them back at the next call, or a turn of the event loop later.
 */
import { nextTurn } from '../../clock/real-time.js'
import type { Cause } from '../../engine/events/event-kinds.js'
import type { EventRecord } from '../../engine/events/record.js'
import type { LogicalQueue } from '../../engine/queue/logical-queue.js'
import type { Queues } from '../../engine/queue/queues.js'
import type { Leased } from '../../engine/serving/waiting-leases.js'
import type { Item } from '../../engine/store/item.js'
import type { Presence } from '../lives/presence.js'

/** Runs `work` at one time, as the cause of its events. */
type During = (cause: Cause, work: () => void) => void

/** The turn of a competing consumer. */
export interface Turn {
  readonly queue: LogicalQueue
  readonly call: 'lease' | 'produce'
  /** Its name. */
  readonly clientId: string
  /** How many items it takes at most. */
  readonly most: number
}

/** The parts of the daemon that they need. */
interface Around {
  readonly record: EventRecord
  readonly during: During
  readonly queues: Pick<Queues, 'find'>
  readonly faults: { readonly presence: Pick<Presence, 'isUp'> }
}

/** The competing consumers of a daemon. */
export class Crowd {
  readonly #around: Around
  readonly #leases = new WeakMap<Item, number>()
  /** Gives back what they hold of a queue. */
  readonly #held = new Map<() => void, LogicalQueue>()

  constructor(around: Around) {
    this.#around = around
  }

  /** Lets one of them come first at a lease or a produce. Calls `spared` if it takes nothing. Returns what `carryOut` returns. */
  first({ queue, call, clientId, most }: Turn, carryOut: () => unknown, spared: () => void): unknown {
    const take = () => {
      if (!this.#take(queue, clientId, most)) spared()
    }
    if (call === 'produce') return queue.faults.beforeWaiting(carryOut, take)
    take()
    return carryOut()
  }

  /** How often they have leased an item. */
  leasesOf(item: Item): number {
    return this.#leases.get(item) ?? 0
  }

  /** Gives everything of a queue back now. Default: of all. */
  giveBack(queue?: LogicalQueue): void {
    if (this.#held.size === 0) return
    for (const [back, from] of [...this.#held]) if (queue === undefined || isSame(queue, from)) back()
  }

  #take(queue: LogicalQueue, clientId: string, most: number): boolean {
    const { record, during, queues, faults } = this.#around
    const leased = record.during({ call: 'queue.lease' }, () => queue.faults.leaseFresh(clientId, most))
    if (leased === undefined) return false
    for (const item of itemsOf(queue, leased)) this.#leases.set(item, this.leasesOf(item) + 1)
    const back = () => {
      // A daemon that is down may come up with what they hold.
      if (!faults.presence.isUp || !this.#held.delete(back)) return
      const now = queues.find(queue.config.name)
      if (now !== undefined && isSame(now, queue)) during({ call: 'queue.retry' }, () => retry(now, leased))
    }
    this.#held.set(back, queue)
    void nextTurn().then(back)
    return true
  }
}

/** Whether a queue is the same as another, perhaps in an earlier life of the daemon. */
function isSame(queue: LogicalQueue, other: LogicalQueue): boolean {
  return queue.address.queueId === other.address.queueId
}

/** Returns the items of a lease that are still there under the same id. */
function itemsOf(queue: LogicalQueue, { partition, items }: Leased): Item[] {
  return items.flatMap(({ ids, sequence }) => queue.partitions[partition]?.find(ids.text(sequence)) ?? [])
}

/** One by one: an item that is gone by now, or before a pause is over, ends the call. */
function retry(queue: LogicalQueue, { partition: number, items }: Leased): void {
  const partition = queue.partitions[number]
  if (partition === undefined) return
  for (const { ids, sequence } of items) {
    const given = [{ id: ids.text(sequence), dead: false }]
    queue.retry(partition, given, { resolve: () => undefined, reject: () => undefined })
  }
}
