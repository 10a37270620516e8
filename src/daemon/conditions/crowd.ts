/** Consumers that compete with those under test: they take items, and give them back a turn of the event loop later. */
import { nextTurn } from '../../clock/real-time.js'
import type { Cause } from '../../engine/events/event-kinds.js'
import type { EventRecord } from '../../engine/events/record.js'
import type { LogicalQueue } from '../../engine/queue/logical-queue.js'
import type { Leased } from '../../engine/serving/waiting-leases.js'

/** Runs `work` at one time, as the cause of its events. */
type During = (cause: Cause, work: () => void) => void

/** The competing consumers of a daemon. */
export class Crowd {
  readonly #record: EventRecord
  readonly #during: During
  /** Gives back what they hold. */
  readonly #held = new Set<() => void>()

  constructor(record: EventRecord, during: During) {
    this.#record = record
    this.#during = during
  }

  /**
   * Lets one of them come first at a lease or a produce. `clientId` is its name, and `most` how many items it takes. Returns what `carryOut`
   * returns.
   */
  first(
    queue: LogicalQueue,
    call: 'lease' | 'produce',
    clientId: string,
    most: number,
    carryOut: () => unknown,
  ): unknown {
    const take = () => this.#take(queue, clientId, most)
    if (call === 'produce') return queue.faults.beforeWaiting(carryOut, take)
    take()
    return carryOut()
  }

  /** Gives everything back now. */
  giveBack(): void {
    for (const back of [...this.#held]) back()
  }

  #take(queue: LogicalQueue, clientId: string, most: number): void {
    const leased = this.#record.during({ call: 'queue.lease' }, () => queue.faults.leaseFresh(clientId, most))
    if (leased === undefined) return
    const back = () => {
      if (!this.#held.delete(back)) return
      this.#during({ call: 'queue.retry' }, () => retry(queue, leased))
    }
    this.#held.add(back)
    void nextTurn().then(back)
  }
}

/** The items may be gone by now, and so may the queue. */
function retry(queue: LogicalQueue, { partition: number, items }: Leased): void {
  const partition = queue.partitions[number]
  if (partition === undefined) return
  const ids = items.map(({ ids, sequence }) => ids.text(sequence)).filter((id) => partition.find(id)?.leased)
  const given = ids.map((id) => ({ id, dead: false }))
  queue.retry(partition, given, { resolve: () => undefined, reject: () => undefined })
}
