/** The metrics of the daemon. */
import type { Timings } from './timings.js'

/** The metrics of a queue: its items, and its totals since it was created. */
export interface QueueFigures {
  readonly queue: string
  readonly namespace: string
  /** Items that are not scheduled, including leased ones. */
  readonly items: number
  readonly leased: number
  readonly scheduled: number
  /** Waiting leases. */
  readonly leasesWaiting: number
  readonly totals: {
    readonly produced: number
    readonly leased: number
    readonly completed: number
    readonly retried: number
    readonly leaseExpired: number
    readonly expired: number
    readonly deadLettered: number
  }
}

/** How often a kind of fault acted on a call. */
export interface FaultFigures {
  readonly kind: string
  readonly call: string
  readonly count: number
}

/** What a daemon holds in memory, and its storages on disk. */
export interface MemoryFigures {
  /** The bytes of items and requests that count against the memory limit. */
  readonly used: number
  readonly limit: number
  /** The bytes that each storage holds, roughly. Empty if all are in memory. */
  readonly storages: readonly { readonly storage: string; readonly bytes: number }[]
}

/** All metrics. */
export interface Figures {
  readonly timings: Timings
  readonly queues: readonly QueueFigures[]
  readonly faults: readonly FaultFigures[]
  readonly memory: MemoryFigures
  /** The number of earlier requests for the page by their status. */
  readonly asked: Readonly<Record<number, number>>
  /** The number of current requests for the page. */
  readonly inFlight: number
}
