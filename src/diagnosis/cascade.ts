/** Cascades in words: which item's handler produced an item, and what the handler of an item produced. */
import { siteText } from '../client/call-site.js'
import { visible } from '../visible.js'
import type { ProducingItem, QueueEvent } from './event-log.js'

/** The most items that are named where a handler produced several. */
const MOST_NAMED = 3
/** How long after the first item the last one of a group may come, in milliseconds. */
const SPAN = 1000

/** Items of one queue that a handler produced one after the other, within a second, at one place of its code. */
export interface ProducedTogether {
  /** The number of the first event. */
  readonly number: number
  readonly time: Date
  /** The `produced` events, in order. */
  readonly events: readonly QueueEvent[]
  /** The attempt of the handler, if the item had been leased again by then. */
  readonly lateAttempt: number | undefined
}

/** Returns ` by order-1's handler`. Names the queue, if the item itself has the same reference, and the attempt, if it was not the first. */
export function handlerText({ kind, reference, producedBy }: QueueEvent): string {
  if (kind !== 'produced' || producedBy === undefined) return ''
  const { queue, attempts } = producedBy
  const where = producedBy.reference !== '' && producedBy.reference === reference ? ` in '${queue}'` : ''
  return ` by ${nameOf(producedBy)}'s handler${where}${attempts > 1 ? `, attempt ${attempts}` : ''}`
}

/** Returns `its handler produced mail-1, mail-2 and 8 more in 'mails'`, and where in the code. */
export function producedText(group: ProducedTogether): string {
  return producedNames(group) + visible(siteText(group.events[0]?.callPath ?? []))
}

/** Returns the same without the place. */
export function producedNames({ events, lateAttempt }: ProducedTogether): string {
  const names = events.slice(0, MOST_NAMED).map(nameOf)
  const rest = events.length - names.length
  const what = rest > 0 ? `${names.join(', ')} and ${rest} more` : names.join(', ')
  const who = lateAttempt === undefined ? 'its handler' : `its handler of attempt ${lateAttempt}`
  return visible(`${who} produced ${what} in '${events[0]?.queue}'`)
}

/** Groups what the handlers of an item produced. Between events of a group, nothing happened to the item itself. */
export function together(produced: readonly QueueEvent[], own: readonly QueueEvent[]): ProducedTogether[] {
  const groups: (ProducedTogether & { readonly events: QueueEvent[] })[] = []
  for (const event of produced) {
    const group = groups.at(-1)
    const before = group?.events.at(-1)
    const isNext = before !== undefined && !own.some(({ number }) => number > before.number && number < event.number)
    if (group !== undefined && isNext && fits(group.events[0] as QueueEvent, event)) group.events.push(event)
    else groups.push({ number: event.number, time: event.time, events: [event], lateAttempt: lateAttempt(event, own) })
  }
  return groups
}

/** The reference of an item, or else its number. */
export function nameOf({ reference, item }: Pick<QueueEvent | ProducingItem, 'item' | 'reference'>): string {
  return reference || `#${item}`
}

function fits(a: QueueEvent, b: QueueEvent): boolean {
  return (
    a.queue === b.queue &&
    a.callSite === b.callSite &&
    a.producedBy?.attempts === b.producedBy?.attempts &&
    b.time.getTime() - a.time.getTime() < SPAN
  )
}

function lateAttempt({ number, producedBy }: QueueEvent, own: readonly QueueEvent[]): number | undefined {
  const lease = own.findLast((event) => event.kind === 'leased' && event.number < number)
  const isLate = lease !== undefined && lease.attempts !== producedBy?.attempts
  return isLate ? producedBy?.attempts : undefined
}
