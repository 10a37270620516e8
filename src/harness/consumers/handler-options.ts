/** The options of `queue.drain()` and `queue.work()`. */
import { inspect } from 'node:util'
import { checkOptions } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { parseDuration } from '../../clock/parse-duration.js'
import { usageError } from '../../errors.js'
import type { Lease, LeasedItem } from '../handles/leased-items.js'
import { MOVING_OPTIONS, type MovingOptions } from './moving.js'

/** What a handler gets beside its item. */
export interface HandlerContext {
  /** The lease that the item came with. */
  readonly lease: Lease
  /** Aborted when the handler should stop: another one failed, time is up, or the test is over. */
  readonly signal: AbortSignal
}

/**
 * Handles an item. When it returns, the item is completed. When it throws, the item goes back to the queue. A handler may also complete or
 * retry the item itself.
 */
export type Handler = (item: LeasedItem, context: HandlerContext) => unknown

/** Returns how long a failed item must wait for its next attempt: milliseconds, or a duration such as `'1m'`. */
export type RetryDelay = (attempts: number, error: unknown) => number | string

/** What drain and work have in common. */
interface HandlerOptions {
  /** How many handlers may run at the same time. Default 1. */
  readonly concurrency?: number
  /** How many items to lease at once, at most 1,000. Default 1. */
  readonly batchSize?: number
  /** The name of the consumer. Default: a new one. */
  readonly clientId?: string
  /**
   * What happens to an item whose handler throws: it goes back to the queue `'at once'` (default), or after a delay that a function
   * returns. Either is a retry, and each lease counts as an attempt. `'as the handler says'` does nothing: an item that the handler neither completed nor retried stays leased until its lease runs
   * out, as after a crash.
   */
  readonly retry?: 'at once' | 'as the handler says' | RetryDelay
  /**
   * `'throw'` (default) stops at the first error of a handler, and throws it with the timeline of its item. `'collect'` goes on, and returns
   * the errors as `failed`.
   */
  readonly onError?: 'throw' | 'collect'
}

/** Options of `queue.drain()`. */
export interface DrainOptions extends HandlerOptions, MovingOptions {
  /**
   * `'empty'` (default) works until no item is free or leased by this drain. Scheduled items stay. A time, such as `'1h'`, moves the clock
   * by as much, with everything that comes due on the way.
   */
  readonly until?: 'empty' | number | string
  /** How often the handler may be called, so that an endless retry ends. Default 10,000. */
  readonly limit?: number
}

/** Options of `queue.work()`. */
export interface WorkOptions extends HandlerOptions {
  /** How long a lease waits for an item, by the daemon's clock, before it is asked for again. Default `'30s'`. */
  readonly requestTimeout?: string
  /** How long the handler may take to end once the worker is stopped: milliseconds, or a duration. Default `'2s'`. */
  readonly stop?: number | string
}

/** The options, checked. */
export interface HandlerSettings {
  readonly concurrency: number
  readonly batchSize: number
  readonly clientId: string
  readonly retry: 'at once' | 'as the handler says' | RetryDelay
  readonly onError: 'throw' | 'collect'
  readonly limit: number
  readonly requestTimeout: string
  /** Whether it waits for items that may come. */
  readonly isPatient: boolean
}

const COMMON = ['concurrency', 'batchSize', 'clientId', 'retry', 'onError']
const OPTIONS = {
  drain: [...COMMON, ...MOVING_OPTIONS, 'until', 'limit'],
  work: [...COMMON, 'requestTimeout', 'stop'],
}
const USUAL_LIMIT = 10_000
/** The most items of a lease (docs/protocol/queue.md §4). */
const MOST_BATCH = 1000

/** Checks the options. @throws QueratorError if one is unknown or wrong */
export function handlerSettings(
  taker: 'drain' | 'work',
  handler: unknown,
  options: DrainOptions & WorkOptions,
  nextClientId: () => string,
): HandlerSettings {
  if (typeof handler !== 'function') {
    throw usageError(`${taker} takes a function that handles an item; got ${inspect(handler, { depth: 0 })}`)
  }
  checkOptions(taker, options, OPTIONS[taker])
  const { concurrency = 1, batchSize = 1, retry = 'at once', onError = 'throw', limit = USUAL_LIMIT } = options
  for (const [name, value] of Object.entries({ concurrency, batchSize, limit })) {
    if (!Number.isInteger(value) || value < 1) throw wrong(taker, `${name} is a whole number, 1 or more`, value)
  }
  if (typeof retry !== 'function' && retry !== 'at once' && retry !== 'as the handler says') {
    throw wrong(taker, "retry is 'at once', 'as the handler says', or a function that returns a delay", retry)
  }
  if (onError !== 'throw' && onError !== 'collect') throw wrong(taker, "onError is 'throw' or 'collect'", onError)
  if (batchSize > MOST_BATCH) throw wrong(taker, `batchSize is at most ${MOST_BATCH}`, batchSize)
  const { clientId = nextClientId(), requestTimeout = '30s' } = options
  if (typeof clientId !== 'string' || clientId === '') throw wrong(taker, 'clientId is a text', clientId)
  if (typeof requestTimeout !== 'string' || parseDuration(requestTimeout).ns === undefined) {
    throw wrong(taker, "requestTimeout is a duration as text, such as '30s'", requestTimeout)
  }
  return { concurrency, batchSize, clientId, retry, onError, limit, requestTimeout, isPatient: taker === 'work' }
}

/** Returns the delay of a retry in milliseconds. @throws QueratorError if the function returned none */
export function delayOf(retry: RetryDelay, attempts: number, error: unknown): number {
  return givenMilliseconds('the delay that retry returns', retry(attempts, error))
}

function wrong(taker: string, what: string, got: unknown) {
  return usageError(`${taker}: ${what}; got ${inspect(got, { depth: 0 })}`)
}
