/** Reads an item of a dump. */
import { DeadlineGroup } from '../../engine/store/deadline-groups.js'
import { Item } from '../../engine/store/item.js'
import type { ItemIds } from '../../engine/store/item-ids.js'
import type { DumpFields } from './dump-fields.js'

const STATES = ['leasable', 'leased', 'scheduled'] as const

/** A partition of a dump, and what was read of it. */
export interface KnownItems {
  readonly ids: ItemIds
  readonly lastSequence: number
  readonly sources: ReadonlySet<string>
  readonly sequences: Set<number>
  /** Of the items so far. */
  readonly sourceIds: Set<string>
  /** The number of the last item, and whether it was scheduled. */
  last: number
  isScheduled: boolean
}

/** @throws QueratorError with the field that is wrong */
export function readItem(fields: DumpFields, known: KnownItems): Item {
  const item = new Item({
    reference: fields.text('reference'),
    encoding: fields.text('encoding'),
    kind: fields.text('kind'),
    payload: payloadOf(fields),
  })
  item.state = fields.oneOf('state', STATES)
  item.sequence = sequenceOf(fields, known, item.scheduled)
  item.attempts = fields.int32('attempts')
  item.maxAttempts = fields.int32('maxAttempts')
  item.copiedToDeadQueue = fields.flag('copied')
  item.sourceId = fields.text('sourceId')
  if (item.sourceId !== '') {
    if (!known.sources.has(item.sourceId)) {
      throw fields.wrong('sourceId', 'it is not among the sources of the partition')
    }
    fields.unique('sourceId', item.sourceId, known.sourceIds)
  }
  const { at, early } = fields.time('expiresAt')
  item.life = new DeadlineGroup(at, early, fields.time('createdAt').at)
  setUntil(fields, item)
  return item
}

function setUntil(fields: DumpFields, item: Item): void {
  if (!fields.has('until') && item.state !== 'leasable') throw fields.wrong('until', `a ${item.state} item needs it`)
  if (fields.has('until')) {
    const { at, early } = fields.time('until')
    item.until = new DeadlineGroup(at, item.scheduled ? 0 : early)
  }
  if (!fields.has('clientId')) return
  if (!item.leased) throw fields.wrong('clientId', 'only a leased item has it')
  item.holder = { clientId: fields.text('clientId'), cause: { call: 'queue.lease' } }
}

/** Items come in the order of their ids, the scheduled ones last. */
function sequenceOf(fields: DumpFields, known: KnownItems, isScheduled: boolean): number {
  const sequence = known.ids.sequence(fields.text('id'))
  if (sequence === undefined) throw fields.wrong('id', 'it is no id of this partition')
  if (sequence > known.lastSequence) throw fields.wrong('id', 'the partition has not given it yet, as idsGiven says')
  if (known.isScheduled && !isScheduled) throw fields.wrong('state', 'scheduled items come last')
  if (known.isScheduled === isScheduled && sequence <= known.last) {
    throw fields.wrong('id', 'items come in the order of their ids')
  }
  if (known.sequences.has(sequence)) throw fields.wrong('id', 'it is there twice')
  known.sequences.add(sequence)
  known.last = sequence
  known.isScheduled = isScheduled
  return sequence
}

function payloadOf(fields: DumpFields): string {
  if (fields.has('text') === fields.has('base64')) throw fields.wrong('text', 'an item has either text or base64')
  if (fields.has('text')) return Buffer.from(fields.text('text'), 'utf8').toString('latin1')
  const base64 = fields.text('base64')
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) throw fields.wrong('base64', 'it is not in base64')
  return bytes.toString('latin1')
}
