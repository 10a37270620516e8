/** What a test wants to become true while its clock moves: a promise, a condition, or an event. */
import { checkOptions } from '../../client/known-options.js'
import type { Daemon } from '../../daemon/daemon.js'
import { EventLog } from '../../diagnosis/event-log.js'
import type { WaitingTest } from '../../diagnosis/observed-test.js'
import type { RecordedEvent } from '../../engine/events/event-kinds.js'
import { messageOf } from '../../errors.js'
import {
  checkPattern,
  type EventPattern,
  ignoredBy,
  missesOf,
  nearest,
  nth,
  PATTERN_FIELDS,
  wanted,
} from '../waiting/awaited-event.js'

/** An event that `clock.advanceUntil()` waits for, in any queue or in one. Events of earlier tests do not count. */
export interface AwaitedMoment extends EventPattern {
  /** The queue, or its name. Default: any queue. */
  readonly queue?:
    | string
    | {
        /** Its name. */
        readonly name: string
      }
}

/**
 * What `clock.advanceUntil()` waits for:
 *
 * - a promise, until it resolves. If it rejects, so does `advanceUntil`
 * - a function, until it returns something true, or returns nothing and does not throw, as `() => expect(sent).toHaveLength(1)` does
 * - an event, until it happens, or at once if it has happened in this test
 */
export type Until = PromiseLike<unknown> | (() => unknown) | AwaitedMoment

/** A wish that can be checked again and again. */
export interface Goal {
  /** Whether it is so. @throws what the promise rejected with */
  isMet(): boolean | Promise<boolean>
  /** What did not happen, for a sentence after "waiting for". */
  readonly text: string
  /** Further lines that explain what is missing. */
  lines(): string[]
  /** The last error of the condition. */
  readonly cause?: unknown
}

/** @throws QueratorError if `until` is nothing to wait for */
export function goalOf(daemon: Daemon, test: WaitingTest, until: Until, wake: () => void): Goal {
  if (typeof until === 'function') return new ConditionGoal(until)
  if (typeof (until as { then?: unknown } | null)?.then === 'function') {
    return promiseGoal(until as PromiseLike<unknown>, wake)
  }
  return new EventGoal(daemon, test, until as AwaitedMoment)
}

function promiseGoal(promise: PromiseLike<unknown>, wake: () => void): Goal {
  let state: 'pending' | 'met' | { readonly error: unknown } = 'pending'
  promise.then(
    () => {
      state = 'met'
      wake()
    },
    (error: unknown) => {
      state = { error }
      wake()
    },
  )
  return {
    isMet: () => {
      if (typeof state === 'object') throw state.error
      return state === 'met'
    },
    text: 'the promise to resolve',
    lines: () => [],
  }
}

class ConditionGoal implements Goal {
  readonly text: string
  readonly #condition: () => unknown
  #thrown: { readonly error: unknown } | undefined

  constructor(condition: () => unknown) {
    this.#condition = condition
    this.text = `the condition ${sourceOf(condition)}`
  }

  async isMet(): Promise<boolean> {
    let result: unknown
    try {
      result = await this.#condition()
    } catch (error) {
      this.#thrown = { error }
      return false
    }
    this.#thrown = undefined
    // Assertions return nothing, or with Vitest an object.
    return result === undefined || Boolean(result)
  }

  get cause(): unknown {
    return this.#thrown?.error
  }

  lines(): string[] {
    return this.#thrown === undefined ? ['it returned nothing true'] : [`it threw: ${messageOf(this.#thrown.error)}`]
  }
}

/** The longest source of a condition that is shown. */
const MOST_SOURCE = 120

function sourceOf(condition: () => unknown): string {
  const source = String(condition).replaceAll(/\s+/g, ' ')
  return source.length <= MOST_SOURCE ? source : `${source.slice(0, MOST_SOURCE)}…`
}

class EventGoal implements Goal {
  readonly text: string
  readonly #daemon: Daemon
  readonly #pattern: EventPattern
  readonly #queue: string | undefined
  readonly #first: number
  #read: number
  #left: number

  constructor(daemon: Daemon, test: WaitingTest, moment: AwaitedMoment) {
    checkOptions('advanceUntil', moment, [...PATTERN_FIELDS, 'queue'])
    checkPattern('advanceUntil', moment)
    const { queue, times = 1 } = moment
    this.#daemon = daemon
    this.#pattern = moment
    this.#queue = typeof queue === 'object' ? queue.name : queue
    this.#first = Math.max(test.first, ignoredBy(moment, daemon.record.count) + 1)
    this.#read = this.#first
    this.#left = times
    this.text = wanted(moment) + (this.#queue === undefined ? '' : ` in '${this.#queue}'`)
    // A call that is refused again would count up the event of before.
    daemon.record.fence()
  }

  isMet(): boolean {
    // The number of a refused call grows.
    if (this.#pattern.event === 'refused') return nth(this.#events(), this.#pattern) !== undefined
    const { record } = this.#daemon
    for (; this.#left > 0 && this.#read <= record.count; this.#read++) {
      if (this.#read >= record.first && this.#matches(record.at(this.#read))) this.#left--
    }
    return this.#left === 0
  }

  lines(): string[] {
    return nearest(this.#events(), this.#pattern)
  }

  #matches({ kind, address, deadQueue, reference, attempts, consumer }: RecordedEvent): boolean {
    if (this.#queue !== undefined && address.queue !== this.#queue && deadQueue?.queue !== this.#queue) return false
    return missesOf({ kind, reference, attempts, clientId: consumer?.clientId }, this.#pattern) === 0
  }

  #events() {
    return new EventLog(this.#daemon).since(this.#first, this.#queue === undefined ? undefined : [this.#queue])
  }
}
