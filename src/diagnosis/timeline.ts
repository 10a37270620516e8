/** Events as lines of text: when, what, by which client, and where in the code. */

import { siteText } from '../client/call-site.js'
import type { EventKind } from '../engine/events/event-kinds.js'
import { isFiredKind } from '../engine/events/fired.js'
import { visible } from '../visible.js'
import { handlerText } from './cascade.js'
import { lengthOf } from './lengths.js'
import { type QueueEvent, withoutIds } from './queue-event.js'

/** The most lines. Longer timelines show their beginning and end. */
const MOST_LINES = 12

/** Returns lines such as `  +1m0s  lease-expired by w1`. Times count from the first event. */
export function timelineText(events: readonly QueueEvent[]): string[] {
  const moments = timed(events, events[0]?.time.getTime() ?? 0)
  const width = Math.max(...moments.map(({ when }) => when.length))
  const lines = moments.map(({ when, due }, at) => {
    return `  ${when.padEnd(width)}  ${eventText(events[at] as QueueEvent)}${due}`
  })
  return cutInTheMiddle(lines, MOST_LINES)
}

/**
 * Returns when each of these happened, such as `+1m0s`, from `begin` on. What was due while the daemon was down happened when it was up again:
 * `due` adds when it was due, and is empty for others.
 */
export function timed(
  moments: readonly { readonly time: Date; readonly kind?: EventKind | undefined }[],
  begin: number,
): { readonly when: string; readonly due: string }[] {
  // The latest time since the daemon was up again.
  let latest = Number.NEGATIVE_INFINITY
  return moments.map(({ time, kind }) => {
    const at = time.getTime()
    if (at < latest && kind !== undefined && isFiredKind(kind)) {
      return { when: sinceText(latest - begin), due: `, due at ${sinceText(at - begin)}` }
    }
    // Anything else with an earlier time shows that the clock of the runner went back.
    const isFirst = latest === Number.NEGATIVE_INFINITY && kind !== 'daemon-restarted'
    latest = isFirst || at < latest ? Number.NEGATIVE_INFINITY : at
    return { when: sinceText(at - begin), due: '' }
  })
}

/** Returns `+1m0s`, or `-1m0s` if the clock went back. */
function sinceText(ms: number): string {
  return ms < 0 ? `-${lengthOf(-ms)}` : `+${lengthOf(ms)}`
}

/** Keeps the first and last lines, `most` in all, and says in between how many are left out. `most` is even. */
export function cutInTheMiddle(lines: readonly string[], most: number): string[] {
  if (lines.length <= most) return [...lines]
  const indent = /^ */.exec(lines[0] ?? '')?.[0] ?? ''
  return [...lines.slice(0, most / 2), `${indent}… ${lines.length - most} more`, ...lines.slice(-most / 2)]
}

/** Describes an event: what happened, by which client, and where in the code. */
export function eventText(event: QueueEvent): string {
  if (event.kind === 'fault') return visible(faultText(event))
  return visible(event.kind === 'refused' ? refusedText(event) : happenedText(event))
}

/** Describes an event after the name of its item: `order-1 (#1): completed by w1, attempt 2`. */
export function namedEventText(event: QueueEvent): string {
  const { kind, item, reference, attempts } = event
  if (item === undefined) return eventText(event)
  const attempt = kind !== 'leased' && attempts ? `, attempt ${attempts}` : ''
  return visible(`${reference || 'an item'} (#${item}): ${happenedText(event, attempt)}`)
}

function refusedText({ call, clientId, code, codeText, message = '', times = 1, callPath }: QueueEvent): string {
  const by = clientId === undefined ? '' : ` by ${clientId}`
  return `${call}${by} refused${times === 1 ? '' : ` ${times} times`}: ${code} ${codeText}, ${withoutIds(message, '…')}${siteText(callPath)}`
}

function faultText({ call, clientId, fault = '', times = 1, callPath }: QueueEvent): string {
  const by = clientId === undefined ? '' : ` by ${clientId}`
  return `fault ${fault} on ${call}${by}${times === 1 ? '' : `, ${times} times`}${siteText(callPath)}`
}

function happenedText(event: QueueEvent, more = ''): string {
  const { kind, clientId, attempts, deadQueue, callPath, until, time } = event
  const by = clientId === undefined ? handlerText(event) : ` by ${clientId}`
  const to = deadQueue === undefined ? '' : ` to ${deadQueue}`
  const end = until === undefined ? '' : ` for ${lengthOf(until.getTime() - time.getTime())}`
  const attempt = kind === 'leased' ? `, attempt ${attempts}` : ''
  return `${kind}${by}${to}${end}${attempt}${more}${siteText(callPath)}`
}
