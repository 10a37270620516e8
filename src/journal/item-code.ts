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

  /** @throws Error if these are not the bytes of an item */
  decode(sequence: number, value: Uint8Array): Item {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    if (bytes.length < HEAD) throw new Error(`an item has ${bytes.length} bytes, which is too few`)
    const bits = bytes[0] as number
    const state = STATES[bits & 3]
    const parts = partsOf(bytes)
    const [reference = '', encoding = '', kind = '', sourceId = '', clientId = '', payload] = parts
    if (state === undefined || payload === undefined) throw new Error('the bytes of an item do not fit together')
    const item = new Item({ reference, encoding, kind, payload })
    item.sequence = sequence
    item.state = state
    item.copiedToDeadQueue = (bits & COPIED) !== 0
    item.maxAttempts = bytes.readInt32LE(1)
    item.attempts = bytes.readDoubleLE(5)
    item.sourceId = sourceId
    if ((bits & HELD) !== 0) item.holder = holderOf(clientId)
    this.#life = sameOrNew(this.#life, bytes.readDoubleLE(21), bytes.readDoubleLE(29), bytes.readDoubleLE(13))
    this.#until = sameOrNew(this.#until, bytes.readDoubleLE(37), bytes.readDoubleLE(45), 0)
    item.life = this.#life
    item.until = this.#until
    return item
  }
}

/** Returns the texts and the payload. Fewer, if the bytes end too early or too late. */
function partsOf(bytes: Buffer): string[] {
  const parts: string[] = []
  let at = HEAD
  for (let index = 0; index < 6; index++) {
    const length = bytes.readUInt32LE(LENGTHS + 4 * index)
    const end = at + length
    if (end > bytes.length || (index === 5 && end !== bytes.length)) return []
    if (index === 5) parts.push(bytes.toString('latin1', at, end))
    else parts.push(length === 0 ? '' : bytes.toString('utf8', at, end))
    at = end
  }
  return parts
}

function holderOf(clientId: string): Consumer {
  return { clientId, cause: { call: BY_LEASE } }
}

function sameOrNew(group: DeadlineGroup, at: number, early: number, since: number): DeadlineGroup {
  const isSame = group.at === at && group.early === early && group.since === since
  return isSame ? group : new DeadlineGroup(at, early, since)
}
