/** What came due, read from the record, where the daemon does not move its clock itself. */
import type { Daemon } from '../../daemon/daemon.js'
import { BY_CLOCK, type RecordedEvent } from '../../engine/events/event-kinds.js'
import { type Fired, isFiredKind } from '../../engine/events/fired.js'

/** Returns what has fired since the event with this number, as `clock.advance` lists it. Empty if no events are kept. */
export function firedSince({ record }: Daemon, first: number): Fired[] {
  const list: { readonly item: number; readonly fired: Fired }[] = []
  for (let number = Math.max(first, record.first); number <= record.count; number++) {
    const event = record.at(number)
    const fired = event.cause.call === BY_CLOCK.call ? firedOf(event) : undefined
    if (fired === undefined) continue
    // Only the outcome for an item counts: see FiredList.
    const isOutcome = fired.kind === 'attempts-exhausted' || fired.kind === 'dead-lettered'
    if (isOutcome && list.at(-1)?.item === event.item) list.pop()
    list.push({ item: event.item, fired })
  }
  return list.map(({ fired }) => fired).sort((a, b) => a.time.getTime() - b.time.getTime())
}

function firedOf({ kind, time, address, id, item, reference, deadQueue, consumer }: RecordedEvent): Fired | undefined {
  if (!isFiredKind(kind)) return undefined
  const { queue, partition = 0 } = address
  const at = { time: new Date(Math.trunc(time)), kind, queue }
  if (item === 0) return { ...at, clientId: consumer?.clientId ?? '' }
  return {
    ...at,
    partition,
    id: id ?? '',
    reference,
    ...(deadQueue === undefined ? {} : { deadQueue: deadQueue.queue }),
  }
}
