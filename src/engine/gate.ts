/** The requests that a paused queue holds back, to be let in together (contract: queue.md §2, §13). */
import { retryRequest } from '../errors.js'

/** The kinds of request that a pause holds, in the order in which a batch is carried out. */
export const HELD_KINDS = ['produce', 'lease', 'complete', 'retry'] as const
/** See {@link HELD_KINDS}. */
export type HeldKind = (typeof HELD_KINDS)[number]

/** With more than this many requests at the gate a further one is refused. */
const MOST_HELD = 100

/** A request at the gate. */
export interface HeldRequest {
  readonly kind: HeldKind
  /** For a lease: who asks. */
  readonly clientId?: string
  /** Carries the request out. */
  enter(): void
  /** Answers it without carrying it out. */
  refuse(error: Error): void
}

/** See the head of this file. */
export class Gate {
  #held: HeldRequest[] = []

  get size(): number {
    return this.#held.length
  }

  /** How many requests of one kind are held. */
  count(kind: HeldKind): number {
    return this.#held.filter((request) => request.kind === kind).length
  }

  /** Whether a lease of this client is held. */
  hasLeaseOf(clientId: string): boolean {
    return this.#held.some((request) => request.kind === 'lease' && request.clientId === clientId)
  }

  /** Holds a request. @throws 454 when too many are held already */
  hold(request: HeldRequest): void {
    if (this.#held.length > MOST_HELD) throw retryRequest('queue is overloaded; try again later')
    this.#held.push(request)
  }

  /** Forgets a request; does nothing when it is not held. */
  drop(request: HeldRequest): void {
    this.#held = this.#held.filter((held) => held !== request)
  }

  /** Empties the gate: all of one kind together, in order of arrival, kinds in the order of {@link HELD_KINDS}. */
  open(): HeldRequest[] {
    const held = this.#held
    this.#held = []
    return HELD_KINDS.flatMap((kind) => held.filter((request) => request.kind === kind))
  }
}
