/** Items as matchers see them. */

import type { QueueEvent } from '../../diagnosis/event-log.js'
import { timelineText } from '../../diagnosis/timeline.js'
import type { Payload } from '../handles/payload.js'
import type { StoredItem } from '../handles/stored-item.js'

/** An item as a matcher sees it, whether storage holds it or the record has it. */
export interface SeenItem {
  readonly reference: string
  readonly attempts: number
  readonly id: string
  readonly partition?: number
  readonly kind?: string
  readonly encoding?: string
  /** Absent where only the record tells of the item. */
  readonly payload?: Payload
  /** What state it is in, or what has become of it. */
  readonly state: string
  /** What happened to it; nothing where the server does not tell. */
  readonly history: () => QueueEvent[]
}

/** So much of a payload is shown, in characters. */
const SHOWN_PAYLOAD = 40

/** An item that storage holds. */
export function stored(item: StoredItem, scheduled = false): SeenItem {
  const { reference, attempts, id, partition, kind, encoding } = item
  const state = scheduled ? 'scheduled' : item.leased ? 'leased' : 'free'
  return { reference, attempts, id, partition, kind, encoding, payload: item, state, history: () => historyOf(item) }
}

/** An item of which an event tells. */
export function told(event: QueueEvent, history: (item: number) => QueueEvent[]): SeenItem {
  const { reference = '', attempts = 0, id = '', partition = 0, item = 0, kind } = event
  return { reference, attempts, id, partition, state: kind, history: () => history(item) }
}

/** A row of a table: name, state, attempts, and the beginning of the payload. */
export function cellsOf({ reference, id, state, attempts, payload }: SeenItem): string[] {
  return [reference || id, state, `${attempts}`, payload === undefined ? '' : shownPayload(payload)]
}

/** A payload in one line. */
export function shownPayload(payload: Payload): string {
  const text = payload.text().replace(/\s+/g, ' ')
  // Bytes that are no text say more as such.
  const shown = /[\p{Cc}\ufffd]/u.test(text) ? `<${payload.bytes.byteLength} bytes>` : text
  const characters = [...shown]
  return characters.length > SHOWN_PAYLOAD ? `${characters.slice(0, SHOWN_PAYLOAD - 1).join('')}…` : shown
}

/** The timelines of items, for the end of a message. */
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
    // A server elsewhere does not tell.
    return []
  }
}
