/** The events of an item together with what its handlers produced, in order. */
import { type ProducedTogether, producedText, together } from '../cascade.js'
import type { QueueEvent } from '../event-log.js'
import { eventText } from '../timeline.js'
import type { ItemStory } from './item-story.js'

/** An event of an item, or items that its handler produced. */
export interface Moment {
  readonly time: Date
  readonly text: string
  /** Undefined if its handler produced something. */
  readonly event?: QueueEvent
}

/** Returns the moments of an item. */
export function momentsOf({ events, produced = [] }: ItemStory): Moment[] {
  const own = events.map((event) => ({ number: event.number, time: event.time, text: eventText(event), event }))
  const groups = together(produced, events).map(ofGroup)
  return groups.length === 0 ? own : [...own, ...groups].sort((a, b) => a.number - b.number)
}

function ofGroup(group: ProducedTogether) {
  return { number: group.number, time: group.time, text: producedText(group) }
}
