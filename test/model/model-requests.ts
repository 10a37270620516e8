/** The requests that the model takes, and the error it throws to refuse one. Times are milliseconds since 1970. */
import type { ModelLease } from './model-state.js'

/** Thrown where the daemon would return an error. */
export class Refused extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** The settings of a queue. Timeouts are in milliseconds. */
export interface Settings {
  readonly leaseTimeout: number
  readonly expireTimeout: number
  readonly maxAttempts: number
  readonly deadQueue: string
}

/** An item that a producer sends. */
export interface Produced {
  readonly reference: string
  readonly content?: Record<string, string>
  readonly enqueueAt?: number
}

/** An item to import. */
export interface Imported extends Produced {
  readonly sourceId?: string
  readonly leased?: boolean
  readonly attempts?: number
  readonly leaseDeadline?: number
  readonly expireDeadline?: number
}

/** A lease as its client requests it. */
export interface LeaseRequest extends Pick<ModelLease, 'key' | 'clientId' | 'batchSize'> {
  /** How long it waits, in milliseconds. */
  readonly timeout: number
}
