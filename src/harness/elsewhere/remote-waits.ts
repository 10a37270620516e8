/** Waits for an event of a queue on a server elsewhere. */
import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { passedNow, wakeAfter } from '../../clock/real-time.js'
import type { QueueEvent } from '../../diagnosis/event-log.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import type { ControlClient } from '../backing/control-client.js'
import { checkPattern, ignoredBy, nearest, nth, PATTERN_FIELDS, wanted } from '../waiting/awaited-event.js'
import type { AwaitedEvent } from '../waiting/waiting.js'
import type { RemoteEvents } from './remote-events.js'

/** How often the server is asked, in milliseconds. */
const ASK_EVERY = 50
/** The shortest time to wait for a reply, in milliseconds. The limit may be over earlier. */
const SHORTEST_REPLY = 500

/** What a wait works on. */
export interface RemotePlace {
  readonly control: ControlClient
  readonly events: RemoteEvents
  readonly queue: string
  /** How long to wait, in milliseconds. */
  readonly patience: number
}

/** See `queue.waitFor`. */
export async function waitForRemote(place: RemotePlace, awaited: AwaitedEvent): Promise<QueueEvent> {
  const origin = originOf(waitForRemote)
  checkOptions('waitFor', awaited, [...PATTERN_FIELDS, 'within'])
  checkPattern('waitFor', awaited)
  const { control, queue, events } = place
  const limit = awaited.within === undefined ? place.patience : givenMilliseconds('within', awaited.within)
  const ends = passedNow() + limit
  const longest = () => Math.max(ends - passedNow(), SHORTEST_REPLY)
  const known = await events.readWithin({ queue }, longest)
  const ignored = ignoredBy(awaited, known.at(-1)?.number ?? 0)
  for (;;) {
    const found = nth(await events.readWithin({ queue, since: ignored }, longest), awaited)
    if (found !== undefined) return found
    const left = ends - passedNow()
    if (left <= 0) break
    await new Promise<void>((resolve) => {
      wakeAfter(Math.min(ASK_EVERY, left), resolve, true)
    })
  }
  const lines = nearest(await events.readWithin({ queue }, longest), awaited)
  const { text } = await control.get<{ text: string }>('/test/explain', { queue }, longest())
  const first = visible(`timed out after ${lengthOf(limit)} waiting for ${wanted(awaited)}`)
  throw atCallSite(thrownFrom(usageError([first, ...lines, text].join('\n')), origin))
}
