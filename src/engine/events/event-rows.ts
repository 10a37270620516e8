/** The latest events, stored in columns. */
import type { Instant } from '../../clock/instant.js'
import {
  type Address,
  type Cause,
  type Consumer,
  EVENT_KINDS,
  type EventKind,
  type HandledItem,
  type KeptPayload,
  KIND,
  type NotedFault,
  type NotedItem,
  OF_HOLDER,
  OF_PRODUCER,
  type RecordedEvent,
  type Refusal,
} from './event-kinds.js'

/** How much of a payload is kept, in bytes. */
const MOST_KEPT = 1000
/** The initial number of rows. */
const FIRST_ROOM = 128

/**
 * A ring of rows. The latest events overwrite the first ones.
 *
 * Rows are reused columns rather than objects. A million items make a million events in a second or two, and most are never read. A
 * row becomes an object when it is read.
 */
export class EventRows {
  readonly #most: number
  #room: number
  #count = 0
  #kinds: Uint8Array
  #times: Float64Array
  #items: Float64Array
  #sequences: Float64Array
  #attempts: Int32Array
  #untils: Float64Array
  readonly #addresses: (Address | undefined)[] = []
  readonly #references: string[] = []
  readonly #consumers: (Consumer | undefined)[] = []
  readonly #causes: Cause[] = []
  readonly #deadQueues: (Address | undefined)[] = []
  /** Rows of kinds without a refusal or a payload may still have that of an earlier row. */
  readonly #refusals: Refusal[] = []
  readonly #faults: NotedFault[] = []
  readonly #payloads: (string | KeptPayload)[] = []

  /** `most` is the number of rows, at least 1. */
  constructor(most: number) {
    this.#most = most
    this.#room = Math.min(most, FIRST_ROOM)
    this.#kinds = new Uint8Array(this.#room)
    this.#times = new Float64Array(this.#room)
    this.#items = new Float64Array(this.#room)
    this.#sequences = new Float64Array(this.#room)
    this.#attempts = new Int32Array(this.#room)
    this.#untils = new Float64Array(this.#room)
  }

  /** The number of events so far. */
  get count(): number {
    return this.#count
  }

  /** The number of the first event that is still kept. */
  get first(): number {
    return Math.max(0, this.#count - this.#most) + 1
  }

  /** Adds an event of an item. */
  addItem(kind: number, time: Instant, address: Address, item: NotedItem, cause: Cause): number {
    const row = this.#add(kind, time, address, cause)
    this.#items[row] = item.serial
    this.#sequences[row] = item.sequence
    this.#attempts[row] = item.attempts
    this.#references[row] = item.reference
    this.#consumers[row] = OF_HOLDER[kind] === 1 ? item.holder : undefined
    if (OF_PRODUCER[kind] === 1) this.#payloads[row] = keptPayload(item)
    return row
  }

  /** Adds an event of a queue or of a waiting lease. */
  addQueue(kind: number, time: Instant, address: Address, consumer: Consumer | undefined, cause: Cause): number {
    const row = this.#add(kind, time, address, cause)
    this.#items[row] = 0
    this.#references[row] = ''
    this.#consumers[row] = consumer
    return row
  }

  /** Sets what the event in a row leads to. Every row needs it, because it may still have that of an earlier event. */
  setOutcome(row: number, until: Instant, deadQueue: Address | undefined): void {
    this.#untils[row] = until
    this.#deadQueues[row] = deadQueue
  }

  /** Sets the refusal of the event in a row. */
  setRefusal(row: number, refusal: Refusal): void {
    this.#refusals[row] = refusal
  }

  /** Sets the fault of the event in a row. */
  setFault(row: number, fault: NotedFault): void {
    this.#faults[row] = fault
  }

  /** Returns the refused call with this number, which must be kept. `undefined` if the event is of another kind. */
  refusalAt(number: number): { cause: Cause; address: Address; refusal: Refusal } | undefined {
    const row = (number - 1) % this.#most
    if (this.#kinds[row] !== KIND.refused) return undefined
    return {
      cause: this.#causes[row] as Cause,
      address: this.#addresses[row] as Address,
      refusal: this.#refusals[row] as Refusal,
    }
  }

  /** Returns the number of the latest event of a kind about the item that had this number in a partition then. 0 if none is kept. */
  latestOf(kind: number, { queueId, partition }: Pick<Address, 'queueId' | 'partition'>, sequence: number): number {
    for (let number = this.#count; number >= this.first; number--) {
      const row = (number - 1) % this.#most
      if (this.#sequences[row] !== sequence || this.#kinds[row] !== kind) continue
      const address = this.#addresses[row] as Address
      if (address.queueId === queueId && address.partition === partition) return number
    }
    return 0
  }

  /** Returns the numbers of the latest events about items that had these sequence numbers in a partition then. Those that are not kept are left out. */
  latestOfAll(
    { queueId, partition }: Pick<Address, 'queueId' | 'partition'>,
    wanted: Set<number>,
  ): Map<number, number> {
    const found = new Map<number, number>()
    for (let number = this.#count; number >= this.first && found.size < wanted.size; number--) {
      const row = (number - 1) % this.#most
      const sequence = this.#sequences[row] as number
      if (this.#items[row] === 0 || !wanted.has(sequence) || found.has(sequence)) continue
      const address = this.#addresses[row] as Address
      if (address.queueId === queueId && address.partition === partition) found.set(sequence, number)
    }
    return found
  }

  /** Returns the number of the next event of an item after this one. 0 if there is none. */
  nextOf(item: number, after: number): number {
    for (let number = after + 1; number <= this.#count; number++) {
      if (this.#items[(number - 1) % this.#most] === item) return number
    }
    return 0
  }

  /** Returns the kind of the event with this number, which must be kept. It takes less than to read the whole event. */
  kindAt(number: number): EventKind {
    return EVENT_KINDS[this.#kinds[(number - 1) % this.#most] as number] as EventKind
  }

  /** Returns the event with this number. @throws RangeError if it is not kept */
  at(number: number): RecordedEvent {
    if (number < this.first || number > this.#count) throw new RangeError(`there is no event ${number}`)
    const row = (number - 1) % this.#most
    const address = this.#addresses[row] as Address
    const item = this.#items[row] as number
    const kind = EVENT_KINDS[this.#kinds[row] as number] as EventKind
    const consumer = this.#consumers[row]
    return {
      number,
      kind,
      time: this.#times[row] as number,
      address,
      item,
      id: item === 0 ? undefined : address.ids?.text(this.#sequences[row] as number),
      reference: this.#references[row] as string,
      attempts: item === 0 ? 0 : (this.#attempts[row] as number),
      consumer,
      cause: causeOf(kind, this.#causes[row] as Cause, consumer),
      until: this.#untils[row] as number,
      deadQueue: this.#deadQueues[row],
      refusal: kind === 'refused' ? this.#refusals[row] : undefined,
      fault: kind === 'fault' ? this.#faults[row] : undefined,
      payload: kind === 'produced' || kind === 'imported' ? payloadOf(this.#payloads[row]) : undefined,
    }
  }

  /** Returns the item of the latest event in this queue after which the item had this id. `undefined` if none is kept. */
  itemWithId(queue: string, id: string): HandledItem | undefined {
    let ids: Address['ids']
    let sequence: number | undefined
    for (let number = this.#count; number >= this.first; number--) {
      const row = (number - 1) % this.#most
      const address = this.#addresses[row] as Address
      if (address.queue !== queue) continue
      if (address.ids !== ids) {
        ids = address.ids
        sequence = ids?.sequence(id)
      }
      if (sequence === undefined || sequence !== this.#sequences[row]) continue
      const [item, attempts] = [this.#items[row] as number, this.#attempts[row] as number]
      return { item, reference: this.#references[row] as string, queue, attempts }
    }
    return undefined
  }

  #add(kind: number, time: Instant, address: Address, cause: Cause): number {
    const row = this.#count % this.#most
    if (row === this.#room) this.#grow()
    this.#count++
    this.#kinds[row] = kind
    this.#times[row] = time
    this.#addresses[row] = address
    this.#causes[row] = cause
    return row
  }

  #grow(): void {
    this.#room = Math.min(this.#room * 2, this.#most)
    this.#kinds = larger(new Uint8Array(this.#room), this.#kinds)
    this.#times = larger(new Float64Array(this.#room), this.#times)
    this.#items = larger(new Float64Array(this.#room), this.#items)
    this.#sequences = larger(new Float64Array(this.#room), this.#sequences)
    this.#attempts = larger(new Int32Array(this.#room), this.#attempts)
    this.#untils = larger(new Float64Array(this.#room), this.#untils)
  }
}

/** Returns the cause of an event. For a lease it is the call of the consumer, even if another call added the item. */
function causeOf(kind: EventKind, cause: Cause, consumer: Consumer | undefined): Cause {
  return kind === 'leased' && consumer !== undefined ? consumer.cause : cause
}

/** Returns what is kept of a payload. It is an object only if it was cut or has words beside it, because most are short and have none. */
function keptPayload({ payload, kind, encoding }: NotedItem): string | KeptPayload {
  const { length } = payload
  if (length <= MOST_KEPT) return kind === '' && encoding === '' ? payload : { text: payload, length, kind, encoding }
  // A slice would keep the whole string in memory.
  const text = Buffer.from(payload.slice(0, MOST_KEPT), 'latin1').toString('latin1')
  return { text, length, kind, encoding }
}

function payloadOf(kept: string | KeptPayload | undefined): KeptPayload | undefined {
  return typeof kept === 'string' ? { text: kept, length: kept.length, kind: '', encoding: '' } : kept
}

function larger<T extends { set(from: T): void }>(column: T, from: T): T {
  column.set(from)
  return column
}
