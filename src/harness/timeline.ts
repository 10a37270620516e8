/** The events of an item as lines: when, what, by whom, and where in the code. */
import type { QueueEvent } from './event-log.js'
import { lengthOf } from './explain.js'

/** So many lines; of a longer story the beginning and the end. */
const MOST_LINES = 12

/** Lines of the form `  +1m0s  lease-expired by w1, attempt 2`, counted from the first of them. */
export function timelineText(events: readonly QueueEvent[]): string[] {
  const start = events[0]?.time.getTime() ?? 0
  const times = events.map((event) => `+${lengthOf(event.time.getTime() - start)}`)
  const width = Math.max(...times.map((time) => time.length))
  const lines = events.map((event, at) => `  ${(times[at] as string).padEnd(width)}  ${eventText(event)}`)
  if (lines.length <= MOST_LINES) return lines
  const half = MOST_LINES / 2
  return [...lines.slice(0, half), `  … ${lines.length - MOST_LINES} more`, ...lines.slice(-half)]
}

function eventText({ kind, clientId, attempts, deadQueue, callSite, until, time }: QueueEvent): string {
  const by = clientId === undefined ? '' : ` by ${clientId}`
  const to = deadQueue === undefined ? '' : ` to ${deadQueue}`
  const end = until === undefined ? '' : ` for ${lengthOf(until.getTime() - time.getTime())}`
  const attempt = kind === 'leased' ? `, attempt ${attempts}` : ''
  return `${kind}${by}${to}${end}${attempt}${callSite === undefined ? '' : ` (${callSite})`}`
}
