/** Notes calls that got an error for an answer: in the record of events, and in the log. */
import type { Clock } from '../clock/clock.js'
import { passedNow } from '../clock/real-time.js'
import type { Cause } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'
import { LEASE_ENDED } from '../engine/serving/waiting-leases.js'
import type { QueratorError } from '../errors.js'
import type { Named } from '../transport/named-in-body.js'
import type { Inspector } from './inspector.js'
import type { Log } from './log.js'

/** What they need of the daemon. */
interface Surroundings {
  readonly clock: Clock
  readonly record: EventRecord
  readonly log: Log
  readonly inspector: Inspector
}

/** An item's id as errors name it. */
const QUOTED_ID = /'([0-9A-Za-z]{27})'/

/** So much of a text that came with a request is kept in the record; messages quote what they refuse. */
const MOST_KEPT = 2000

/** Notes refused calls in the record and in the log. */
export class RefusedCalls {
  readonly #around: Surroundings

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** `hints`: what else is known of the request, for whoever asks why. */
  note(cause: Cause, named: Named, error: QueratorError, hints: Readonly<Record<string, string>> = {}): void {
    const { code, codeText, message } = error
    // A lease that ends without an item is an event already, and nobody's fault.
    if (message === LEASE_ENDED) return
    const { clock, record, log, inspector } = this.#around
    const { queueName, clientId } = named
    log.write('debug', 'call refused', { call: cause.call, code, error: message, queue: queueName, clientId })
    const details = { ...error.details, ...hints, ...this.#elsewhere(named, message) }
    const [lastTime, lastPassed] = [clock.now(), passedNow()]
    const refusal = { code, codeText, message: kept(message), details, clientId, times: 1, lastTime, lastPassed }
    record.refused(cause, inspector.addressOf(queueName) ?? { queue: kept(queueName), queueId: 0 }, refusal)
  }

  /** An item that the message calls unknown may be in another partition than the call says. */
  #elsewhere({ queueName, ids, partition }: Named, message: string): Record<string, string> {
    const id = QUOTED_ID.exec(message)?.[1]
    const place = id === undefined || !ids.includes(id) ? undefined : this.#around.inspector.placeOf(queueName, id)
    if (place === undefined || place.partition === partition) return {}
    return { elsewhere: `${place.reference} is in partition ${place.partition}, and the call said ${partition}` }
  }
}

/** A text that is to be kept, cut where it is too long. A part of a text would keep all of it, so it is a copy. */
function kept(text: string): string {
  return text.length <= MOST_KEPT ? text : `${Buffer.from(text.slice(0, MOST_KEPT), 'utf8').toString('utf8')}…`
}
