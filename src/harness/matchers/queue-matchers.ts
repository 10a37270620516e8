/** The matchers for queues. */
import { checkOptions } from '../../client/known-options.js'
import { paced } from '../../clock/event-loop.js'
import type { QueueEvent } from '../../diagnosis/event-log.js'
import { usageError } from '../../errors.js'
import { TestQueue } from '../handles/test-queue.js'
import { checkCount, checkList, compared, type ExpectedItems } from './comparison.js'
import { failureOf, type MatcherOutcome } from './failure.js'
import type { PartialItem } from './partial-item.js'
import { type SeenItem, seenInEvent, stored } from './seen-item.js'

/** Options of the matcher `toHaveLeased()`. */
export interface LeasedBy {
  /** Counts only the items that this consumer holds. Does not work on a server elsewhere. Default: all leased items. */
  readonly by?: string
}

/**
 * Lets matchers wait for a turn of the event loop if it is due, because some read only the record, which takes none. Tracks them until they
 * settle, because a test that does not await them would lose its queue while they read it.
 */
function tracked<M extends Record<string, (received: unknown, ...claim: never[]) => Promise<MatcherOutcome>>>(
  matchers: M,
): M {
  const made = Object.entries(matchers).map(([name, matcher]) => {
    // An async function, because the stand-in for a queue throws outside of a test, where a runner expects a promise.
    const check = async (received: unknown, ...claim: never[]) => {
      // The fixture `queue` of a file stands for another queue in the next test.
      const queue = TestQueue.behind(received)
      const outcome = paced(matcher(queue ?? received, ...claim))
      queue?.checked(name, outcome)
      return outcome
    }
    return [name, (received: unknown, ...claim: never[]) => paced(check(received, ...claim))]
  })
  return Object.fromEntries(made) as M
}

/**
 * The matchers for queues, for `expect.extend()` of any runner. `querator-test/vitest`, `querator-test/jest` and
 * `querator-test/playwright` add them for you, and `querator-test/node-test` has them as assertions. On a server elsewhere,
 * `toHaveCompleted`, `toHaveDeadLettered` and the option `by` of `toHaveLeased` do not work.
 */
export const queueMatchers = tracked({
  /** Passes if nothing is left in the queue: no item is free, leased or scheduled. */
  async toBeDrained(received: unknown): Promise<MatcherOutcome> {
    const queue = queueOf('toBeDrained', received)
    const left = [...(await items(queue)), ...(await scheduled(queue))]
    return failureOf(queue, 'to be drained', left, { pass: left.length === 0, concerned: left })
  },

  /** Passes if these are the items that are not scheduled, including leased ones, in this order. */
  async toHaveItems(received: unknown, expected: readonly PartialItem[]): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveItems', received)
    checkList('toHaveItems', expected)
    return compared(queue, 'toHaveItems', 'to have these items, in this order', await items(queue), expected)
  },

  /** Passes if exactly this many items are not scheduled, including leased ones. */
  async toHaveDepth(received: unknown, depth: number): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveDepth', received)
    checkCount('toHaveDepth', depth)
    return compared(queue, 'toHaveDepth', 'to have', await items(queue), depth)
  },

  /** Passes if this many items, or these, are leased. With `by`, only items that this consumer holds count. */
  async toHaveLeased(received: unknown, expected: ExpectedItems, options: LeasedBy = {}): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveLeased', received)
    checkOptions('toHaveLeased', options, ['by'])
    const { by } = options
    // Only the record says who holds an item.
    if (by !== undefined) queue.history()
    const holds = (item: SeenItem) => item.history().findLast((event) => event.kind === 'leased')?.clientId === by
    const leased = (await items(queue)).filter((item) => item.state === 'leased' && (by === undefined || holds(item)))
    return compared(queue, 'toHaveLeased', `to have leased${by === undefined ? '' : ` by ${by}`}`, leased, expected)
  },

  /** Passes if this many items, or these, are scheduled for later. */
  async toHaveScheduled(received: unknown, expected: ExpectedItems): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveScheduled', received)
    return compared(queue, 'toHaveScheduled', 'to have scheduled', await scheduled(queue), expected)
  },

  /** Passes if this many items, or these in this order, were completed. */
  async toHaveCompleted(received: unknown, expected: ExpectedItems): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveCompleted', received)
    return compared(queue, 'toHaveCompleted', 'to have completed', happened(queue, 'completed'), expected)
  },

  /** Passes if this many items, or these in this order, went to the dead letter queue. */
  async toHaveDeadLettered(received: unknown, expected: ExpectedItems): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveDeadLettered', received)
    const dead = happened(queue, 'dead-lettered')
    return compared(queue, 'toHaveDeadLettered', 'to have dead-lettered', dead, expected)
  },

  /** Passes if every item, including scheduled ones, has been leased so often, and there is at least one item. */
  async toHaveAttempts(received: unknown, attempts: number): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveAttempts', received)
    checkCount('toHaveAttempts', attempts)
    const all = [...(await items(queue)), ...(await scheduled(queue))]
    const others = all.filter((item) => item.attempts !== attempts)
    const pass = all.length > 0 && others.length === 0
    return failureOf(queue, `to have items with ${attempts} attempts`, all, {
      pass,
      concerned: pass ? all : others,
      wrong: (item) => (item.attempts === attempts ? '' : `${item.attempts} attempts instead of ${attempts}`),
    })
  },
})

/**
 * The matchers of `queueMatchers` as methods of a runner's `expect(queue)`. Each resolves if the claim holds, and rejects if it does not,
 * so await it.
 */
export type QueueAssertions = {
  [N in keyof typeof queueMatchers]: (typeof queueMatchers)[N] extends (received: unknown, ...claim: infer C) => unknown
    ? (...claim: C) => Promise<void>
    : never
}

async function items(queue: TestQueue): Promise<SeenItem[]> {
  return (await queue.items()).map((item) => stored(item))
}

async function scheduled(queue: TestQueue): Promise<SeenItem[]> {
  return (await queue.scheduled()).map((item) => stored(item, true))
}

/** Returns the items with an event of this kind in the queue, in the order of these events. */
function happened(queue: TestQueue, kind: QueueEvent['kind']): SeenItem[] {
  const history = queue.history()
  const ofItem = (item: number) => history.filter((event) => event.item === item)
  return history
    .filter((event) => event.kind === kind && event.queue === queue.name)
    .map((event) => seenInEvent(event, ofItem))
}

/** Returns the queue, also one from another copy of this package. @throws QueratorError if it is not a queue of a test */
function queueOf(matcher: string, received: unknown): TestQueue {
  if (TestQueue.is(received)) return received
  throw usageError(
    `${matcher} is about a queue, as createQueue() and the fixture queue make them; got ${describedValue(received)}`,
  )
}

function describedValue(value: unknown): string {
  const name = (Object(value) as { constructor?: { name?: string } }).constructor?.name
  return typeof value === 'object' && value !== null ? `a ${name ?? 'object'}` : String(value)
}
