/**
 * Finds times in requests that do not mean what they seem to. `retry_at` and `enqueue_at` in the past, or less than 100 ms ahead, mean
 * at once. Without a notice, a test would pass or fail for no visible reason.
 */
import type { Clock } from '../clock/clock.js'
import { formatMilliseconds } from '../clock/duration.js'
import type { Instant } from '../clock/instant.js'
import { realNow } from '../clock/real-time.js'
import type { Cause } from '../engine/events/event-kinds.js'
import type { Timestamp } from '../protocol/messages/message.js'
import type { RequestOf } from '../protocol/methods.js'
import { instantOf } from '../protocol/timestamp.js'
import type { Notices } from './notices.js'

/** A time at least this many milliseconds ago was not meant as "now". */
const LONG_AGO = 1000
/** A time less than this many milliseconds ahead means at once (docs/protocol/queue.md §3). */
const NEAR = 100

/** The parts of the daemon that are needed. */
interface Surroundings {
  readonly clock: Clock
  /** Returns how far tests have moved the clock so far, in milliseconds. */
  moved(): number
  readonly notices: Notices
}

/** Checks the times in requests. Notices each kind of call once per test. */
export class RequestTimes {
  readonly #around: Surroundings

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

  #look(queueName: string, field: string, time: Timestamp, cause: Cause): void {
    const { at } = instantOf(time)
    const ahead = at - this.#around.clock.now()
    if (ahead >= NEAR || (ahead <= 0 && ahead > -LONG_AGO)) return
    const byMachine = this.#isByMachine(at)
    const text = ahead > 0 ? nearText(field, ahead) : byMachine ? this.#movedText(field, at) : pastText(field, -ahead)
    // A time by the machine's clock, after a test has moved the daemon's, makes tests pass for the wrong reason.
    const notice = { queueName, text: `${cause.call}: ${text}`, cause }
    this.#around.notices.add(`${cause.call} ${byMachine}`, notice, byMachine)
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
  return formatMilliseconds(Math.round(ms))
}
