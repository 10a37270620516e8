/** Holds the requests of a paused queue until it resumes (docs/protocol/queue.md §13). */
import type { QueratorError } from '../../errors.js'

/** The kinds of requests that are held, in the order in which they are carried out. */
export const HELD_KINDS = ['produce', 'complete', 'retry'] as const
/** See {@link HELD_KINDS}. */
export type HeldKind = (typeof HELD_KINDS)[number]

/** A held request. */
export interface HeldRequest {
  readonly kind: HeldKind
  /** Carries the request out. */
  carryOut(): void
  /** Rejects the request without carrying it out. */
  refuse(error: QueratorError): void
}

/** Holds requests in order of arrival, however many. Leases are not among them: they wait in the queue's own line. */
export class Gate {
  #held: HeldRequest[] = []
  /** Those whose callers are gone. */
  readonly #left = new WeakSet<HeldRequest>()

  get size(): number {
    return this.#held.length
  }

  /** Returns the number of held requests of one kind. */
  count(kind: HeldKind): number {
    return this.#held.filter((request) => request.kind === kind).length
  }

  /** Holds a request. */
  hold(request: HeldRequest): void {
    this.#held.push(request)
  }

  /** Rejects all requests because their callers are gone, and holds them on: they have arrived. Returns how many callers there were. */
  hangUp(reason: () => QueratorError): number {
    const waiting = this.#held.filter((request) => !this.#left.has(request))
    for (const request of waiting) {
      this.#left.add(request)
      request.refuse(reason())
    }
    return waiting.length
  }

  /** Carries out all requests. Calls `freed` when items may be free: after all produces, and after all others. */
  release(freed: () => void): void {
    const held = this.open()
    for (const request of held) if (request.kind === 'produce') request.carryOut()
    freed()
    for (const request of held) if (request.kind !== 'produce') request.carryOut()
    freed()
  }

  /** Returns and releases all requests, sorted by kind as in {@link HELD_KINDS}, and then by arrival. */
  open(): HeldRequest[] {
    const held = this.#held
    this.#held = []
    return HELD_KINDS.flatMap((kind) => held.filter((request) => request.kind === kind))
  }
}
