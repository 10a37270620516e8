/** The events of an item together with what its handlers produced, in order. */
import { type ProducedTogether, producedText, together } from '../cascade.js'
import type { QueueEvent } from '../event-log.js'
import { eventText } from '../timeline.js'
import type { ItemStory } from './item-story.js'

/** An event of an item, or items that its handler produced. */
export type Moment = { readonly time: Date; readonly number: number } & (
  | { readonly event: QueueEvent; readonly group?: undefined }
  | { readonly event?: undefined; readonly group: ProducedTogether }
)

/** Returns the moments of an item. */
export function momentsOf({ events, produced = [] }: ItemStory): Moment[] {
  const own: Moment[] = events.map((event) => ({ number: event.number, time: event.time, event }))
  if (produced.length === 0) return own
  const groups = together(produced, events).map((group) => ({ number: group.number, time: group.time, group }))
  return [...own, ...groups].sort((a, b) => a.number - b.number)
}

/** Describes a moment, as timelines do. */
export function momentText({ event, group }: Moment): string {
  return event === undefined ? producedText(group) : eventText(event)
}
