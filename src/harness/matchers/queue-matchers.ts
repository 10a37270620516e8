/** The matchers for queues. */
import { checkOptions } from '../../client/known-options.js'
import { paced } from '../../clock/event-loop.js'
import { withLoss } from '../../diagnosis/downtime.js'
import type { QueueEvent } from '../../diagnosis/event-log.js'
import { itemsOf } from '../consumers/recording.js'
import type { AsksDone } from '../handles/queue-home.js'
import { TestQueue } from '../handles/test-queue.js'
import {
  checkCount,
  checkExpected,
  checkList,
  compared,
  type ExpectedItems,
  type ExpectedScheduledItems,
} from './comparison.js'
import { asksDue, slackOf } from './due.js'
import { failureOf, type MatcherOutcome } from './failure.js'
import type { PartialItem } from './partial-item.js'
import { happened } from './seen-in-record.js'
import { recordedItem, type SeenItem, stored } from './seen-item.js'
import { type Asked, askedOf, queueOf, subjectIn, subjectOf } from './subject.js'

/** Options of the matcher `toHaveLeased()`. */
export interface LeasedBy {
  /** Counts only the items that this consumer holds. Does not work on a server elsewhere. Default: all leased items. */
  readonly by?: string
}

/** What a matcher takes that knows queues and recordings: on a queue what you expect, on a recording also which queue. */
export type ClaimAbout<E> = [expected: E] | [queue: string | TestQueue, expected: E]

/**
 * Lets matchers wait for a turn of the event loop if it is due, because some read only the record, which takes none. Tracks them until they
 * settle, because a test that does not await them would lose its queue while they read it.
 */
// biome-ignore lint/suspicious/noExplicitAny: with never[] or unknown[], a matcher could not take a choice of tuples
function tracked<M extends Record<string, (received: unknown, ...claim: any[]) => Promise<MatcherOutcome>>>(
  matchers: M,
): M {
  const made = Object.entries(matchers).map(([name, matcher]) => {
    // An async function, because the stand-in for a queue throws outside of a test, where a runner expects a promise.
    const check = async (received: unknown, ...claim: unknown[]) => {
      // The fixture `queue` of a file stands for another queue in the next test.
      const queue = TestQueue.behind(received)
      const outcome = paced(
        matcher(queue ?? received, ...claim).catch((error: unknown) => {
          throw withLoss(name, error)
        }),
      )
      queue?.checked(name, outcome, asksDone(name, claim[0]))
      return outcome
    }
    return [name, (received: unknown, ...claim: unknown[]) => paced(check(received, ...claim))]
  })
  return Object.fromEntries(made) as M
}

/** What a claim asks that would fail if anything was left to do. */
function asksDone(matcher: string, expected: unknown): AsksDone {
  if (matcher === 'toBeDrained') return { scheduled: true }
  const isNone = expected === 0 || (Array.isArray(expected) && expected.length === 0)
  return isNone && (matcher === 'toHaveItems' || matcher === 'toHaveDepth') ? { scheduled: false } : undefined
}

/**
 * The matchers for queues, for `expect.extend()` of any runner. `querator-test/vitest`, `querator-test/jest` and
 * `querator-test/playwright` add them for you, and `querator-test/node-test` has them as assertions. On a server elsewhere,
 * `toHaveProduced`, `toHaveCompleted`, `toHaveDeadLettered`, the option `by` of `toHaveLeased`, and `in` and `at` of `toHaveScheduled` do
 * not work.
 */
export const queueMatchers = tracked({
  /** Passes if nothing is left in the queue: no item is free, leased or scheduled. */
  async toBeDrained(received: unknown): Promise<MatcherOutcome> {
    const queue = queueOf('toBeDrained', received)
    const left = [...(await items(queue)), ...(await scheduled(queue))]
    return failureOf(subjectOf(queue), 'to be drained', left, { pass: left.length === 0, concerned: left })
  },

  /** Passes if these are the items that are not scheduled, including leased ones, in this order. */
  async toHaveItems(received: unknown, expected: readonly PartialItem[]): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveItems', received)
    checkList('toHaveItems', expected)
    return compared(subjectOf(queue), 'toHaveItems', 'to have these items, in this order', await items(queue), expected)
  },

  /** Passes if exactly this many items are not scheduled, including leased ones. */
  async toHaveDepth(received: unknown, depth: number): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveDepth', received)
    checkCount('toHaveDepth', depth)
    return compared(subjectOf(queue), 'toHaveDepth', 'to have', await items(queue), depth)
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
    return compared(
      subjectOf(queue),
      'toHaveLeased',
      `to have leased${by === undefined ? '' : ` by ${by}`}`,
      leased,
      expected,
    )
  },

  /** Passes if this many items, or these, are scheduled for later. `{ in: '1h' }` and `{ at: date }` say when they come due. */
  async toHaveScheduled(received: unknown, expected: ExpectedScheduledItems): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveScheduled', received)
    checkExpected('toHaveScheduled', expected)
    const seen = withDueTimes(queue, await scheduled(queue), expected)
    return compared(subjectOf(queue), 'toHaveScheduled', 'to have scheduled', seen, expected)
  },

  /**
   * Passes if this many items, or these in this order, were produced to the queue since it was created, whatever became of them. On a
   * recording, name the queue first: `expect(seen).toHaveProduced('orders', ['order-1'])`.
   */
  async toHaveProduced(received: unknown, ...claim: ClaimAbout<ExpectedScheduledItems>): Promise<MatcherOutcome> {
    return comparedEvents('toHaveProduced', 'to have produced', 'produced', received, claim)
  },

  /** Passes if this many items, or these in this order, were completed. On a recording, name the queue first. */
  async toHaveCompleted(received: unknown, ...claim: ClaimAbout<ExpectedItems>): Promise<MatcherOutcome> {
    const outcome = comparedEvents('toHaveCompleted', 'to have completed', 'completed', received, claim)
    if (outcome.pass) knowLosses(askedOf('toHaveCompleted', received, claim))
    return outcome
  },

  /** Passes if this many items, or these in this order, went to the dead letter queue. On a recording, name the queue first. */
  async toHaveDeadLettered(received: unknown, ...claim: ClaimAbout<ExpectedItems>): Promise<MatcherOutcome> {
    return comparedEvents('toHaveDeadLettered', 'to have dead-lettered', 'dead-lettered', received, claim)
  },

  /** Passes if every item, including scheduled ones, has been leased so often, and there is at least one item. */
  async toHaveAttempts(received: unknown, attempts: number): Promise<MatcherOutcome> {
    const queue = queueOf('toHaveAttempts', received)
    checkCount('toHaveAttempts', attempts)
    const all = [...(await items(queue)), ...(await scheduled(queue))]
    const others = all.filter((item) => item.attempts !== attempts)
    const pass = all.length > 0 && others.length === 0
    return failureOf(subjectOf(queue), `to have items with ${attempts} attempts`, all, {
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

/** Adds when scheduled items come due, if a test expects something about that. @throws QueratorError on a server elsewhere */
function withDueTimes(
  queue: TestQueue,
  seen: readonly SeenItem[],
  expected: ExpectedScheduledItems,
): readonly SeenItem[] {
  if (typeof expected === 'number' || !expected.some(asksDue)) return seen
  const { inspector, clock } = queue.embedded('toHaveScheduled with in or at')
  const look = { from: clock.now(), slack: slackOf(clock.frozen) }
  return seen.map((item) => ({ ...item, due: { ...look, at: inspector.dueOf(queue.name, item.id) } }))
}

/** Who has checked what was done knows what was lost. */
function knowLosses(asked: Asked<unknown>): void {
  if ('queue' in asked) asked.queue.embedded('observe').losses.know(asked.queue.name)
  else asked.recorded.knowLosses(asked.name)
}

/** Compares the items with events of a kind, in the record of a queue or in a recording. */
function comparedEvents(
  matcher: string,
  words: string,
  kind: QueueEvent['kind'],
  received: unknown,
  claim: readonly unknown[],
): MatcherOutcome {
  const asked = askedOf<ExpectedScheduledItems>(matcher, received, claim)
  const { expected } = asked
  checkExpected(matcher, expected)
  if ('queue' in asked) {
    const { queue } = asked
    return compared(subjectOf(queue), matcher, words, happened(queue, matcher, kind), expected)
  }
  const { recorded, name } = asked
  const slack = slackOf(recorded.frozen)
  const seen = itemsOf(recorded, kind, name).map((item) => recordedItem(item, kind, slack))
  return compared(subjectIn(recorded, name, kind), matcher, words, seen, expected)
}
