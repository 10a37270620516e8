/** The requests that a paused queue holds back, however many, to be let in together (docs/protocol/queue.md §13). */
import type { QueratorError } from '../../errors.js'

/** The kinds of request that are held here, in the order in which a batch is carried out. */
export const HELD_KINDS = ['produce', 'complete', 'retry'] as const
/** See {@link HELD_KINDS}. */
export type HeldKind = (typeof HELD_KINDS)[number]

/** A request at the gate. */
export interface HeldRequest {
  readonly kind: HeldKind
  /** Carries the request out. */
  carryOut(): void
  /** Answers it without carrying it out. */
  refuse(error: QueratorError): void
}

/** Holds requests in the order in which they came. Leases are not here: they wait in the queue's own line. */
export class Gate {
  #held: HeldRequest[] = []

  get size(): number {
    return this.#held.length
  }

  /** How many requests of one kind are held. */
  count(kind: HeldKind): number {
    return this.#held.filter((request) => request.kind === kind).length
  }

  /** Holds a request. */
  hold(request: HeldRequest): void {
    this.#held.push(request)
  }

  /** Empties the gate: all of one kind together, in order of arrival, kinds in the order of {@link HELD_KINDS}. */
  open(): HeldRequest[] {
    const held = this.#held
    this.#held = []
    return HELD_KINDS.flatMap((kind) => held.filter((request) => request.kind === kind))
  }
}
