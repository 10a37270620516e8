/** The steps of a walk over crashes and restarts. Each is valid in any state. */
import fc from 'fast-check'

/** Three partitions at most, in the storages `a` and `b`. */
export const STORAGES = ['a', 'b'] as const
/** The queues: one with a dead letter queue, that one, and one that is created and deleted meanwhile. */
export const QUEUES = ['q', 'd', 'x'] as const
export type QueueName = (typeof QUEUES)[number]

const mostlyQ = fc.constantFrom<QueueName>('q', 'q', 'q', 'd', 'x', 'x')
/** In seconds. `undefined` for now. */
const delay = fc.constantFrom(undefined, undefined, undefined, 5, 20, 70)
const which = fc.nat(50)

function step<T extends string, R extends object>(name: T, rest: { [K in keyof R]: fc.Arbitrary<R[K]> }) {
  return fc.record({ step: fc.constant(name), ...rest } as { step: fc.Arbitrary<T> } & {
    [K in keyof R]: fc.Arbitrary<R[K]>
  }) as unknown as fc.Arbitrary<{ step: T } & R>
}

const delays = fc.array(delay, { minLength: 1, maxLength: 3 })
/** In which way it goes down. With `replace`, another daemon finds what this one has left, as after the end of a process. */
const down = step('down', {
  how: fc.constantFrom('crash', 'crash', 'restart', 'replace', 'close'),
  /** Turns of the event loop before it does. */
  turns: fc.nat(3),
  /** Whether everything is written and read before it does, and compared afterwards. */
  quiet: fc.constantFrom(true, false, false),
  /** Seconds from then on until it is up. Only another daemon may have an earlier time. */
  after: fc.constantFrom(0, 0, 0, 0, 20, 100, -3600),
})

/** Any step. */
export const anyStep = fc.oneof(
  { weight: 8, arbitrary: step('produce', { queue: mostlyQ, delays }) },
  {
    weight: 7,
    arbitrary: step('lease', { queue: mostlyQ, client: fc.nat(2), batchSize: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 4, arbitrary: step('complete', { which }) },
  { weight: 4, arbitrary: step('retry', { which, delay, dead: fc.nat(9).map((n) => n === 0) }) },
  { weight: 1, arbitrary: step('delete', { which }) },
  {
    weight: 2,
    arbitrary: step('import', {
      queue: mostlyQ,
      partition: fc.nat(2),
      count: fc.integer({ min: 1, max: 3 }),
      source: fc.option(fc.nat(2)),
    }),
  },
  { weight: 1, arbitrary: step('clear', { queue: mostlyQ, scheduled: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: step('queue', { how: fc.constantFrom('create', 'create', 'update', 'delete'), attempts: fc.nat(2) }),
  },
  {
    weight: 1,
    arbitrary: step('access', { how: fc.constantFrom('user', 'user', 'key', 'role', 'namespace', 'forget') }),
  },
  { weight: 4, arbitrary: step('advance', { seconds: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 5, arbitrary: step('settle', {}) },
  {
    weight: 2,
    arbitrary: step('trouble', { storage: fc.nat(2), how: fc.constantFrom('hold', 'hold', 'fail', 'kept') }),
  },
  { weight: 4, arbitrary: down },
)
/** See {@link anyStep}. */
export type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never
export type StepOf<N extends Step['step']> = Extract<Step, { step: N }>

/** How a walk begins. */
export const anyBeginning = fc.record({
  partitions: fc.integer({ min: 1, max: 3 }),
  maxAttempts: fc.constantFrom(0, 1, 2),
  /** In seconds. */
  expires: fc.constantFrom(90, 3600, 3600),
  deadQueue: fc.constantFrom(true, true, false),
  layout: fc.nat(),
  seed: fc.option(fc.nat(3), { nil: undefined }),
})
/** See {@link anyBeginning}. */
export type Beginning = typeof anyBeginning extends fc.Arbitrary<infer T> ? T : never

/** Any steps. */
export const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 60, size: 'max' })
