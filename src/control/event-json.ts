/** How events are sent. */
import type { QueueEvent } from '../diagnosis/queue-event.js'

/** Returns an event as it is sent, by a list and by a stream. */
export function eventJson({ callPath, ...event }: QueueEvent) {
  return callPath.length === 0 ? event : { ...event, callPath }
}
