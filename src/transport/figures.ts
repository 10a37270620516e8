/** The figures of the metrics page. */
import type { Timings } from './timings.js'

/** What there is of a queue, and what has happened in it since it was made. */
export interface QueueFigures {
  readonly queue: string
  readonly namespace: string
  /** Items that are not scheduled, leased ones counted in. */
  readonly items: number
  readonly leased: number
  readonly scheduled: number
  /** Leases that wait for an item. */
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

/** Everything that the page shows. */
export interface Figures {
  readonly timings: Timings
  readonly queues: readonly QueueFigures[]
  /** How often the page was asked for before, by its status. */
  readonly asked: Readonly<Record<number, number>>
  /** How often it is being asked for at this moment. */
  readonly inFlight: number
}
