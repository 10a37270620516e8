/** Links between the lane of an item and the lanes of what its handlers produced. */
import { nameOf } from '../../cascade.js'
import type { QueueEvent } from '../../event-log.js'
import type { ItemStory } from '../item-story.js'
import { escaped, grouped } from './markup.js'

/** The most items that a lane links to. */
const MOST_LINKED = 50

/** The lanes of a test that links lead to. */
export class CascadeLinks {
  readonly #test: number
  readonly #linked: ReadonlySet<number>

  /** `test` tells the tests of a page apart. `items` are those whose lanes are drawn. */
  constructor(test: number, items: readonly ItemStory[]) {
    this.#test = test
    this.#linked = new Set(items.filter(isLinked).map(({ item }) => item))
  }

  /** Returns the attribute with which a lane can be linked to. Empty if nothing links to it. */
  anchor({ item }: ItemStory): string {
    return this.#linked.has(item) ? ` id="${this.#idOf(item)}"` : ''
  }

  /** Returns paragraphs about where an item comes from and what its handlers produced, as HTML. */
  paragraphs({ events, produced = [] }: ItemStory): string[] {
    const producer = producerOf(events)
    const made = produced.slice(0, MOST_LINKED).map((event) => this.#link(event))
    const rest = produced.length - made.length
    return [
      ...(producer === undefined ? [] : [`<p>produced by the handler of ${this.#link(producer)}</p>`]),
      ...(made.length === 0
        ? []
        : [`<p>its handler produced ${made.join(', ')}${rest > 0 ? ` and ${grouped(rest)} more` : ''}</p>`]),
    ]
  }

  #link(one: Pick<QueueEvent, 'item' | 'reference' | 'queue'>): string {
    const name = escaped(nameOf(one))
    const isDrawn = one.item !== undefined && this.#linked.has(one.item)
    return `${isDrawn ? `<a href="#${this.#idOf(one.item)}">${name}</a>` : name} <small>in ${escaped(one.queue)}</small>`
  }

  #idOf(item: number): string {
    return `item-${this.#test}-${item}`
  }
}

function isLinked({ events, produced = [] }: ItemStory): boolean {
  return produced.length > 0 || producerOf(events) !== undefined
}

function producerOf(events: readonly QueueEvent[]): QueueEvent['producedBy'] {
  return events.find(({ kind }) => kind === 'produced')?.producedBy
}
