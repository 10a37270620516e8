/** The errors of handlers, with what happened to their items. */
import { type Origin, thrownFrom } from '../../client/call-site.js'
import { timelineText } from '../../diagnosis/timeline.js'
import { messageOf, usageError } from '../../errors.js'
import { visible, visibleText } from '../../visible.js'
import type { LeasedItem } from '../handles/leased-items.js'

/** What a handler threw, and what is known of it. */
interface Failure {
  readonly error: unknown
  readonly said: string
}

/** Returns the error of a handler that threw. It points at the place where the handler threw. */
export function handlerError(queueName: string, item: LeasedItem, { error, said }: Failure, hasEvents: boolean): Error {
  const text = `the handler failed on ${nameOf(item)} of '${queueName}', attempt ${item.attempts}: ${said}`
  return thrownFrom(usageError(withTimeline(text, item, hasEvents), error), Object(error) as Origin)
}

/** Returns the error of a handler that is called too often. `item` is the one that it would get next. */
export function limitError(queueName: string, item: LeasedItem, limit: number, hasEvents: boolean): Error {
  const text = `the handler was called ${limit === 1 ? 'once' : `${limit} times`}, the limit, and '${queueName}' still has items; next is ${nameOf(item)}, attempt ${item.attempts}: end its retries, or set a higher limit`
  return usageError(withTimeline(text, item, hasEvents))
}

/** Returns the error of a `retry` function that gave no delay, after a handler threw. */
export function retryError(
  queueName: string,
  item: LeasedItem,
  { problem, error }: { readonly problem: unknown; readonly error: unknown },
  hasEvents: boolean,
): Error {
  const text = `the option retry failed for ${nameOf(item)} of '${queueName}', attempt ${item.attempts}: ${messageOf(problem)}; the handler had thrown: ${messageOf(error)}`
  return thrownFrom(usageError(withTimeline(text, item, hasEvents), problem), Object(problem) as Origin)
}

/** Returns one error for several handlers. */
export function handlersError(errors: readonly Error[]): Error {
  return joined(errors, 'handlers')
}

/** Returns one error for several of a kind: the only one, or all of them. */
export function joined(errors: readonly Error[], what: string): Error {
  const [only] = errors
  if (only !== undefined && errors.length === 1) return only
  const all = new AggregateError(errors, [`${errors.length} ${what} failed:`, ...errors.map(messageOf)].join('\n'))
  return thrownFrom(all, only ?? {})
}

/** Names the items whose handlers have not returned. */
export function runningText(items: readonly LeasedItem[]): string[] {
  if (items.length === 0) return []
  const names = items.map((item) => `${nameOf(item)}, attempt ${item.attempts}`)
  return [visible(`the handler has not returned for ${names.join('; ')}`)]
}

function nameOf({ reference, id }: LeasedItem): string {
  return reference || id
}

function withTimeline(text: string, item: LeasedItem, hasEvents: boolean): string {
  // The message of a handler may have several lines.
  const shown = visibleText(text)
  if (!hasEvents) return shown
  return [shown, `timeline of ${visible(nameOf(item))}:`, ...timelineText(item.history())].join('\n')
}
