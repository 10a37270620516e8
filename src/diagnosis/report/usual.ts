/** Which items went as usual, and which ids a text names: text and page decide by it what can be left out. */
import { idsIn } from '../event-log.js'
import type { ItemStory } from './item-story.js'

const USUAL = ['produced', 'leased', 'completed']

/** Produced, leased once, completed. */
export function wentAsUsual({ events }: ItemStory): boolean {
  return events.length === USUAL.length && events.every(({ kind }, at) => kind === USUAL[at])
}

/** The ids of items in these texts. */
export function idsNamedIn(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap(idsIn))
}
