/** Invariants that hold whatever the model says. */
import type { Fired } from '../../src/index.js'
import type { QueueName } from './walk-commands.js'
import type { Seen, SeenItem } from './walk-seen.js'

/** Describes ids that do not grow within a partition. */
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

/** Compares what advances reported with what they should have reported. */
export class Reports {
  readonly #reported = new Set<string>()
  /** Ids of items that ever had a copy in the dead letter queue. */
  readonly #copied = new Set<string>()

  /** Describes items that left their queue during an advance that did not report them. */
  missing(before: Seen, after: Seen, fired: readonly Fired[]): string[] {
    // An expired item is reported when it is copied, so it may leave later without a report. The same is true if its
    // copy was imported.
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
