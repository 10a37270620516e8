/** The story of an item. */
import type { QueueEvent } from '../event-log.js'

/** What happened to an item, in all queues. */
export interface ItemStory {
  readonly item: number
  /** The reference, or else the number. */
  readonly name: string
  readonly events: readonly QueueEvent[]
  /** The `produced` events of items that its handlers produced. Absent if there are none. */
  readonly produced?: readonly QueueEvent[]
  /** The payload as text. Absent if it is empty or the record does not have it. */
  readonly payload?: { readonly text: string; readonly cut: boolean }
}
