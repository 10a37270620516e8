/** What a move of the clock makes happen. */
import type { Instant } from '../../clock/instant.js'
import { type Address, type Consumer, EVENT_KINDS, type EventKind, KIND, type NotedItem } from './event-kinds.js'

/** Something that happened because time passed. `clock.advance()` returns a list of these. */
export interface Fired {
  /** The deadline at which it was due. */
  readonly time: Date
  /** What happened. */
  readonly kind: FiredKind
  /** The name of the queue. */
  readonly queue: string
  /** The number of the partition. Absent for `lease-timed-out`. */
  readonly partition?: number
  /** The id of the item afterwards. If the item was moved or deleted, its last id in this queue. Absent for `lease-timed-out`. */
  readonly id?: string
  /** The producer's reference of the item. Absent for `lease-timed-out`. */
  readonly reference?: string
  /** For `dead-lettered`: the name of the dead letter queue. */
  readonly deadQueue?: string
  /** For `lease-timed-out`: the client that waited. */
  readonly clientId?: string
}

const FIRED_KINDS = [
  'item-due',
  'lease-expired',
  'item-expired',
  'attempts-exhausted',
  'dead-lettered',
  'lease-timed-out',
] as const satisfies EventKind[]
/**
 * What can happen because time passes:
 *
 * - `lease-expired`: a lease ran out, and the item went to the tail of its partition
 * - `dead-lettered`: an item ran out of attempts or expired, and moved to the dead letter queue. An expired item that no
 *   consumer holds is copied there and stays (docs/protocol/queue.md §8)
 * - `attempts-exhausted`: the last lease of an item ran out, and it was deleted because there is no dead letter queue
 * - `item-expired`: an item expired, and was deleted because there is no dead letter queue
 * - `item-due`: a scheduled item came due, and can be leased
 * - `lease-timed-out`: a waiting lease got a 454
 */
export type FiredKind = (typeof FIRED_KINDS)[number]

const IS_FIRED = Uint8Array.from(EVENT_KINDS, (kind) => Number((FIRED_KINDS as readonly string[]).includes(kind)))

/** Whether an event of this kind is one that the passing of time can cause. */
export function isFiredKind(kind: EventKind): kind is FiredKind {
  return (FIRED_KINDS as readonly string[]).includes(kind)
}

/**
 * Collects what fires: one entry for each deadline of an item. If a deadline makes several events, only the last one counts, because
 * it is the outcome for the item.
 */
export class FiredList {
  readonly #list: Fired[] = []
  #last: NotedItem | undefined
  #date = new Date(0)

  /** Adds an event of an item, if a deadline caused it. */
  item(kind: number, time: Instant, address: Address, item: NotedItem, deadQueue: Address | undefined): void {
    if (IS_FIRED[kind] === 0) return
    const isOutcome = kind === KIND['attempts-exhausted'] || kind === KIND['dead-lettered']
    if (isOutcome && this.#last === item) this.#list.pop()
    const fired = {
      time: this.#dateOf(time),
      kind: EVENT_KINDS[kind] as FiredKind,
      queue: address.queue,
      partition: address.partition as number,
      id: address.ids?.text(item.sequence) as string,
      reference: item.reference,
    }
    this.#list.push(deadQueue === undefined ? fired : { ...fired, deadQueue: deadQueue.queue })
    this.#last = isOutcome ? undefined : item
  }

  /** Adds an event of a waiting lease, if its deadline caused it. */
  lease(kind: number, time: Instant, address: Address, { clientId }: Consumer): void {
    if (kind !== KIND['lease-timed-out']) return
    this.#list.push({ time: this.#dateOf(time), kind: 'lease-timed-out', queue: address.queue, clientId })
  }

  /** Returns what fired, in the order of the deadlines. */
  sorted(): Fired[] {
    return this.#list.sort((a, b) => a.time.getTime() - b.time.getTime())
  }

  /** Returns the same object for equal times in a row, because a move may expire very many leases at once. */
  #dateOf(time: Instant): Date {
    if (this.#date.getTime() !== Math.trunc(time)) this.#date = new Date(time)
    return this.#date
  }
}
