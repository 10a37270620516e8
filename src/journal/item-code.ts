/** Items as bytes. */
import type { Consumer } from '../engine/events/event-kinds.js'
import { DeadlineGroup } from '../engine/store/deadline-groups.js'
import { Item, type ItemState } from '../engine/store/item.js'

const STATES: readonly ItemState[] = ['leasable', 'leased', 'scheduled']
/** The bits of the first byte, beside the state in the lowest two. */
const COPIED = 4
const HELD = 8

/** The bytes before the texts: one for the bits, 4 and 8 for numbers, 5 × 8 for instants, 6 × 4 for lengths. */
const HEAD = 1 + 4 + 48 + 24
const LENGTHS = HEAD - 24

const BY_LEASE = 'queue.lease'

/** Returns the bytes of an item, without its sequence number. */
export function encodeItem(item: Item): Buffer {
  const { life, until, payload } = item
  const texts = [item.reference, item.encoding, item.kind, item.sourceId, item.holder?.clientId ?? '']
  const lengths = texts.map((text) => Buffer.byteLength(text))
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, HEAD + payload.length))
  const bits = (item.copiedToDeadQueue ? COPIED : 0) | (item.holder === undefined ? 0 : HELD)
  bytes[0] = STATES.indexOf(item.state) | bits
  let at = bytes.writeInt32LE(item.maxAttempts, 1)
  for (const number of [item.attempts, life.since, life.at, life.early, until.at, until.early]) {
    at = bytes.writeDoubleLE(number, at)
  }
  for (const length of lengths) at = bytes.writeUInt32LE(length, at)
  at = bytes.writeUInt32LE(payload.length, at)
  for (const [index, text] of texts.entries()) {
    if (text !== '') bytes.write(text, at)
    at += lengths[index] as number
  }
  bytes.write(payload, at, 'latin1')
  return bytes
}

/** Makes items of bytes, one after the other. Neighbours with the same deadline share it. */
export class ItemDecoder {
  #life = new DeadlineGroup(0, 0)
  #until = new DeadlineGroup(0, 0)
  /** Reads numbers of the latest bytes. Most storages give all values in the same ones. */
  #numbers: DataView = new DataView(new ArrayBuffer(0))

  /** @throws Error if these are not the bytes of an item */
  decode(sequence: number, value: Uint8Array): Item {
    if (value.length < HEAD) throw new Error(`an item has ${value.length} bytes, which is too few`)
    if (this.#numbers.buffer !== value.buffer) this.#numbers = new DataView(value.buffer)
    const [numbers, head] = [this.#numbers, value.byteOffset]
    const bits = value[0] as number
    const state = STATES[bits & 3]
    const texts = new Texts(value, numbers)
    const [reference, encoding, kind] = [texts.next(), texts.next(), texts.next()]
    const [sourceId, clientId, payload] = [texts.next(), texts.next(), texts.last()]
    if (state === undefined) throw new Error('an item is in no state')
    const item = new Item({ reference, encoding, kind, payload })
    item.sequence = sequence
    item.state = state
    item.copiedToDeadQueue = (bits & COPIED) !== 0
    item.maxAttempts = numbers.getInt32(head + 1, true)
    item.attempts = numbers.getFloat64(head + 5, true)
    item.sourceId = sourceId
    if ((bits & HELD) !== 0) item.holder = holderOf(clientId)
    const number = (place: number) => numbers.getFloat64(head + place, true)
    this.#life = sameOrNew(this.#life, number(21), number(29), number(13))
    this.#until = sameOrNew(this.#until, number(37), number(45), 0)
    item.life = this.#life
    item.until = this.#until
    return item
  }
}

/** Reads the texts of an item and its payload, in turn. */
class Texts {
  readonly #bytes: Buffer
  readonly #numbers: DataView
  #length: number
  #at = HEAD

  constructor(value: Uint8Array, numbers: DataView) {
    this.#bytes = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    this.#numbers = numbers
    this.#length = value.byteOffset + LENGTHS
  }

  next(): string {
    const [from, to] = this.#part()
    return from === to ? '' : this.#bytes.toString('utf8', from, to)
  }

  /** @throws Error if bytes are left */
  last(): string {
    const [from, to] = this.#part()
    if (to !== this.#bytes.length) throw new Error('the bytes of an item end too late')
    return from === to ? '' : this.#bytes.toString('latin1', from, to)
  }

  #part(): readonly [from: number, to: number] {
    const from = this.#at
    this.#at += this.#numbers.getUint32(this.#length, true)
    this.#length += 4
    if (this.#at > this.#bytes.length) throw new Error('the bytes of an item end too early')
    return [from, this.#at]
  }
}

function holderOf(clientId: string): Consumer {
  return { clientId, cause: { call: BY_LEASE } }
}

function sameOrNew(group: DeadlineGroup, at: number, early: number, since: number): DeadlineGroup {
  const isSame = group.at === at && group.early === early && group.since === since
  return isSame ? group : new DeadlineGroup(at, early, since)
}
