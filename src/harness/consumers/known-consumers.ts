/** The consumers of a test: those that have leased items since it began. */
import type { Daemon } from '../../daemon/daemon.js'
import { type EventKind, isMadeUp } from '../../engine/events/event-kinds.js'

/** Knows whether consumers have come back for more, without looking at the record twice. */
export class KnownConsumers {
  readonly #daemon: Daemon
  /** The client ids by the number of their queue. */
  readonly #clients = new Map<number, Set<string>>()
  readonly #known: ReadonlySet<string>
  #read: number

  /** Takes events from this number on. `known` are clients of which it is known otherwise when they work. */
  constructor(daemon: Daemon, first: number, known: ReadonlySet<string>) {
    this.#daemon = daemon
    this.#known = known
    this.#read = first - 1
  }

  /**
   * Whether there are consumers, all of them wait for items again, and nobody holds any. A client can have only one waiting lease in a queue
   * (docs/protocol/queue.md §4), so a consumer that waits again is done with what it had.
   */
  allAskAgain(): boolean {
    const { inspector } = this.#daemon
    if (inspector.waitingLeases === 0) return false
    return this.#queues().every(({ leased, away }) => leased === 0 && away === 0)
  }

  /** Whether a consumer that may hold an item has not asked for another one: it probably works. */
  someWork(): boolean {
    return this.#queues().some(({ leased, away }) => leased > 0 && away > 0)
  }

  /** Returns for each queue how many items are leased, and how many of its consumers do not wait. */
  #queues(): { readonly leased: number; readonly away: number }[] {
    this.#readOn()
    const { inspector } = this.#daemon
    return inspector.queueNames().map((name) => {
      const { address, waitingLeases } = inspector.queue(name)
      const waiting = new Set(waitingLeases.map(({ consumer }) => consumer.clientId))
      const clients = [...(this.#clients.get(address.queueId) ?? [])]
      const leased = inspector.totals(name)?.leased ?? 0
      // A test that leases by hand uses a name once.
      const comesBack = (client: string) => !this.#known.has(client) && (leased > 0 || !isMadeUp(client))
      return { leased, away: clients.filter((client) => comesBack(client) && !waiting.has(client)).length }
    })
  }

  #readOn(): void {
    const { record } = this.#daemon
    for (let number = Math.max(this.#read + 1, record.first); number <= record.count; number++) {
      const { kind, address, consumer } = record.at(number)
      if (kind !== LEASED || consumer === undefined) continue
      const clients = this.#clients.get(address.queueId) ?? new Set()
      this.#clients.set(address.queueId, clients.add(consumer.clientId))
    }
    this.#read = record.count
  }
}

const LEASED: EventKind = 'leased'
