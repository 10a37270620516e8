/** Items as matchers see and show them. */

import type { QueueEvent } from '../../diagnosis/event-log.js'
import { timelineText } from '../../diagnosis/timeline.js'
import type { Payload } from '../handles/payload.js'
import type { StoredItem } from '../handles/stored-item.js'

/** An item as a matcher sees it, from storage or from the record. */
export interface SeenItem {
  readonly reference: string
  readonly attempts: number
  readonly id: string
  readonly partition?: number
  readonly kind?: string
  readonly encoding?: string
  /** Absent if the item is from the record. */
  readonly payload?: Payload
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

/** Returns an item from an event of the record. */
export function seenInEvent(event: QueueEvent, history: (item: number) => QueueEvent[]): SeenItem {
  const { reference = '', attempts = 0, id = '', partition = 0, item = 0, kind } = event
  return { reference, attempts, id, partition, state: kind, history: () => history(item) }
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
