/**
 * Requests whose times come from the machine's clock after a test has moved the daemon's: `retry_at` in half a minute by
 * the machine's clock is long past by then, so the item is due at once. A test would pass or fail for that in silence.
 */

import type { Clock } from '../clock/clock.js'
import type { ExactInstant } from '../clock/duration.js'
import { formatDuration } from '../clock/duration.js'
import type { Instant } from '../clock/instant.js'
import { realNow } from '../clock/real-time.js'
import type { Cause } from '../engine/event-kinds.js'
import type { EventRecord } from '../engine/record.js'
import type { Timestamp } from '../protocol/messages/message.js'
import type { RequestOf } from '../protocol/methods.js'
import { instantOf } from '../protocol/timestamp.js'

interface Notice {
  readonly event: number
  readonly text: string
  readonly cause: Cause
}

/** So many are kept. */
const MOST_KEPT = 100

/** See the head of this file. Tells of each call once a test. */
export class PastTimes {
  readonly #clock: Clock
  readonly #record: EventRecord
  readonly #warn: (message: string) => void
  readonly #told = new Set<string>()
  #notices: Notice[] = []

  constructor(clock: Clock, record: EventRecord, warn: (message: string) => void) {
    this.#clock = clock
    this.#record = record
    this.#warn = warn
  }

  /** Looks at a request before it is carried out. */
  check(name: 'queueProduce' | 'queueRetry', message: unknown, cause: Cause): void {
    if (name === 'queueProduce') {
      for (const { enqueueAt } of (message as RequestOf<'queueProduce'>).items) {
        if (enqueueAt !== undefined) this.#look('enqueue_at', enqueueAt, cause)
      }
      return
    }
    for (const { retryAt } of (message as RequestOf<'queueRetry'>).items) {
      if (retryAt !== undefined) this.#look('retry_at', retryAt, cause)
    }
  }

  /** A test begins. */
  reset(): void {
    this.#told.clear()
  }

  /** What was told since the event of this number. */
  since(first: number): readonly { readonly text: string; readonly cause: Cause }[] {
    return this.#notices.filter(({ event }) => event >= first)
  }

  #look(field: string, time: Timestamp, cause: Cause): void {
    const { at }: ExactInstant = instantOf(time)
    const [daemonNow, machineNow] = [this.#clock.now(), realNow()]
    if (at > daemonNow || at <= machineNow || this.#told.has(cause.call)) return
    this.#told.add(cause.call)
    const text =
      `${cause.call}: ${field} is ${length(at - machineNow)} ahead by the machine's clock, but not by the daemon's, ` +
      `which is ${length(daemonNow - machineNow)} ahead itself: the item is due at once; ` +
      "compute times from clock.now(), or use clock: 'runner'"
    this.#notices = [...this.#notices.slice(1 - MOST_KEPT), { event: this.#record.count + 1, text, cause }]
    this.#warn(text)
  }
}

function length(ms: Instant): string {
  return formatDuration(BigInt(Math.round(ms)) * 1_000_000n)
}
