/** What comes due next, as lines of text. */
import type { Instant } from '../clock/instant.js'
import type { Daemon } from '../daemon/daemon.js'
import { visible } from '../visible.js'
import { inTime } from './lengths.js'

/** The most deadlines that are listed. */
const MOST_TOLD = 5

interface Due {
  readonly at: Instant
  readonly text: string
}

/** Lists the next deadlines of queues, the earliest first: `in 1h0m0s: order-1 of 'orders' comes due`. */
export function dueLines(daemon: Daemon, queues: readonly string[]): string[] {
  const now = daemon.clock.exact.now()
  const all = queues.flatMap((name) => dueIn(daemon, name)).sort((a, b) => a.at - b.at)
  const lines = all.slice(0, MOST_TOLD).map(({ at, text }) => visible(`  ${inTime(at, now)}: ${text}`))
  if (lines.length === 0) return ['nothing is due']
  return ['still due:', ...lines, ...(all.length > MOST_TOLD ? [`  and ${all.length - MOST_TOLD} more`] : [])]
}

function dueIn(daemon: Daemon, name: string): Due[] {
  const { items, waiting } = daemon.inspector.queueState(name)
  const ofItems = items.flatMap(({ state, until, reference, id, consumer }) => {
    if (until === undefined) return []
    const item = `${reference || id} of '${name}'`
    const text = state === 'scheduled' ? `${item} comes due` : `the lease of ${item} by ${consumer?.clientId} ends`
    return [{ at: until, text }]
  })
  const ofLeases = waiting.map(({ deadline, consumer }) => {
    return { at: deadline, text: `the lease of ${consumer.clientId} that waits in '${name}' times out` }
  })
  return [...ofItems, ...ofLeases]
}
