/** Notes calls that got an error for an answer: in the record of events, and in the log. */
import type { Clock } from '../clock/clock.js'
import { passedNow } from '../clock/real-time.js'
import type { Address, Cause } from '../engine/event-kinds.js'
import type { EventRecord } from '../engine/record.js'
import { LEASE_ENDED } from '../engine/waiting-leases.js'
import type { QueratorError } from '../errors.js'
import type { Named } from '../transport/named-in-body.js'
import type { Log } from './log.js'

/** What they need of the daemon. */
interface Surroundings {
  readonly clock: Clock
  readonly record: EventRecord
  readonly log: Log
  /** Where the queue of that name is; undefined when there is none. */
  addressOf(queueName: string): Address | undefined
}

/** See the head of this file. */
export class RefusedCalls {
  readonly #around: Surroundings

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** `field`: the part of the body at which reading it ended, where that is known. */
  note(cause: Cause, { queueName, clientId, ids }: Named, error: QueratorError, field = ''): void {
    const { code, codeText, message } = error
    // A lease that ends without an item is an event already, and nobody's fault.
    if (message === LEASE_ENDED) return
    const { clock, record, log, addressOf } = this.#around
    log.write('debug', 'call refused', { call: cause.call, code, error: message, queue: queueName, clientId })
    const details = field === '' ? error.details : { ...error.details, field }
    const [lastTime, lastPassed] = [clock.now(), passedNow()]
    const refusal = { code, codeText, message, details, clientId, ids, times: 1, lastTime, lastPassed }
    record.refused(cause, addressOf(queueName) ?? { queue: queueName, queueId: 0 }, refusal)
  }
}
