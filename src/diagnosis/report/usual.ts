/** Which items went as usual, and which ids a text names. Text and page use it to choose what to leave out. */
import { idsIn } from '../queue-event.js'
import type { ItemStory } from './item-story.js'

const USUAL = ['produced', 'leased', 'completed']

/** Whether an item was produced, leased once and completed. */
export function wentAsUsual({ events }: ItemStory): boolean {
  return events.length === USUAL.length && events.every(({ kind }, at) => kind === USUAL[at])
}

/** Returns the ids in these texts. */
export function idsNamedIn(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap(idsIn))
}
