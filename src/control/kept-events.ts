/** What the record has for the control plane: events since the last reset, as far as they are kept. */
import type { Daemon } from '../daemon/daemon.js'
import type { RecordedEvent } from '../engine/events/event-kinds.js'
import { badRequest, requestFailed } from '../errors.js'
import { unknownQueue } from './queue-names.js'
import type { ControlledDaemon } from './route.js'

/** @throws 453 if the daemon keeps no events: an empty list would say that nothing happened */
export function assertKept({ record }: Daemon): void {
  if (record.most === 0) throw requestFailed('this daemon keeps no events; start it with the option events')
}

/** @throws 400 if `since` is the number of an event that has not happened: it is that of a daemon before this one */
export function assertHappened({ daemon }: ControlledDaemon, route: string, since = 0): void {
  const { count } = daemon.record
  if (since <= count) return
  throw badRequest(
    `${route}: since is ${since}, but this daemon has had only ${count} events; it was probably started again since then`,
    { count: String(count) },
  )
}

/** Goes through the events since the last reset that are kept, from this number on. */
export function* keptFrom({ daemon, first }: ControlledDaemon, from = 1): Generator<RecordedEvent, void, void> {
  const { record } = daemon
  for (let number = Math.max(from, first, record.first); number <= record.count; number++) yield record.at(number)
}

/**
 * Returns the number of the queue of this name, or of the last queue that had it since the reset. 0 if only refused calls name it.
 * @throws 400 if nothing does: it is misspelt
 */
export function queueIdOf({ daemon, first }: ControlledDaemon, name: string): number {
  const { record, inspector } = daemon
  const existing = inspector.queueId(name)
  if (existing !== undefined) return existing
  let isNamed = false
  for (let number = record.count; number >= Math.max(first, record.first); number--) {
    const { address } = record.at(number)
    if (address.queue !== name) continue
    if (address.queueId !== 0) return address.queueId
    isNamed = true
  }
  if (isNamed) return 0
  throw unknownQueue(name, inspector.queueNames())
}

/** @throws 400 if no queue has this name, or had it since the last reset */
export function assertKnownQueue(on: ControlledDaemon, name: string): void {
  if (queueIdOf(on, name) === 0) throw unknownQueue(name, on.daemon.inspector.queueNames())
}

/** Returns whether an event is about a queue, or a dead letter came into it. @throws 400 if the name is misspelt */
export function isOfQueue(on: ControlledDaemon, name: string): (event: RecordedEvent) => boolean {
  const id = queueIdOf(on, name)
  if (id === 0) return ({ address }) => address.queueId === 0 && address.queue === name
  return ({ address, deadQueue }) => address.queueId === id || deadQueue?.queueId === id
}

/** Returns how many events from this number on are no longer kept. Before its creation, a queue had no events to miss. */
export function missedFrom(on: ControlledDaemon, from: number, isOf?: (event: RecordedEvent) => boolean): number {
  const missed = Math.max(0, on.daemon.record.first - Math.max(from, on.first))
  if (missed === 0 || isOf === undefined) return missed
  for (const event of keptFrom(on, from)) if (isOf(event)) return event.kind === 'queue-created' ? 0 : missed
  return missed
}
