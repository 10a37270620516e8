/** What must hold whatever the model says. */
import type { Fired } from '../../src/index.js'
import type { QueueName } from './walk-commands.js'
import type { Seen, SeenItem } from './walk-seen.js'

/** Ids that do not grow within a partition, in words. */
export function unsortedIds(seen: Seen): string[] {
  const lists = [...seen].flatMap(([name, { partitions }]) =>
    partitions.flatMap(({ number, queued, scheduled }) => [
      { where: `${name}/${number}`, ids: queued.map(({ id }) => id) },
      { where: `${name}/${number} scheduled`, ids: scheduled.map(({ id }) => id) },
    ]),
  )
  return lists
    .filter(({ ids }) => ids.some((id, index) => index > 0 && id <= (ids[index - 1] as string)))
    .map(({ where, ids }) => `the ids of ${where} do not grow: ${ids}`)
}

/** What moves of the clock reported, and what they should have reported. */
export class Reports {
  readonly #reported = new Set<string>()
  /** Ids of items that had a copy in the dead letter queue at any time. */
  readonly #copied = new Set<string>()

  /** Items that a move of the clock took out of their queue without a word, in words. */
  missing(before: Seen, after: Seen, fired: readonly Fired[]): string[] {
    // An expired item is reported when it is copied, and leaves later without a word; so does one whose copy was imported.
    for (const { queue, reference } of fired) this.#reported.add(`${queue} ${reference}`)
    for (const { sourceId } of itemsOf(before, 'd')) this.#copied.add(sourceId)
    return [...after.keys()].flatMap((name) => {
      const there = itemsOf(after, name).map(({ reference }) => reference)
      return itemsOf(before, name)
        .filter(({ id, reference }) => !there.includes(reference) && !this.#copied.has(id))
        .filter(({ reference }) => !this.#reported.has(`${name} ${reference}`))
        .map(({ reference }) => `${reference} is no longer in ${name}, and no move of the clock reported it`)
    })
  }
}

function itemsOf(seen: Seen, name: QueueName): SeenItem[] {
  return (seen.get(name)?.partitions ?? []).flatMap(({ queued, scheduled }) => [...queued, ...scheduled])
}
