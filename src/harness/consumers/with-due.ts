/** Events of a kind in a queue, and when they make their items due. */
import type { QueueEvent } from '../../diagnosis/event-log.js'

/** Returns the events of this kind, of one queue or of all, in order. `due` is set if the event scheduled its item for later. */
export function withDue(
  events: readonly QueueEvent[],
  kind: QueueEvent['kind'],
  queue?: string,
): { readonly event: QueueEvent; readonly due: Date | undefined }[] {
  return events.flatMap((event, at) => {
    if (event.kind !== kind || (queue !== undefined && event.queue !== queue)) return []
    const next = events[at + 1]
    // What schedules an item is the event right before.
    return [{ event, due: next?.kind === 'scheduled' ? next.until : undefined }]
  })
}
