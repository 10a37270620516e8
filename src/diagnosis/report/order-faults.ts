/** Sentences about items that were completed out of order, leased again, or not dead-lettered, and why. */

import type { QueueEvent } from '../event-log.js'
import { lengthOf } from '../lengths.js'
import type { ItemStory } from './item-story.js'

/** The most faults of a kind that are listed. */
const MOST_TOLD = 3

/** Returns a sentence for each item that was leased again or completed out of order. Empty if there is none. */
export function orderFaults(items: readonly ItemStory[]): string[] {
  return [...handedOutAgain(items), ...outOfOrder(items)]
}

/** Returns a sentence for each item that was retried on its last attempt, which never dead-letters it. */
export function lastAttemptFaults(items: readonly ItemStory[], maxAttempts: number): string[] {
  if (maxAttempts === 0) return []
  const faults = items.flatMap(({ name, events }) => {
    const late = events.filter(({ kind, attempts = 0 }) => kind === 'retried' && attempts >= maxAttempts)
    const last = late.at(-1)
    if (last === undefined) return []
    const by = last.clientId === undefined ? '' : ` by ${last.clientId}`
    return [
      `${name} was given back${by} on attempt ${last.attempts} of ${maxAttempts}: only a lease that runs out ends an item, retry gives it back however often`,
    ]
  })
  return shortened(faults, 'were given back on their last attempt')
}

/** Returns a sentence for each item that `retry` with `dead` deleted although the queue has a dead letter queue. */
export function deletedAsDead(items: readonly ItemStory[], deadQueue: string, maxAttempts: number): string[] {
  if (deadQueue === '') return []
  const todo = `${maxAttempts === 0 ? 'set maxAttempts, and ' : ''}let its last lease run out instead`
  const faults = items.flatMap(({ name, events }) => {
    const deleted = events.find(({ kind, call }) => kind === 'deleted' && call === 'queue.retry')
    if (deleted === undefined) return []
    return [`${name} was deleted by retry with dead, which moves nothing to '${deadQueue}', as on Querator: ${todo}`]
  })
  return shortened(faults, 'were deleted by retry with dead')
}

/** Items that were leased again after a lease expired. The first consumer may still work on them. */
function handedOutAgain(items: readonly ItemStory[]): string[] {
  const faults = items.flatMap(({ name, events }) => {
    const at = events.findIndex((event, place) => {
      return event.kind === 'lease-expired' && events.slice(place).some(({ kind }) => kind === 'leased')
    })
    const expired = events[at]
    if (expired === undefined) return []
    const before = events.slice(0, at).findLast(({ kind }) => kind === 'leased')
    const again = events.slice(at).find(({ kind }) => kind === 'leased')
    return [`${name} was handed out again, to ${again?.clientId}: ${endOfLease(expired, before)}`]
  })
  return shortened(faults, 'were handed out again')
}

/** Says why a lease was over. One that ended before its deadline was ended by a fault. */
function endOfLease(expired: QueueEvent, leased: QueueEvent | undefined): string {
  const { clientId } = expired
  if (leased?.until === undefined) return `the lease of ${clientId} ran out`
  const [from, until] = [leased.time.getTime(), leased.until.getTime()]
  if (expired.time.getTime() < until) return `a fault ended the lease of ${clientId}`
  return `the lease of ${clientId} ran out after ${lengthOf(until - from)}`
}

/** Items that were completed after items that came later. */
function outOfOrder(items: readonly ItemStory[]): string[] {
  const done = items
    .flatMap((item, came) => {
      const end = item.events.find(({ kind }) => kind === 'completed')
      return end === undefined ? [] : [{ item, came, end }]
    })
    .sort((a, b) => a.end.number - b.end.number)
  const faults = done.flatMap(({ item, came, end }, place) => {
    const overtaking = done.slice(0, place).find((earlier) => earlier.came > came)
    if (overtaking === undefined || wasScheduled(item)) return []
    return [`${item.name} was completed after ${overtaking.item.name}, which came later${why(item, end)}`]
  })
  return shortened(faults, 'were overtaken too')
}

function wasScheduled({ events }: ItemStory): boolean {
  return events.some(({ kind }) => kind === 'scheduled')
}

function why({ events }: ItemStory, end: QueueEvent): string {
  const back = events.find(
    ({ kind, number }) => number < end.number && (kind === 'retried' || kind === 'lease-expired'),
  )
  if (back === undefined) return ''
  return back.kind === 'retried' ? `: ${back.clientId} gave it back` : `: the lease of ${back.clientId} ran out`
}

function shortened(faults: readonly string[], what: string): string[] {
  const more = faults.length - MOST_TOLD
  return more > 0 ? [...faults.slice(0, MOST_TOLD), `${more} more items ${what}`] : [...faults]
}
