/** What faults do to a queue. Nothing else calls this. */
import type { Clock } from '../../clock/clock.js'
import type { QueratorError } from '../../errors.js'
import type { QueueRules } from '../lifecycle/queue-rules.js'
import type { Leased, LeaseRequest } from '../serving/waiting-leases.js'
import type { Item } from '../store/item.js'
import type { Partition } from '../store/partition.js'
import { chosenFor, endLeases } from './chosen-items.js'
import type { Dispatcher } from './dispatcher.js'
import type { Gate } from './gate.js'

/** The parts of a queue that faults act on. */
interface QueueParts {
  readonly partitions: readonly Partition[]
  readonly dispatcher: Dispatcher
  readonly gate: Gate
  readonly rules: QueueRules
  readonly clock: Clock
}

/** The operations of faults on one queue. They change items as the lifecycle does, so that every invariant holds. */
export class QueueFaults {
  readonly #partitions: readonly Partition[]
  readonly #dispatcher: Dispatcher
  readonly #gate: Gate
  readonly #rules: QueueRules
  readonly #clock: Clock

  constructor({ partitions, dispatcher, gate, rules, clock }: QueueParts) {
    this.#partitions = partitions
    this.#dispatcher = dispatcher
    this.#gate = gate
    this.#rules = rules
    this.#clock = clock
  }

  /** Lets the leases of items of a partition run out now. Waiting leases get what becomes free. Does nothing if the queue is deleted. */
  expireLeases(partition: Partition, items: readonly Item[]): void {
    if (this.#dispatcher.isStopped) return
    endLeases(partition, items, this.#rules, this.#clock.now())
    this.#dispatcher.freed()
  }

  /** Returns whether a lease would get other items by its choice than without it. */
  hasChoice(request: LeaseRequest): boolean {
    if (!this.#dispatcher.isOpen) return false
    return chosenFor(request, this.#partitions, this.#rules.config.maxAttempts) !== undefined
  }

  /** Whether leases of code under test wait that a produce would serve. */
  get serves(): boolean {
    const { isOpen, waiting, waitingLeases } = this.#dispatcher
    return isOpen && waiting > 0 && waitingLeases.some(({ request }) => request.isOfTest !== true)
  }

  /** Leases free items that nobody has leased before, ahead of waiting leases. Returns `undefined` if there are none. */
  leaseFresh(clientId: string, batchSize: number): Leased | undefined {
    const request: LeaseRequest = { clientId, batchSize, deadline: this.#clock.now(), choice: { of: 'fresh' } }
    let leased: Leased | undefined
    if (!this.hasChoice(request)) return undefined
    this.#dispatcher.lease(request, {
      resolve: (served) => {
        leased = served
      },
      reject: () => undefined,
    })
    return leased
  }

  /** Carries a produce out, and lets `first` come before the leases that wait. Returns what `carryOut` returns. */
  beforeWaiting(carryOut: () => unknown, first: () => void): unknown {
    const { isOpen } = this.#dispatcher
    this.#dispatcher.isOpen = false
    try {
      return carryOut()
    } finally {
      this.#dispatcher.isOpen = isOpen
      first()
      this.#dispatcher.freed()
    }
  }

  /** Keeps produces and leases away from a partition, or lets them in again. Waiting leases get what it holds then. */
  setAway(partition: Partition, isAway: boolean): void {
    partition.isAway = isAway
    this.#dispatcher.freed()
  }

  /** Acts as if all clients had hung up. Waiting leases end. What a pause holds is carried out later, without a reply. Returns how many calls it met. */
  hangUp(reason: () => QueratorError): number {
    return this.#dispatcher.abandonAll(reason) + this.#gate.hangUp(reason)
  }
}
