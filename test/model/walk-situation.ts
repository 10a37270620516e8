/** The situation in which a command runs, and the plan it becomes. */
import type { Fired } from '../../src/index.js'
import type { Command, QueueName, WalkSettings } from './walk-commands.js'
import type { WalkDaemon } from './walk-daemon.js'
import type { Seen, SeenItem, SeenPartition } from './walk-seen.js'
import type { OnModel } from './worlds.js'

/** One kind of command. */
export type Do<D extends Command['do']> = Extract<Command, { do: D }>

/** The state of a walk before a command. */
export interface Situation {
  readonly now: number
  /** What the daemon last showed. */
  readonly seen: Seen
  /** The names of the waiting leases. */
  readonly waiting: readonly string[]
  /** The settings with which the dead letter queue is created. */
  readonly deadQueue: { readonly partitions: number; readonly settings: WalkSettings }
  /** Returns an unused name. */
  readonly newName: (kind: string) => string
}

/** What to do on the daemon and on the model, and how to describe it. */
export interface Plan {
  readonly told: string
  readonly daemon: (side: WalkDaemon) => Promise<DaemonResult | void>
  readonly model: OnModel
}

/** What the daemon returned, if more than success. */
export interface DaemonResult {
  readonly answer?: string
  readonly fired?: readonly Fired[]
}

/** An item and where it is. */
export interface Place {
  readonly queue: QueueName
  readonly partition: SeenPartition
  readonly item: SeenItem
}

/** All items that `wanted` accepts. */
export function places(seen: Seen, wanted: (place: Place) => boolean = () => true): Place[] {
  return [...seen].flatMap(([queue, { partitions }]) =>
    partitions.flatMap((partition) =>
      [...partition.queued, ...partition.scheduled].map((item) => ({ queue, partition, item })).filter(wanted),
    ),
  )
}

/** Picks an entry by any number. Returns undefined if there are none. */
export function pick<T>(among: readonly T[], which: number): T | undefined {
  return among[which % (among.length || 1)]
}

/**
 * Picks items of one partition. The first number picks an item that `wanted` accepts, the others any item of the same
 * partition, so some of them are invalid.
 */
export function pickOfOnePartition(
  { seen }: Situation,
  [first = 0, ...others]: readonly number[],
  wanted?: (place: Place) => boolean,
): { queue: QueueName; partition: number; items: SeenItem[] } | undefined {
  const place = pick(places(seen, wanted), first)
  if (place === undefined) return undefined
  const { number, queued, scheduled } = place.partition
  const rest = others.map((which) => pick([...queued, ...scheduled], which) as SeenItem)
  return { queue: place.queue, partition: number, items: [place.item, ...rest] }
}

/** The references of items. */
export function toldItems(items: readonly SeenItem[]): string {
  return items.map(({ reference }) => reference).join(', ')
}

/** Describes a delay, if any. */
export function toldDelay(delay: number | undefined): string {
  return delay === undefined ? '' : ` at ${delay < 0 ? '' : '+'}${delay}ms from now`
}
