/** Items as matchers see and show them. */

import type { QueueEvent } from '../../diagnosis/event-log.js'
import { timelineText } from '../../diagnosis/timeline.js'
import type { RecordedItem } from '../consumers/recorded-item.js'
import type { Payload } from '../handles/payload.js'
import type { StoredItem } from '../handles/stored-item.js'
import type { Due } from './due.js'

/** An item as a matcher sees it: from storage, from the record, or from a recording. */
export interface SeenItem {
  readonly reference: string
  readonly attempts: number
  readonly id: string
  readonly partition?: number
  readonly kind?: string | undefined
  readonly encoding?: string | undefined
  /** Absent if it is unknown. */
  readonly payload?: Payload | undefined
  /** Why this field cannot be compared. Undefined if it can. Default: all can. */
  readonly lacks?: (field: string) => string | undefined
  /** When it comes due. Absent if the matcher is not about that. */
  readonly due?: Due
  /** The state of the item, or the kind of the event. */
  readonly state: string
  /** Returns the events of the item. Empty on a server elsewhere. */
  readonly history: () => QueueEvent[]
}

/** How much of a payload is shown, in characters. */
const SHOWN_PAYLOAD = 40

/** Returns an item from storage. */
export function stored(item: StoredItem, scheduled = false): SeenItem {
  const { reference, attempts, id, partition, kind, encoding } = item
  const state = scheduled ? 'scheduled' : item.leased ? 'leased' : 'free'
  return { reference, attempts, id, partition, kind, encoding, payload: item, state, history: () => historyOf(item) }
}

/** Returns an item from a recording. `state` is the kind of the event. */
export function recordedItem(item: RecordedItem, state: string, slack: number): SeenItem {
  const { reference, attempts, id, partition, kind, encoding } = item
  const due = { at: item.due?.getTime(), from: item.time.getTime(), slack }
  const history = () => item.history()
  return { reference, attempts, id, partition, kind, encoding, payload: item, state, due, history }
}

/** Returns the cells of a table row: name, state, attempts, and the beginning of the payload. */
export function cellsOf({ reference, id, state, attempts, payload }: SeenItem): string[] {
  return [reference || id, state, `${attempts}`, payload === undefined ? '' : shownPayload(payload)]
}

/** Shows a payload in one line. */
export function shownPayload(payload: Payload): string {
  const text = payload.text().replace(/\s+/g, ' ')
  // If the bytes are not text, their number says more.
  const shown = /[\p{Cc}\ufffd]/u.test(text) ? `<${payload.bytes.byteLength} bytes>` : text
  const characters = [...shown]
  return characters.length > SHOWN_PAYLOAD ? `${characters.slice(0, SHOWN_PAYLOAD - 1).join('')}…` : shown
}

/** Returns the timelines of items, for the end of a message. */
export function timelines(items: readonly SeenItem[]): string[] {
  return items.flatMap((item) => {
    const history = item.history()
    return history.length === 0 ? [] : [`timeline of ${item.reference || item.id}:`, ...timelineText(history)]
  })
}

function historyOf(item: StoredItem): QueueEvent[] {
  try {
    return item.history()
  } catch {
    // A server elsewhere has no history.
    return []
  }
}
