/** The record of events. */
import type { Instant } from '../../clock/instant.js'
import {
  type Address,
  BY_CLOCK,
  type Cause,
  type Consumer,
  EVENT_KINDS,
  type EventKind,
  type KeptPayload,
  KIND,
  type NotedItem,
  OF_HOLDER,
  OF_PRODUCER,
  type RecordedEvent,
  type Refusal,
} from './event-kinds.js'

/** A refused call is compared with this many before it, because several workers may be refused in turns. */
const MOST_COMPARED = 16
/** So much of a payload is kept, in bytes. */
const MOST_KEPT = 1000

/** The number of rows at first. */
const FIRST_ROOM = 128

/**
 * The events of items, leases and queues of a daemon, in order. Only the latest are kept.
 *
 * An event is a row in columns that are used again and again: a million items make a million events in a second or two, and most are
 * never looked at. A row becomes an object when somebody asks for it.
 */
export class EventRecord {
  /** The cause of what is happening now. The engine is synchronous, so there is only one. */
  cause: Cause = BY_CLOCK
  readonly #most: number
  #room: number
  #count = 0
  #lastItem = 0
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
  /** Rows of other kinds than those that have them may hold what a row before them left. */
  readonly #refusals: Refusal[] = []
  readonly #payloads: (string | KeptPayload)[] = []
  readonly #watchers = new Set<() => void>()
  #told = true
  #fence = 0
  #refusedCalls = 0
  #refusedEvents = 0
  #lastRefused = 0
  #ended = false

  /** `most`: how many events are kept; 0 keeps none. */
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

  /** How many events there were. */
  get count(): number {
    return this.#count
  }

  /** The number of the first event that is still kept. */
  get first(): number {
    return Math.max(0, this.#count - this.#most) + 1
  }

  /** Notes an event of an item. */
  item(kind: number, time: Instant, address: Address, item: NotedItem, until = Number.NaN, deadQueue?: Address): void {
    if (this.#most === 0) return
    if (item.serial === 0) item.serial = ++this.#lastItem
    const row = this.#row(kind, time, address, until)
    this.#items[row] = item.serial
    this.#sequences[row] = item.sequence
    this.#attempts[row] = item.attempts
    this.#references[row] = item.reference
    this.#consumers[row] = OF_HOLDER[kind] === 1 ? item.holder : undefined
    this.#deadQueues[row] = deadQueue
    if (OF_PRODUCER[kind] === 1) this.#payloads[row] = keptPayload(item.payload)
  }

  /** Notes an event of a queue, or of a lease that waits. */
  queue(kind: number, time: Instant, address: Address, consumer?: Consumer, until = Number.NaN): void {
    if (this.#most === 0) return
    const row = this.#row(kind, time, address, until)
    this.#items[row] = 0
    this.#references[row] = ''
    this.#consumers[row] = consumer
    this.#deadQueues[row] = undefined
  }

  /** Notes a call that was refused, or that the same one was refused again when nothing else happened since. */
  refused(cause: Cause, address: Address, refusal: Refusal): void {
    if (this.#most === 0) return
    const same = this.#sameRefusal(cause, address, refusal)
    this.#refusedCalls += refusal.times
    if (same === undefined) {
      this.#refusedEvents++
      this.during(cause, () => this.queue(KIND.refused, refusal.lastTime, address))
      this.#refusals[(this.#count - 1) % this.#most] = refusal
      this.#lastRefused = this.#count
      return
    }
    same.times += refusal.times
    same.lastTime = refusal.lastTime
    same.lastPassed = refusal.lastPassed
    this.#tell()
  }

  /** How many calls were refused. */
  get refusedCalls(): number {
    return this.#refusedCalls
  }

  /** How many events tell of them. */
  get refusedEvents(): number {
    return this.#refusedEvents
  }

  /** Whether a call was refused since the event of this number. */
  refusedSince(first: number): boolean {
    return this.#lastRefused >= first
  }

  /** From here on a refused call is a new event, also when the one before was refused alike: a test begins. */
  fence(): void {
    this.#fence = this.#count
  }

  /** Carries something out that `cause` makes happen. */
  during<T>(cause: Cause, work: () => T): T {
    const before = this.cause
    this.cause = cause
    try {
      return work()
    } finally {
      this.cause = before
    }
  }

  /** The event with this number. @throws RangeError when it is not kept */
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
      payload: kind === 'produced' || kind === 'imported' ? payloadOf(this.#payloads[row]) : undefined,
    }
  }

  /** Whether no event comes any more. */
  get ended(): boolean {
    return this.#ended
  }

  /** Resolves when there are further events, or no more. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.watch(() => {
        stop()
        resolve()
      })
      if (this.#ended) this.#tell()
    })
  }

  /** The daemon is closed: no event comes any more. */
  end(): void {
    this.#ended = true
    this.#tell()
  }

  /** Calls `watcher` after events, when what made them happen is done; returns a function to stop that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #row(kind: number, time: Instant, address: Address, until: number): number {
    const row = this.#count % this.#most
    if (row === this.#room) this.#grow()
    this.#count++
    this.#kinds[row] = kind
    this.#times[row] = time
    this.#untils[row] = until
    this.#addresses[row] = address
    this.#causes[row] = this.cause
    this.#tell()
    return row
  }

  #sameRefusal(cause: Cause, address: Address, refusal: Refusal): Refusal | undefined {
    const first = Math.max(this.first, this.#fence + 1, this.#count - MOST_COMPARED + 1)
    for (let number = this.#count; number >= first; number--) {
      const row = (number - 1) % this.#most
      if (this.#kinds[row] !== KIND.refused) return undefined
      const known = this.#refusals[row] as Refusal
      const isSame =
        this.#causes[row]?.call === cause.call &&
        this.#addresses[row]?.queue === address.queue &&
        known.code === refusal.code &&
        known.message === refusal.message &&
        sameClient(known.clientId, refusal.clientId)
      if (isSame) return known
    }
    return undefined
  }

  #tell(): void {
    if (!this.#told || (this.#watchers.size === 0 && !this.#ended)) return
    this.#told = false
    void Promise.resolve().then(() => {
      this.#told = true
      for (const watcher of [...this.#watchers]) watcher()
    })
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

/** Names that are made up anew for each call tell nobody apart. */
const MADE_UP = /^client-\d+$/

function sameClient(a: string, b: string): boolean {
  return a === b || (MADE_UP.test(a) && MADE_UP.test(b))
}

/** A lease is the doing of who asked for it, also when another's call brought the item. */
function causeOf(kind: EventKind, cause: Cause, consumer: Consumer | undefined): Cause {
  return kind === 'leased' && consumer !== undefined ? consumer.cause : cause
}

/** A payload as it is kept: an object only where it is cut, because most are short. */
function keptPayload(payload: string): string | KeptPayload {
  const { length } = payload
  if (length <= MOST_KEPT) return payload
  // A part of a text would keep all of it.
  return { text: Buffer.from(payload.slice(0, MOST_KEPT), 'latin1').toString('latin1'), length }
}

function payloadOf(kept: string | KeptPayload | undefined): KeptPayload | undefined {
  return typeof kept === 'string' ? { text: kept, length: kept.length } : kept
}

function larger<T extends { set(from: T): void }>(column: T, from: T): T {
  column.set(from)
  return column
}
