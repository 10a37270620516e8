/** The commands of a walk. Each is valid in any state: a command that finds nothing to do does nothing. */
import fc from 'fast-check'

/** The queue of the walk, and its dead letter queue. */
export type QueueName = 'q' | 'd'

/** The settings for creating or updating a queue, in milliseconds. */
export interface WalkSettings {
  readonly leaseTimeout: number
  readonly expireTimeout: number
  readonly maxAttempts: number
}

/** An item to import. Times are relative to now, and undefined ones are not sent. */
export interface WalkImport {
  readonly leased: boolean
  readonly attempts: number
  readonly leaseIn: number | undefined
  readonly expireIn: number | undefined
  /** Nothing, a fixed string, or the index of an item in `q` whose id is used. */
  readonly source: string | number | undefined
}

/** One step. `which` picks among what exists at that moment. */
export type Command =
  | { do: 'produce'; queue: QueueName; delays: (number | undefined)[] }
  | { do: 'import'; queue: QueueName; partition: number; items: WalkImport[] }
  | { do: 'delete'; which: number[]; unknown: boolean }
  | { do: 'lease'; queue: QueueName; client: number; batchSize: number; timeout: number }
  | { do: 'abandon'; which: number }
  | { do: 'complete'; which: number[] }
  | { do: 'retry'; which: number[]; delay: number | undefined; dead: boolean }
  | { do: 'clear'; queue: QueueName; flags: { queue?: true; scheduled?: true; destructive?: true } }
  | { do: 'update'; queue: QueueName; settings: WalkSettings; deadQueue: boolean }
  | { do: 'dead queue'; there: boolean }
  | { do: 'reload'; queue: QueueName }
  | { do: 'restart' }
  | { do: 'advance'; by: number }

/** How a walk begins. */
export interface Beginning {
  readonly partitions: number
  readonly settings: WalkSettings
  /** Whether `q` has `d` as its dead letter queue. `d` exists in any case. */
  readonly hasDeadQueue: boolean
  readonly deadQueue: { readonly partitions: number; readonly settings: WalkSettings }
}

const which = fc.nat(50)
const several = fc.oneof(fc.tuple(which), fc.array(which, { minLength: 1, maxLength: 3 }))
const mostlyQ = fc.constantFrom<QueueName>('q', 'q', 'd')
/** Less than 100 ms ahead means now. */
const delay = fc.constantFrom(undefined, undefined, undefined, -60_000, 50, 99, 100, 5_000, 20_000, 70_000)
const settings: fc.Arbitrary<WalkSettings> = fc.record({
  leaseTimeout: fc.constantFrom(10_000, 20_000, 60_000),
  expireTimeout: fc.constantFrom(30_000, 100_000, 3_600_000),
  maxAttempts: fc.constantFrom(0, 1, 1, 2),
})
const flags = fc.constantFrom<{ queue?: true; scheduled?: true; destructive?: true }[]>(
  { queue: true },
  { scheduled: true },
  { queue: true, scheduled: true },
  { queue: true, destructive: true },
  { scheduled: true, destructive: true },
)
const imported: fc.Arbitrary<WalkImport> = fc.record({
  leased: fc.boolean(),
  attempts: fc.nat(2),
  leaseIn: fc.constantFrom(undefined, -1_000, 0, 15_000, 80_000),
  expireIn: fc.constantFrom(undefined, -1_000, 0, 30_000, 200_000),
  source: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constant('s1'), which),
})

function weighed<T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> {
  return { weight, arbitrary }
}

const produce = fc.record({
  do: fc.constant('produce' as const),
  queue: mostlyQ,
  delays: fc.array(delay, { minLength: 1, maxLength: 4 }),
})
const lease = fc.record({
  do: fc.constant('lease' as const),
  queue: mostlyQ,
  client: fc.nat(3),
  batchSize: fc.integer({ min: 1, max: 4 }),
  timeout: fc.constantFrom(5_000, 30_000, 60_000, 300_000),
})
const complete = fc.record({ do: fc.constant('complete' as const), which: several })
const retry = fc.record({
  do: fc.constant('retry' as const),
  which: several,
  delay,
  dead: fc.nat(9).map((n) => n === 0),
})
const clear = fc.record({ do: fc.constant('clear' as const), queue: mostlyQ, flags })
const abandon = fc.record({ do: fc.constant('abandon' as const), which })
const advance = fc.record({
  do: fc.constant('advance' as const),
  by: fc.constantFrom(1, 99, 5_000, 10_000, 10_001, 20_000, 30_000, 60_000, 200_000),
})

/** Any command. */
export const anything: fc.Arbitrary<Command> = fc.oneof(
  weighed(6, produce),
  weighed(6, lease),
  weighed(6, advance),
  weighed(3, complete),
  weighed(3, retry),
  weighed(1, clear),
  weighed(1, abandon),
  weighed(
    3,
    fc.record({
      do: fc.constant('import' as const),
      queue: mostlyQ,
      partition: fc.nat(2),
      items: fc.array(imported, { minLength: 1, maxLength: 3 }),
    }),
  ),
  weighed(2, fc.record({ do: fc.constant('delete' as const), which: several, unknown: fc.boolean() })),
  weighed(
    2,
    fc.record({
      do: fc.constant('update' as const),
      queue: mostlyQ,
      settings,
      deadQueue: fc.constantFrom(true, true, false),
    }),
  ),
  weighed(1, fc.record({ do: fc.constant('dead queue' as const), there: fc.boolean() })),
  weighed(1, fc.constant({ do: 'restart' as const })),
  weighed(1, fc.record({ do: fc.constant('reload' as const), queue: mostlyQ })),
)

/** Settings with which a queue can be created. */
const validSettings = settings.filter(({ leaseTimeout, expireTimeout }) => leaseTimeout <= expireTimeout)

/** Any beginning of a walk. */
export const anyBeginning: fc.Arbitrary<Beginning> = fc.record({
  partitions: fc.constantFrom(1, 1, 1, 2, 3),
  settings: validSettings,
  hasDeadQueue: fc.constantFrom(true, true, false),
  deadQueue: fc.record({ partitions: fc.constantFrom(1, 1, 2), settings: validSettings }),
})
