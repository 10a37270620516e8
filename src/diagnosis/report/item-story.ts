/** The story of an item. */
import type { QueueEvent } from '../event-log.js'

/** What happened to an item, in whatever queue. */
export interface ItemStory {
  readonly item: number
  /** Its reference, or else its number. */
  readonly name: string
  readonly events: readonly QueueEvent[]
  /** What was produced, as text; absent where the record knows no more. */
  readonly payload?: { readonly text: string; readonly cut: boolean }
}
