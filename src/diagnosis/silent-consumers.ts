/** Consumers that have not come back after a crash or restart. */
import type { Daemon } from '../daemon/daemon.js'
import { isMadeUp, type RecordedEvent } from '../engine/events/event-kinds.js'
import { visible } from '../visible.js'

const OF_CONSUMER = /^queue\.(lease|complete|retry)$/
/** The most consumers that are told of. */
const MOST_TOLD = 3

/**
 * Says which consumers that leased before the daemon went down last have made no call since then. `first` is the first event of the test. Empty
 * while it is down: nobody can be heard.
 */
export function silentLines(daemon: Daemon, first: number, queues?: readonly string[]): string[] {
  const { record, presence, losses } = daemon
  const end = record.landmarks.lastEnd
  const earliest = Math.max(first, record.first)
  if (end < earliest || !presence.isUp) return []
  const since = new Set<string>()
  let isUp = true
  for (let number = record.count; number > end; number--) {
    const event = record.at(number)
    // What is refused before it is up again was called before it went down.
    if (event.kind === 'daemon-restarted') isUp = false
    const caller = isUp ? callerOf(event) : undefined
    // A complete that is refused does not tell whose it is.
    if (caller === '') return []
    if (caller !== undefined) since.add(caller)
  }
  const silent = new Set<string>()
  for (let number = end - 1; number >= earliest; number--) {
    const event = record.at(number)
    const caller = callerOf(event)
    const isConsumer = (event.kind === 'leased' || event.kind === 'lease-waiting') && !isMadeUp(caller ?? '')
    const isThere = queues === undefined || queues.includes(event.address.queue)
    if (caller !== undefined && isConsumer && isThere && !since.has(caller)) silent.add(caller)
  }
  const lines = [...silent].map((client) => visible(`${client} has made no call since the ${losses.howText(end)}`))
  const more = lines.length - MOST_TOLD
  return more > 0 ? [...lines.slice(0, MOST_TOLD), `and ${more} more consumers`] : lines
}

/**
 * The same, after what `ended` says of workers. Empty if the daemon has not gone down since the event `first`: a worker may end without that, and
 * be right.
 */
export function consumerLines(
  daemon: Daemon,
  first: number,
  ended: (() => readonly string[]) | undefined,
  queues?: readonly string[],
): string[] {
  if (daemon.closed || daemon.record.landmarks.lastEnd < first) return []
  return [...(ended?.() ?? []), ...silentLines(daemon, first, queues)]
}

/** Returns the client whose call an event is about. Empty if the call does not say, undefined if it is not one of a consumer. */
function callerOf({ cause, consumer, refusal, fault }: RecordedEvent): string | undefined {
  if (!OF_CONSUMER.test(cause.call)) return undefined
  return consumer?.clientId ?? refusal?.clientId ?? fault?.clientId
}
