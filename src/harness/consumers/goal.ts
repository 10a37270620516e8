/** What a test wants to become true while its clock moves: a promise, a condition, or an event. */
import { inspect } from 'node:util'
import { checkOptions } from '../../client/known-options.js'
import { nextTurn } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { EventLog } from '../../diagnosis/event-log.js'
import { isOfDaemon } from '../../diagnosis/queue-event.js'
import type { RecordedEvent } from '../../engine/events/event-kinds.js'
import { messageOf, usageError } from '../../errors.js'
import { nearestOf } from '../../nearest.js'
import type { NamedQueue } from '../backing/queue-names.js'
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
import type { MovingPlace } from './moving.js'

/** An event that `clock.advanceUntil()` waits for, in any queue or in one. Events of earlier tests do not count. */
export interface AwaitedMoment extends EventPattern {
  /** The queue, or its name. Default: any queue. */
  readonly queue?: string | NamedQueue
}

/**
 * What `clock.advanceUntil()` waits for:
 *
 * - a promise, until it resolves. If it rejects, so does `advanceUntil`
 * - a function, until it returns something true, or until it no longer throws, as `() => expect(sent).toHaveLength(1)`. It may be async
 * - an event, until it happens, or at once if it has happened in this test
 */
export type Until = PromiseLike<unknown> | (() => unknown) | AwaitedMoment

type GoalPlace = Pick<MovingPlace, 'daemon' | 'test' | 'isUnclear'>

/** A wish that can be checked again and again. */
export interface Goal {
  /** Whether it is so. @throws what the promise rejected with */
  isMet(): boolean | Promise<boolean>
  /** What did not happen, for a sentence after "waiting for". */
  readonly text: string
  /** Whether it may be met because leases time out, and nothing else happens. */
  readonly countsLeases: boolean
  /** Further lines that explain what is missing. */
  lines(): string[]
  /** The last error of the condition. */
  readonly cause?: unknown
}

/** Whether a value is a promise, of any realm or library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/** @throws QueratorError if `until` is nothing to wait for */
export function goalOf(place: GoalPlace, until: Until, wake: () => void): Goal {
  if (typeof until === 'function') return new ConditionGoal(until)
  if (isThenable(until)) return promiseGoal(until, wake)
  if (typeof until === 'object' && until !== null) return new EventGoal(place, until as AwaitedMoment)
  throw usageError(`advanceUntil takes a promise, a condition or an event; got ${inspect(until)}`)
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
    countsLeases: true,
    lines: () => [],
  }
}

class ConditionGoal implements Goal {
  readonly text: string
  readonly countsLeases = true
  readonly #condition: () => unknown
  #thrown: { readonly error: unknown } | undefined
  /** What the condition says, while it has not returned. */
  #asked: Promise<boolean> | undefined

  constructor(condition: () => unknown) {
    this.#condition = condition
    this.text = `the condition ${sourceOf(condition)}`
  }

  isMet(): boolean | Promise<boolean> {
    if (this.#asked !== undefined) return this.#inAMoment(this.#asked)
    let result: unknown
    try {
      result = this.#condition()
    } catch (error) {
      return this.#failed(error)
    }
    if (!isThenable(result)) return this.#isTrue(result)
    this.#asked = Promise.resolve(result).then(
      (value) => this.#isTrue(value),
      (error: unknown) => this.#failed(error),
    )
    // Its error is that of whoever asks.
    this.#asked.catch(() => undefined)
    return this.#inAMoment(this.#asked)
  }

  /** Resolves with what the condition says, or with false if it takes longer than a turn. Then it is not asked again before that. */
  async #inAMoment(asked: Promise<boolean>): Promise<boolean> {
    const answer = await Promise.race([asked, nextTurn()])
    if (answer === undefined) return false
    this.#asked = undefined
    return answer
  }

  /** @throws QueratorError if it returned nothing, and is no assertion: `find` returns nothing as long as it finds nothing */
  #isTrue(result: unknown): boolean {
    const isAssertion = this.#thrown !== undefined || /expect|assert/i.test(String(this.#condition))
    this.#thrown = undefined
    if (result !== undefined) return Boolean(result)
    if (isAssertion) return true
    throw usageError(`advanceUntil: the condition returned nothing; return true or false: ${sourceOf(this.#condition)}`)
  }

  #failed(error: unknown): false {
    this.#thrown = { error }
    return false
  }

  get cause(): unknown {
    return this.#thrown?.error
  }

  lines(): string[] {
    if (this.#asked !== undefined) return ['it has not returned']
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
  readonly countsLeases: boolean
  readonly #daemon: Daemon
  readonly #pattern: EventPattern
  readonly #queue: string | undefined
  readonly #first: number
  #read: number
  #left: number

  constructor({ daemon, test, isUnclear }: GoalPlace, moment: AwaitedMoment) {
    checkOptions('advanceUntil', moment, [...PATTERN_FIELDS, 'queue'])
    checkPattern('advanceUntil', moment)
    const { queue, times = 1 } = moment
    this.#daemon = daemon
    this.#pattern = moment
    this.#queue = queue === undefined ? undefined : checkedName(daemon, queue)
    if (isUnclear && this.#queue === undefined) {
      throw usageError('advanceUntil: several tests run at the same time; name the queue: { event, queue }')
    }
    this.#first = Math.max(test.first, ignoredBy(moment, daemon.record.count) + 1)
    this.#read = this.#first
    this.#left = times
    this.countsLeases = /^lease-(waiting|timed-out|abandoned)$/.test(moment.event)
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
    const isOfQueue = address.queue === this.#queue || deadQueue?.queue === this.#queue || isOfDaemon(kind)
    if (this.#queue !== undefined && !isOfQueue) return false
    return missesOf({ kind, reference, attempts, clientId: consumer?.clientId }, this.#pattern) === 0
  }

  #events() {
    return new EventLog(this.#daemon).since(this.#first, this.#queue === undefined ? undefined : [this.#queue])
  }
}

/** Returns the name of a queue. @throws QueratorError if it is none, or there never was a queue of this name */
function checkedName(daemon: Daemon, queue: Exclude<AwaitedMoment['queue'], undefined>): string {
  const name: unknown = typeof queue === 'object' && queue !== null ? queue.name : queue
  if (typeof name !== 'string') throw usageError(`advanceUntil: queue is a queue or its name; got ${inspect(queue)}`)
  if (new EventLog(daemon).hadQueue(name)) return name
  const nearest = nearestOf(name, daemon.inspector.queueNames())
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  throw usageError(`advanceUntil: there is no queue named '${name}'${hint}`)
}
