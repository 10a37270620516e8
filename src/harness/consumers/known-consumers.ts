/** The consumers of a test: those that have leased items since it began. */
import type { Daemon } from '../../daemon/daemon.js'
import type { EventKind } from '../../engine/events/event-kinds.js'

/** Knows whether consumers have come back for more, without looking at the record twice. */
export class KnownConsumers {
  readonly #daemon: Daemon
  /** The client ids by the number of their queue. */
  readonly #clients = new Map<number, Set<string>>()
  #read: number

  /** Takes events from this number on. */
  constructor(daemon: Daemon, first: number) {
    this.#daemon = daemon
    this.#read = first - 1
  }

  /**
   * Whether there are consumers, all of them wait for items again, and none holds any. A client can have only one waiting lease in a queue
   * (docs/protocol/queue.md §4), so a consumer that waits again is done with what it had.
   */
  allAskAgain(): boolean {
    this.#readOn()
    let known = false
    for (const name of this.#daemon.inspector.queueNames()) {
      const { address, waitingLeases } = this.#daemon.inspector.queue(name)
      const clients = this.#clients.get(address.queueId)
      if (clients === undefined) continue
      if ((this.#daemon.inspector.totals(name)?.leased ?? 0) > 0) return false
      const waiting = new Set(waitingLeases.map(({ consumer }) => consumer.clientId))
      for (const client of clients) if (!waiting.has(client)) return false
      known = true
    }
    return known
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
