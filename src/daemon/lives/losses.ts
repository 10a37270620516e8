/** What a daemon lost when it went down, in words. */
import type { Cause, EventKind, RecordedEvent } from '../../engine/events/event-kinds.js'
import type { EventRecord } from '../../engine/events/record.js'

/** Returns the place of a call, to follow its name: ` (orders.test.ts:12)`. Empty if it is not known. */
export type SiteOf = (origin: Cause['origin']) => string

const ENDS: readonly EventKind[] = ['daemon-crashed', 'daemon-stopped']

/** Reads in the record what was lost, and by which call. */
export class Losses {
  readonly #record: EventRecord
  readonly #siteOf: SiteOf

  constructor(record: EventRecord, siteOf: SiteOf) {
    this.#record = record
    this.#siteOf = siteOf
  }

  /** Says in which crash or restart the last queue of a name was lost. Undefined if it was not. */
  queueText(name: string): string | undefined {
    const last = this.#latest(({ address }) => address.queue === name && address.queueId !== 0)
    if (last?.kind !== 'queue-lost') return undefined
    return `the queue '${name}' was lost in the ${this.howText(last.number)}: the daemon kept nothing; create it again, or keep it with keeps: 'queues' or keeps: 'items'`
  }

  /** `crash (orders.test.ts:12)`: what caused this event. */
  howText(number: number): string {
    const { call, origin } = this.#record.at(number).cause
    return `${call}${this.#siteOf(origin)}`
  }

  /** `crash (orders.test.ts:12)`: the latest that ended the daemon after this event. `undefined` if nothing did. */
  endSince(number: number): string | undefined {
    const last = this.#latest(({ kind }) => ENDS.includes(kind), number + 1)
    return last && this.howText(last.number)
  }

  /** Where the call stands that ended the daemon last. Empty if it is not known. */
  get endSite(): string {
    const last = this.#latest(({ kind }) => ENDS.includes(kind))
    return last === undefined ? '' : this.#siteOf(last.cause.origin)
  }

  #latest(which: (event: RecordedEvent) => boolean, first = 1): RecordedEvent | undefined {
    const record = this.#record
    for (let number = record.count; number >= Math.max(first, record.first); number--) {
      const event = record.at(number)
      if (which(event)) return event
    }
    return undefined
  }
}
