/**
 * Finds what a test left open in its own queues: leased items, waiting leases, and calls that it never awaited.
 * Such a test may pass for the wrong reason, and in production the item would be leased again.
 */
import { type Origin, placesOf, siteText, thrownFrom, userFrames } from '../client/call-site.js'
import type { UnawaitedCall } from '../client/unawaited.js'
import type { Daemon } from '../daemon/daemon.js'
import type { ItemView } from '../daemon/queue-state.js'
import { type QueratorError, usageError } from '../errors.js'
import { visible } from '../visible.js'
import { type RefusalStory, refusalText } from './refusals.js'

/**
 * What happens if a passing test leaves items leased, leases waiting or calls without `await` in its own queues. `'warn'` prints a
 * warning, `'error'` makes the test fail, `'off'` does nothing.
 */
export type LeaksMode = 'warn' | 'error' | 'off'

/** All values of `LeaksMode`. */
export const LEAKS_MODES: readonly LeaksMode[] = ['warn', 'error', 'off']

/** Something that was left open, and the call that opened it. */
interface Leak {
  readonly text: string
  readonly origin: Origin | undefined
}

/** What may be left of a test. */
export interface LeftByTest {
  /** The queues of the test. */
  readonly queues: readonly string[]
  readonly unawaited: readonly UnawaitedCall[]
  /** The number of the last event before the daemon came up for the end of the test. Undefined if it was not down. */
  readonly upSince: number | undefined
  /** The names of consumers that end with the test, and complete or retry all that they can. */
  readonly workers: ReadonlySet<string>
  /** Returns the refused calls of the test. */
  readonly refused: () => readonly RefusalStory[]
}

/** The most leaks that are listed. */
const MOST_TOLD = 5

/** Returns an error that lists what a test left open, with the stack of the first call. Undefined if there is nothing. */
export function leaksError(daemon: Daemon, title: string, left: LeftByTest): QueratorError | undefined {
  const leaks = leaksOf(daemon, left)
  if (leaks.length === 0) return undefined
  const more = leaks.length - MOST_TOLD
  const error = usageError(
    [
      visible(`'${title}' finished, but left open:`),
      ...leaks.slice(0, MOST_TOLD).map(line),
      ...(more > 0 ? [`  and ${more} more`] : []),
      // A complete that was refused leaves its item leased.
      ...left
        .refused()
        .slice(0, MOST_TOLD)
        .map((refusal) => visible(`  ! ${refusalText(refusal)}`)),
      "complete or retry what a test leases, and await what it starts; leaks('off') allows it in a test",
    ].join('\n'),
  )
  // The stack points at the lease call, not at this check.
  const frames = leaks.map(({ origin }) => userFrames(origin)).find((found) => found.length > 0) ?? []
  return thrownFrom(error, { stack: frames.join('\n') })
}

function leaksOf(daemon: Daemon, { queues, unawaited, upSince, workers }: LeftByTest): Leak[] {
  const forgotten = new Map(unawaited.map((call) => [call.origin as object, call]))
  const and = (origin: Leak['origin']) => {
    const nobody = origin !== undefined && forgotten.delete(origin)
    return nobody ? ', by a call that nobody awaited' : ''
  }
  const open = queues
    .filter((name) => (daemon.inspector.totals(name)?.leased ?? 0) > 0 || daemon.inspector.waits(name))
    .flatMap((name) => {
      const { items, waiting } = daemon.inspector.queueState(name)
      const isLeft = (item: ItemView) => {
        const number = numberOfLease(daemon, name, item)
        if (upSince !== undefined && number > upSince) return false
        // A worker lets go of what it held in a crash.
        return !workers.has(item.consumer?.clientId ?? '') || number >= daemon.record.landmarks.lastEnd
      }
      const leased = items.filter((item) => item.state === 'leased' && isLeft(item))
      return [
        ...leased.map(({ reference, id, consumer }) => {
          const origin = consumer?.cause.origin
          return {
            text: `${reference || `item ${id}`} of '${name}', leased by ${consumer?.clientId}${and(origin)}`,
            origin,
          }
        }),
        // A crash ends those that wait.
        ...(upSince === undefined ? waiting : []).map(({ consumer: { clientId, cause } }) => {
          return { text: `a lease of ${clientId} that waits in '${name}'${and(cause.origin)}`, origin: cause.origin }
        }),
      ]
    })
  const calls = [...forgotten.values()].map(({ call, queueName, origin }) => {
    const what = queueName === '' ? call : `${call} of '${queueName}'`
    return { text: `${what}, which nobody awaited`, origin }
  })
  return [...open, ...calls]
}

/** Returns the number of the event with which an item was leased. 0 if it is not kept. */
function numberOfLease({ inspector, record }: Daemon, queue: string, { partition, id }: ItemView): number {
  const place = { queueId: inspector.queueId(queue) ?? 0, partition }
  const sequence = inspector.sequenceOf(queue, partition, id)
  return (sequence === undefined ? undefined : record.sinceLease(place, sequence)[0]?.number) ?? 0
}

function line({ text, origin }: Leak): string {
  return visible(`  ${text}${siteText(placesOf(origin))}`)
}
