/** Records calls that failed, in the record of events and in the log. */
import type { Clock } from '../clock/clock.js'
import { passedNow } from '../clock/real-time.js'
import type { Cause } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'
import { LEASE_ENDED } from '../engine/serving/waiting-leases.js'
import type { QueratorError } from '../errors.js'
import type { Named } from '../transport/named-in-body.js'
import type { Inspector } from './inspector.js'
import type { Log } from './log.js'

/** The parts of the daemon that are needed. */
interface Surroundings {
  readonly clock: Clock
  readonly record: EventRecord
  readonly log: Log
  readonly inspector: Inspector
}

/** An item id as it appears in errors. */
const QUOTED_ID = /'([0-9A-Za-z]{27})'/

/** The most characters of a request's text that the record keeps. Messages quote what they reject. */
const MOST_KEPT = 2000

/** Records failed calls in the record of events and in the log. */
export class RefusedCalls {
  readonly #around: Surroundings

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Records a failed call. `hints` is what else is known of the request and may explain the error. */
  note(cause: Cause, named: Named, error: QueratorError, hints: Readonly<Record<string, string>> = {}): void {
    const { code, codeText, message } = error
    // A lease that ends without an item already has an event, and is not an error.
    if (message === LEASE_ENDED) return
    const { clock, record, log, inspector } = this.#around
    const { queueName, clientId } = named
    log.write('debug', 'call refused', { call: cause.call, code, error: message, queue: queueName, clientId })
    const details = { ...error.details, ...hints, ...this.#elsewhere(named, message) }
    const [lastTime, lastPassed] = [clock.now(), passedNow()]
    const refusal = { code, codeText, message: kept(message), details, clientId, times: 1, lastTime, lastPassed }
    record.refused(cause, inspector.addressOf(queueName) ?? { queue: kept(queueName), queueId: 0 }, refusal)
  }

  /** Says where an item is that the message calls unknown, if it is in another partition than the call says. */
  #elsewhere({ queueName, ids, partition }: Named, message: string): Record<string, string> {
    const id = QUOTED_ID.exec(message)?.[1]
    const place = id === undefined || !ids.includes(id) ? undefined : this.#around.inspector.placeOf(queueName, id)
    if (place === undefined || place.partition === partition) return {}
    return { elsewhere: `${place.reference} is in partition ${place.partition}, and the call said ${partition}` }
  }
}

/** Returns a copy of a text, cut if it is too long. A slice would keep the whole string in memory. */
function kept(text: string): string {
  return text.length <= MOST_KEPT ? text : `${Buffer.from(text.slice(0, MOST_KEPT), 'utf8').toString('utf8')}…`
}
