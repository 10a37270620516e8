/** What callers pass to the model, and the error with which it refuses. Times are milliseconds since 1970. */
import type { ModelLease } from './model-state.js'

/** The daemon would have returned an error. */
export class Refused extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** The settings of a queue; timeouts in milliseconds. */
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

/** An item that is imported. */
export interface Imported extends Produced {
  readonly sourceId?: string
  readonly leased?: boolean
  readonly attempts?: number
  readonly leaseDeadline?: number
  readonly expireDeadline?: number
}

/** A lease as its client asks for it. */
export interface LeaseRequest extends Pick<ModelLease, 'key' | 'clientId' | 'batchSize'> {
  /** How long it waits, in milliseconds. */
  readonly timeout: number
}
