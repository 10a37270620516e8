/** `RecordedItem`: an item as it was when something happened to it. */
import type { QueueEvent } from '../../diagnosis/event-log.js'
import { Payload } from '../handles/payload.js'

/** What a producer gave. @internal */
export interface Content {
  readonly bytes: Uint8Array
  readonly kind: string
  readonly encoding: string
}

/** An item in a {@link Recording}, as it was when something happened to it. */
export class RecordedItem extends Payload {
  /** The name of the queue. */
  readonly queue: string
  /** The number of the item. It stays when the id changes, and when the item moves to a dead letter queue. */
  readonly item: number
  /** The id of the item after the event. */
  readonly id: string
  /** The producer's name for the item. */
  readonly reference: string
  /** The producer's kind of item. */
  readonly kind: string
  /** The producer's encoding of the payload. */
  readonly encoding: string
  /** The number of the partition. */
  readonly partition: number
  /** How often the item had been leased. */
  readonly attempts: number
  /** When it happened, by the daemon's clock. */
  readonly time: Date
  /** The consumer that leased the item, or held it until then. Undefined if nobody did. */
  readonly clientId: string | undefined
  /** Where your code made the call that caused it. Undefined if the daemon does not know. */
  readonly callSite: string | undefined
  /** When the item can be leased, if it was produced or retried for later. Otherwise undefined. */
  readonly due: Date | undefined
  /** The dead letter queue that it went to. Otherwise undefined. */
  readonly deadQueue: string | undefined
  readonly #history: () => QueueEvent[]

  /** @internal */
  constructor(event: QueueEvent, due: Date | undefined, content: Content, history: () => QueueEvent[]) {
    super(content.bytes)
    this.#history = history
    this.queue = event.queue
    this.item = event.item ?? 0
    this.id = event.id ?? ''
    this.reference = event.reference ?? ''
    this.kind = content.kind
    this.encoding = content.encoding
    this.partition = event.partition ?? 0
    this.attempts = event.attempts ?? 0
    this.time = event.time
    this.clientId = event.clientId
    this.callSite = event.callSite
    this.due = due
    this.deadQueue = event.deadQueue
  }

  /** Returns what happened to the item until now, also before and after the recording. The oldest event comes first. */
  history(): QueueEvent[] {
    return this.#history()
  }
}
