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
  const began = passedNow()
  const known = await events.read({ queue })
  const ignored = ignoredBy(awaited, known.at(-1)?.number ?? 0)
  for (;;) {
    const found = nth(await events.read({ queue, since: ignored }), awaited)
    if (found !== undefined) return found
    const left = began + limit - passedNow()
    if (left <= 0) break
    await new Promise<void>((resolve) => {
      wakeAfter(Math.min(ASK_EVERY, left), resolve, true)
    })
  }
  const lines = nearest(await events.read({ queue }), awaited)
  const { text } = await control.get<{ text: string }>('/test/explain', { queue })
  const first = visible(`timed out after ${lengthOf(limit)} waiting for ${wanted(awaited)}`)
  throw atCallSite(thrownFrom(usageError([first, ...lines, text].join('\n')), origin))
}
