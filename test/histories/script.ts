/** Generates what the clients of a history do: several clients, each with a list of steps and a door. */
import fc from 'fast-check'
import { DOOR_NAMES, type DoorName } from './clients.js'

/** What a client does. Times are milliseconds. */
export type Step = {
  /** The index of its queue. */
  readonly queue: number
  /** How many turns of the event loop to wait first. */
  readonly turns: number
  /** The client aborts after this many more calls have ended. Undefined if it does not. */
  readonly givesUp: number | undefined
} & Doing

/** Steps that a pause does not hold. */
export type FreeDoing =
  | { readonly do: 'clear'; readonly what: 'free' | 'scheduled' | 'all' }
  | { readonly do: 'list' | 'scheduled'; readonly partition: number }
  | { readonly do: 'stats' }
  | { readonly do: 'advance'; readonly by: number }

/** Steps that a pause holds. */
export type HeldDoing =
  | { readonly do: 'produce'; readonly delays: readonly number[] }
  /** `shared`: uses a client id that others use too. */
  | { readonly do: 'lease'; readonly batchSize: number; readonly timeout: number; readonly shared: boolean }
  /** `which` of the leased items to start with, and how many. `again`: another step will try the same items. */
  | { readonly do: 'complete'; readonly which: number; readonly count: number; readonly again: boolean }
  | {
      readonly do: 'retry'
      readonly which: number
      readonly count: number
      readonly again: boolean
      readonly how: 'now' | 'dead' | number
    }

/** See {@link Step}. */
export type Doing =
  | FreeDoing
  | HeldDoing
  /** Makes several calls without waiting for results in between. */
  | { readonly do: 'at once'; readonly crowd: readonly HeldDoing[] }
  /** Pauses the queue, makes calls that are held, does something else, and resumes the queue. */
  | {
      readonly do: 'paused'
      readonly crowd: readonly HeldDoing[]
      readonly inside: readonly (FreeDoing & { readonly turns: number })[]
    }

/** The script of a whole history. */
export interface Script {
  readonly queues: number
  readonly partitions: number
  readonly leaseTimeout: number
  readonly expireTimeout: number
  readonly maxAttempts: number
  readonly clients: readonly { readonly door: DoorName; readonly steps: readonly Step[] }[]
}

const which = fc.nat(20)
const partition = fc.nat(2)
const by = fc.constantFrom(0, 1, 5_000, 20_000, 60_000, 100_000)
const again = fc.nat(4).map((number) => number === 0)
const clear = fc.record({ do: fc.constant('clear'), what: fc.constantFrom('free', 'scheduled', 'all') })
const list = fc.record({ do: fc.constantFrom('list', 'scheduled'), partition })
const stats = fc.record({ do: fc.constant('stats') })
const advance = fc.record({ do: fc.constant('advance'), by })
const turns = fc.constantFrom(0, 0, 1, 2, 4)
const inside = fc.array(
  fc.oneof(list, stats, advance, clear).chain((doing) => turns.map((n) => ({ ...doing, turns: n }))),
  {
    minLength: 1,
    maxLength: 4,
  },
)
const delay = fc.constantFrom(0, 0, 0, 50, 100, 20_000, 70_000)
const count = fc.constantFrom(1, 1, 2, 3)
const lease = fc.record({
  do: fc.constant('lease'),
  batchSize: fc.constantFrom(1, 1, 2, 3, 5),
  timeout: fc.constantFrom(5_000, 30_000, 60_000, 300_000),
  shared: again,
})

const held = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('produce'), delays: fc.array(delay, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 7, arbitrary: lease },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('complete'), which, count, again }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('retry'),
      which,
      count,
      again,
      how: fc.constantFrom('now', 'now', 'dead', 50, 20_000, 70_000),
    }),
  },
)
const crowd = fc.array(held, { minLength: 2, maxLength: 5 })

const doing = fc.oneof(
  { weight: 20, arbitrary: held },
  { weight: 2, arbitrary: advance },
  { weight: 2, arbitrary: list },
  { weight: 1, arbitrary: stats },
  { weight: 1, arbitrary: clear },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('at once'), crowd }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('paused'), crowd, inside }) },
) as fc.Arbitrary<Doing>

const givesUp = fc.option(fc.constantFrom(0, 1, 2, 4), { freq: 5, nil: undefined })

function step(queues: number): fc.Arbitrary<Step> {
  return fc
    .tuple(doing, fc.nat(queues - 1), turns, givesUp)
    .map(([what, queue, turns, givesUp]) => ({ ...what, queue, turns, givesUp }))
}

/** Scripts with at most this many steps per client. */
export function scripts(longest: number): fc.Arbitrary<Script> {
  return fc.constantFrom(1, 1, 1, 2).chain((queues) =>
    fc.record({
      queues: fc.constant(queues),
      partitions: fc.constantFrom(1, 1, 2, 3),
      leaseTimeout: fc.constantFrom(20_000, 60_000),
      expireTimeout: fc.constantFrom(100_000, 8_640_000_000),
      maxAttempts: fc.constantFrom(0, 0, 2),
      clients: fc.array(
        fc.record({
          door: fc.constantFrom(...DOOR_NAMES),
          steps: fc.array(step(queues), { minLength: 1, maxLength: longest, size: 'max' }),
        }),
        { minLength: 2, maxLength: 4 },
      ),
    }),
  )
}
