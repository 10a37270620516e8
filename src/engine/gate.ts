/** The requests that a paused queue holds back, to be let in together (contract: queue.md §2, §13). */
import { type QueratorError, retryRequest } from '../errors.js'
import type { WaitingLease } from './waiting-leases.js'

/** The kinds of request that are held here, in the order in which a batch is carried out. */
export const HELD_KINDS = ['produce', 'complete', 'retry'] as const
/** See {@link HELD_KINDS}. */
export type HeldKind = (typeof HELD_KINDS)[number]

/** With more than this many requests at the gate a further one is refused. */
const MOST_HELD = 100

/** A request at the gate. */
export interface HeldRequest {
  readonly kind: HeldKind
  /** Carries the request out. */
  enter(): void
  /** Answers it without carrying it out. */
  refuse(error: QueratorError): void
}

/** See the head of this file. Leases wait in the queue's own line, and are only counted here. */
export class Gate {
  #held: HeldRequest[] = []
  readonly #leases = new Set<WaitingLease>()

  get size(): number {
    return this.#held.length
  }

  /** How many requests of one kind are held. */
  count(kind: HeldKind): number {
    return this.#held.filter((request) => request.kind === kind).length
  }

  /** Why a further request is refused: 454 when too many are at the gate already; undefined while there is room. */
  get refusal(): QueratorError | undefined {
    if (this.#held.length + this.#leases.size <= MOST_HELD) return undefined
    return retryRequest('queue is overloaded; try again later')
  }

  /** Holds a request. */
  hold(request: HeldRequest): void {
    this.#held.push(request)
  }

  /** Counts a lease that came to the closed gate. */
  countLease(lease: WaitingLease): void {
    this.#leases.add(lease)
  }

  /** Forgets a lease that waits no longer; does nothing when it came while the gate was open. */
  forgetLease(lease: WaitingLease): void {
    this.#leases.delete(lease)
  }

  /** Empties the gate: all of one kind together, in order of arrival, kinds in the order of {@link HELD_KINDS}. */
  open(): HeldRequest[] {
    const held = this.#held
    this.#held = []
    this.#leases.clear()
    return HELD_KINDS.flatMap((kind) => held.filter((request) => request.kind === kind))
  }
}
