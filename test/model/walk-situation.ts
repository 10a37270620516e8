/** Where a walk stands when a command comes, and what becomes of the command there. */
import type { Fired } from '../../src/index.js'
import type { Command, QueueName, WalkSettings } from './walk-commands.js'
import type { WalkDaemon } from './walk-daemon.js'
import type { Seen, SeenItem, SeenPartition } from './walk-seen.js'
import type { OnModel } from './worlds.js'

/** One kind of command. */
export type Do<D extends Command['do']> = Extract<Command, { do: D }>

/** Where a walk stands. */
export interface Situation {
  readonly now: number
  /** What the daemon showed last. */
  readonly seen: Seen
  /** Names of the leases that wait. */
  readonly waiting: readonly string[]
  /** How the dead letter queue is made. */
  readonly deadQueue: { readonly partitions: number; readonly settings: WalkSettings }
  /** A name that was not there before. */
  readonly newName: (kind: string) => string
}

/** What to ask of the daemon, what to do on the model, and how to tell of it. */
export interface Plan {
  readonly told: string
  readonly daemon: (side: WalkDaemon) => Promise<DaemonResult | void>
  readonly model: OnModel
}

/** What the daemon returned, where it is more than success. */
export interface DaemonResult {
  readonly answer?: string
  readonly fired?: readonly Fired[]
}

/** An item, and where it was seen. */
export interface Place {
  readonly queue: QueueName
  readonly partition: SeenPartition
  readonly item: SeenItem
}

/** Every item that `wanted` wants. */
export function places(seen: Seen, wanted: (place: Place) => boolean = () => true): Place[] {
  return [...seen].flatMap(([queue, { partitions }]) =>
    partitions.flatMap((partition) =>
      [...partition.queued, ...partition.scheduled].map((item) => ({ queue, partition, item })).filter(wanted),
    ),
  )
}

/** The one that a number stands for; undefined when there is none at all. */
export function pick<T>(among: readonly T[], which: number): T | undefined {
  return among[which % (among.length || 1)]
}

/**
 * Items of one partition: the first number picks one that is wanted, the others any of the same partition, so that some
 * of them are wrong.
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

/** Items by their references. */
export function toldItems(items: readonly SeenItem[]): string {
  return items.map(({ reference }) => reference).join(', ')
}

/** When, if it is not now. */
export function toldDelay(delay: number | undefined): string {
  return delay === undefined ? '' : ` at ${delay < 0 ? '' : '+'}${delay}ms from now`
}
