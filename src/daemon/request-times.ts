/**
 * Finds times in requests that do not mean what they seem to. `retry_at` and `enqueue_at` in the past, or less than 100 ms ahead, mean
 * at once. Without a notice, a test would pass or fail for no visible reason.
 */
import type { Clock } from '../clock/clock.js'
import { formatDuration } from '../clock/duration.js'
import type { Instant } from '../clock/instant.js'
import { realNow } from '../clock/real-time.js'
import type { Cause } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'
import type { Timestamp } from '../protocol/messages/message.js'
import type { RequestOf } from '../protocol/methods.js'
import { instantOf } from '../protocol/timestamp.js'

/** A notice about a request. */
export interface RequestNotice {
  readonly queueName: string
  readonly text: string
  readonly cause: Cause
}

/** How many notices are kept. */
const MOST_KEPT = 100
/** A time at least this many milliseconds ago was not meant as "now". */
const LONG_AGO = 1000
/** A time less than this many milliseconds ahead means at once (docs/protocol/queue.md §3). */
const NEAR = 100

/** The parts of the daemon that are needed. */
interface Surroundings {
  readonly clock: Clock
  /** Returns how far tests have moved the clock so far, in milliseconds. */
  moved(): number
  readonly record: EventRecord
  /** Called if a time is by the machine's clock after a test has moved the daemon's. */
  warn(message: string): void
}

/** Checks the times in requests. Reports each kind of call once per test. */
export class RequestTimes {
  readonly #around: Surroundings
  readonly #warned = new Set<string>()
  #notices: (RequestNotice & { readonly event: number })[] = []

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Checks a request before it is carried out. */
  check(name: 'queueProduce' | 'queueRetry', message: unknown, cause: Cause): void {
    if (name === 'queueProduce') {
      const { queueName, items } = message as RequestOf<'queueProduce'>
      for (const { enqueueAt } of items) {
        if (enqueueAt !== undefined) this.#look(queueName, 'enqueue_at', enqueueAt, cause)
      }
      return
    }
    const { queueName, items } = message as RequestOf<'queueRetry'>
    for (const { retryAt } of items) if (retryAt !== undefined) this.#look(queueName, 'retry_at', retryAt, cause)
  }

  /** Call when a test begins. */
  reset(): void {
    this.#warned.clear()
  }

  /** Returns the notices since the event with this number. */
  since(first: number): readonly RequestNotice[] {
    return this.#notices.filter(({ event }) => event >= first)
  }

  #look(queueName: string, field: string, time: Timestamp, cause: Cause): void {
    const { at } = instantOf(time)
    const ahead = at - this.#around.clock.now()
    if (ahead >= NEAR || (ahead <= 0 && ahead > -LONG_AGO)) return
    const byMachine = this.#isByMachine(at)
    const text = ahead > 0 ? nearText(field, ahead) : byMachine ? this.#movedText(field, at) : pastText(field, -ahead)
    const key = `${cause.call} ${byMachine}`
    if (this.#warned.has(key)) return
    this.#warned.add(key)
    const notice = { event: this.#around.record.count + 1, queueName, text: `${cause.call}: ${text}`, cause }
    this.#notices = [...this.#notices.slice(1 - MOST_KEPT), notice]
    if (byMachine) this.#around.warn(notice.text)
  }

  /** Returns whether the time was counted from the machine's clock, although the daemon's was moved: it is closer to the machine's. */
  #isByMachine(at: Instant): boolean {
    const [daemonNow, machineNow] = [this.#around.clock.now(), realNow()]
    return this.#around.moved() > 0 && at < daemonNow && at > machineNow && at - machineNow <= daemonNow - at
  }

  #movedText(field: string, at: Instant): string {
    const [daemonNow, machineNow] = [this.#around.clock.now(), realNow()]
    return (
      `${field} is ${length(at - machineNow)} ahead by the machine's clock, but ${length(daemonNow - at)} ago by the daemon's, ` +
      "which was moved: the item is due at once; compute times from clock.now(), or use clock: 'runner'"
    )
  }
}

function pastText(field: string, ago: number): string {
  return `${field} is ${length(ago)} ago: the item is due at once`
}

function nearText(field: string, ahead: number): string {
  return `${field} is only ${length(Math.max(1, Math.floor(ahead)))} ahead, and less than 100ms means at once`
}

function length(ms: number): string {
  return formatDuration(BigInt(Math.round(ms)) * 1_000_000n)
}
