/**
 * Items as bytes. A byte of flags says which numbers follow: most items have no attempts, no lease, and a life that ends on an instant. A million
 * items are read at a start, so each byte counts.
 */
import { ZERO_TIME } from '../clock/instant.js'
import type { Consumer } from '../engine/events/event-kinds.js'
import { DeadlineGroup } from '../engine/store/deadline-groups.js'
import { Item, type ItemState } from '../engine/store/item.js'

const STATES: readonly ItemState[] = ['leasable', 'leased', 'scheduled']
/** The flags, beside the state in the lowest two bits. */
const COPIED = 4
const HELD = 8
const ATTEMPTED = 16
const BETWEEN_INSTANTS = 32
const UNTIL = 64

/** The most bytes before the texts: flags, six numbers of eight bytes, one of four, and six lengths of up to five. */
const LONGEST_HEAD = 1 + 48 + 4 + 30

const BY_LEASE = 'queue.lease'

/** Returns the bytes of an item, without its sequence number. */
export function encodeItem(item: Item): Buffer {
  const { life, until, payload, reference, encoding, kind, sourceId } = item
  const clientId = item.holder?.clientId ?? ''
  // A character takes at most three bytes.
  const longest = 3 * (reference.length + encoding.length + kind.length + sourceId.length + clientId.length)
  const bytes = Buffer.allocUnsafe(LONGEST_HEAD + longest + payload.length)
  const flags = flagsOf(item)
  bytes[0] = STATES.indexOf(item.state) | flags
  let at = bytes.writeDoubleLE(life.since, 1)
  at = bytes.writeDoubleLE(life.at, at)
  if ((flags & BETWEEN_INSTANTS) !== 0) at = bytes.writeDoubleLE(life.early, at)
  if ((flags & UNTIL) !== 0) at = bytes.writeDoubleLE(until.early, bytes.writeDoubleLE(until.at, at))
  if ((flags & ATTEMPTED) !== 0) at = bytes.writeInt32LE(item.maxAttempts, bytes.writeDoubleLE(item.attempts, at))
  for (const text of [reference, encoding, kind, sourceId, clientId]) at = writeText(bytes, text, at)
  at = writeLength(bytes, payload.length, at)
  at += bytes.write(payload, at, 'latin1')
  return bytes.subarray(0, at)
}

function flagsOf({ copiedToDeadQueue, holder, attempts, maxAttempts, life, until }: Item): number {
  return (
    (copiedToDeadQueue ? COPIED : 0) |
    (holder === undefined ? 0 : HELD) |
    (attempts === 0 && maxAttempts === 0 ? 0 : ATTEMPTED) |
    (life.early === 0 ? 0 : BETWEEN_INSTANTS) |
    (until.at === ZERO_TIME && until.early === 0 ? 0 : UNTIL)
  )
}

function writeText(bytes: Buffer, text: string, at: number): number {
  if (text === '') return writeLength(bytes, 0, at)
  const start = writeLength(bytes, Buffer.byteLength(text), at)
  return start + bytes.write(text, start)
}

/** Writes seven bits in each byte, the lowest first. The highest bit says that another byte follows. */
function writeLength(bytes: Buffer, length: number, at: number): number {
  let [rest, place] = [length, at]
  for (; rest > 127; rest >>>= 7) bytes[place++] = (rest & 127) | 128
  bytes[place] = rest
  return place + 1
}

/** Makes items of bytes, one after the other. Neighbours with the same deadline share it. Nothing is made for each item but the item. */
export class ItemDecoder {
  #life = new DeadlineGroup(0, 0)
  #until = new DeadlineGroup(0, 0)
  /** Reads numbers of the latest bytes. Most storages give all values in the same ones. */
  #numbers: DataView = new DataView(new ArrayBuffer(0))
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  /** @throws Error if these are not the bytes of an item */
  decode(sequence: number, value: Uint8Array): Item {
    this.#begin(value)
    const end = value.byteOffset + value.length
    try {
      const item = this.#item(sequence, value)
      // Once is enough: what follows the value is read as part of it, and then this tells.
      if (this.#at === end) return item
    } catch (error) {
      if (this.#at <= end) throw error
    }
    throw new Error(`the bytes of an item end too ${this.#at > end ? 'early' : 'late'}`)
  }

  #item(sequence: number, value: Uint8Array): Item {
    const flags = value[0] ?? 3
    const state = STATES[flags & 3]
    if (state === undefined) throw new Error('the bytes of an item begin with an unknown state')
    const since = this.#number()
    this.#life = this.#group(this.#life, since, this.#number(), (flags & BETWEEN_INSTANTS) !== 0)
    this.#until = this.#group(this.#until, 0, (flags & UNTIL) === 0 ? ZERO_TIME : this.#number(), (flags & UNTIL) !== 0)
    const attempts = (flags & ATTEMPTED) === 0 ? 0 : this.#number()
    const maxAttempts = (flags & ATTEMPTED) === 0 ? 0 : this.#integer()
    const reference = this.#text('utf8')
    const encoding = this.#text('utf8')
    const kind = this.#text('utf8')
    const sourceId = this.#text('utf8')
    const clientId = this.#text('utf8')
    const item = new Item({ reference, encoding, kind, payload: this.#text('latin1') })
    item.sequence = sequence
    item.state = state
    item.copiedToDeadQueue = (flags & COPIED) !== 0
    item.maxAttempts = maxAttempts
    item.attempts = attempts
    item.sourceId = sourceId
    if ((flags & HELD) !== 0) item.holder = holderOf(clientId)
    item.life = this.#life
    item.until = this.#until
    return item
  }

  #begin(value: Uint8Array): void {
    const { buffer, byteOffset } = value
    if (this.#numbers.buffer !== buffer) {
      this.#numbers = new DataView(buffer)
      this.#bytes = Buffer.from(buffer)
    }
    this.#at = byteOffset + 1
  }

  #number(): number {
    const from = this.#at
    this.#at += 8
    return this.#numbers.getFloat64(from, true)
  }

  #integer(): number {
    const from = this.#at
    this.#at += 4
    return this.#numbers.getInt32(from, true)
  }

  #text(encoding: 'utf8' | 'latin1'): string {
    let length = 0
    for (let bit = 0; bit < 35; bit += 7) {
      const byte = this.#numbers.getUint8(this.#at++)
      length |= (byte & 127) << bit
      if (byte < 128) break
    }
    if (length === 0) return ''
    const from = this.#at
    this.#at += length >>> 0
    return this.#bytes.toString(encoding, from, this.#at)
  }

  /** Returns the deadline that stands there: the last one, if it is the same. */
  #group(last: DeadlineGroup, since: number, at: number, hasEarly: boolean): DeadlineGroup {
    const early = hasEarly ? this.#number() : 0
    const isSame = last.at === at && last.early === early && last.since === since
    return isSame ? last : new DeadlineGroup(at, early, since)
  }
}

function holderOf(clientId: string): Consumer {
  return { clientId, cause: { call: BY_LEASE } }
}
