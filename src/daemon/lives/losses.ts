/** What a daemon lost when it went down, in words. */
import type { Cause } from '../../engine/events/event-kinds.js'
import type { EventRecord } from '../../engine/events/record.js'
import type { StorageSpecs } from '../lasting/storage-spec.js'

/** Returns the place of a call, to follow its name: ` (orders.test.ts:12)`. Empty if it is not known. */
export type SiteOf = (origin: Cause['origin']) => string

/** Reads in the record what was lost, and by which call. */
export class Losses {
  readonly #record: EventRecord
  readonly #siteOf: SiteOf
  readonly #specs: StorageSpecs | undefined
  /** The number of the latest event at which a test showed that it knows what a queue had lost. By queue. */
  readonly #known = new Map<string, number>()

  /** `specs` are the storages that last. */
  constructor(record: EventRecord, siteOf: SiteOf, specs?: StorageSpecs) {
    this.#record = record
    this.#specs = specs
    this.#siteOf = siteOf
  }

  /** Says in which crash or restart the last queue of a name was lost, and what to do. Undefined if it was not. */
  queueText(name: string): string | undefined {
    const { landmarks, first } = this.#record
    const loss = landmarks.lossOf(name)
    return loss < first ? undefined : `the queue '${name}' was lost in the ${this.howText(loss)}: ${this.#advice()}`
  }

  /** Call when a test has shown that it knows what a queue has lost so far, or a caller has emptied the queue. */
  know(queue: string): void {
    this.#known.set(queue, this.#record.count)
  }

  /** Whether a test knows of this loss of a queue. */
  isKnown(queue: string, number: number): boolean {
    return number <= (this.#known.get(queue) ?? 0)
  }

  /** `crash (orders.test.ts:12)`: what caused this event. */
  howText(number: number): string {
    const { call, origin } = this.#record.at(number).cause
    return `${call}${this.#siteOf(origin)}`
  }

  /** `crash (orders.test.ts:12)`: the latest that ended the daemon between these events. `undefined` if nothing did. */
  endBetween(after: number, before: number): string | undefined {
    const end = this.#record.landmarks.endBetween(after, before)
    return end === 0 || end < this.#record.first ? undefined : this.howText(end)
  }

  /** Where the call stands that ended the daemon last. Empty if it is not known. */
  get endSite(): string {
    const { lastEnd } = this.#record.landmarks
    return lastEnd < this.#record.first ? '' : this.#siteOf(this.#record.at(lastEnd).cause.origin)
  }

  #advice(): string {
    if (this.#specs === undefined) {
      return "the daemon kept nothing; create it again, or keep it with keeps: 'queues' or keeps: 'items'"
    }
    if (this.#specs.queues === undefined) return 'queue-storage is in memory; create it again, and it has its items'
    return 'queue-storage does not have it; create it again. Was its folder emptied or replaced while the daemon was down?'
  }
}
