/** The times at which a daemon was away: from a crash or stop until it was up again. */
import { isOfDaemon, type QueueEvent } from './queue-event.js'
import { eventText } from './timeline.js'

/** A time at which a daemon was away. */
export interface TimeAway {
  readonly down: QueueEvent
  readonly up: QueueEvent
}

/** Returns the times that are over. */
export function timesAway(events: readonly QueueEvent[]): TimeAway[] {
  const lives = events.filter(({ kind }) => isOfDaemon(kind))
  return lives.flatMap((up, at) => {
    const down = lives[at - 1]
    const isOver = up.kind === 'daemon-restarted' && down !== undefined && down.kind !== 'daemon-restarted'
    return isOver ? [{ down, up }] : []
  })
}

/** `daemon-crashed (a.test.ts:9), daemon-restarted (a.test.ts:10)`. A restart without a crash is one call, and one event here. */
export function awayText({ down, up }: TimeAway, when: (event: QueueEvent) => string = () => ''): string {
  const told = down.kind === 'daemon-stopped' && down.callSite === up.callSite ? [up] : [down, up]
  return told.map((event) => `${when(event)}${eventText(event)}`).join(', ')
}
