/** Items and waiting leases as lanes: a bar for each lease, a mark for each event, and all of it as a table on request. */
import { siteText } from '../../../../client/call-site.js'
import type { QueueEvent } from '../../../event-log.js'
import { lengthOf } from '../../explain.js'
import { eventText } from '../../timeline.js'
import type { ItemStory, LeaseStory, QueueStory } from '../test-story.js'
import { escaped } from './markup.js'
import type { TimeAxis } from './time-axis.js'

/** What stands in the circle of an event; of a lease there is the bar. */
const SIGNS: Partial<Record<QueueEvent['kind'], string>> = {
  produced: '+',
  imported: '+',
  scheduled: '◷',
  'item-due': '◶',
  completed: '✓',
  retried: '↺',
  'lease-expired': '!',
  'item-expired': '×',
  'attempts-exhausted': '×',
  'dead-lettered': '†',
  deleted: '−',
  cleared: '−',
}

/** Kinds that are drawn as faults. */
const FAULTS: readonly QueueEvent['kind'][] = ['lease-expired', 'item-expired', 'attempts-exhausted', 'dead-lettered']

/** What a lane is drawn with. */
export interface Drawing {
  readonly axis: TimeAxis
  readonly begin: number
}

/** The lane of an item. */
export function itemLane({ name, events }: ItemStory, queue: QueueStory, { axis, begin }: Drawing): string {
  const places = axis.places(events.map(({ time }) => time.getTime()))
  const bars = events.flatMap((event, at) => (event.kind === 'leased' ? [leaseBar(events, at, places, axis)] : []))
  const marks = events.flatMap((event, at) => {
    const sign = SIGNS[event.kind]
    const fault = FAULTS.includes(event.kind) ? ' fault' : ''
    const title = escaped(eventText(event))
    return sign === undefined
      ? []
      : [`<i class="mark${fault}" style="left:${places[at]}px" title="${title}">${sign}</i>`]
  })
  const rows = events.map(
    (event) =>
      `<tr><td>+${lengthOf(event.time.getTime() - begin)}</td><td>${escaped(whatHappened(event))}</td><td>${escaped(event.clientId ?? '')}</td>` +
      `<td>${escaped(event.call)}</td><td>${escaped(siteText(event.callPath).replace(/^ \(|\)$/g, ''))}</td><td>${escaped(event.queue)}</td></tr>`,
  )
  return lane({ name, queue: queue.name, kind: 'item', track: [...bars, ...marks].join(''), width: axis.width }, [
    '<table><thead><tr><th>time</th><th>event</th><th>client</th><th>call</th><th>place</th><th>queue</th></tr></thead><tbody>',
    ...rows,
    '</tbody></table>',
  ])
}

function whatHappened({ kind, deadQueue }: QueueEvent): string {
  return deadQueue === undefined ? kind : `${kind} to ${deadQueue}`
}

/** The lane of a lease that waited. */
export function waitingLane(lease: LeaseStory, queue: QueueStory, { axis, begin }: Drawing): string {
  const { clientId, since, ended, outcome, callPath } = lease
  const [from = 0] = axis.places([since])
  const to = ended === undefined ? axis.endX : (axis.places([ended])[0] ?? 0)
  const how = outcome === undefined ? 'still waits' : outcome.replace('lease-', '')
  const width = Math.max(to - from, 4)
  const open = ended === undefined ? ' fault' : ''
  const track = `<b class="wait${open}" style="left:${from}px;width:${width}px" title="${escaped(`${clientId} ${how}`)}">${escaped(how)}</b>`
  const until = ended === undefined ? '' : `, until +${lengthOf(ended - begin)}`
  return lane({ name: clientId, queue: queue.name, kind: 'lease', track, width: axis.width }, [
    `<p>waits since +${lengthOf(since - begin)}${until}: ${escaped(how)}${escaped(siteText(callPath))}</p>`,
  ])
}

function leaseBar(events: readonly QueueEvent[], at: number, places: readonly number[], axis: TimeAxis): string {
  const { clientId = '' } = events[at] as QueueEvent
  const end = events.findIndex((event, place) => place > at && SIGNS[event.kind] !== undefined)
  const from = places[at] as number
  const to = end < 0 ? axis.endX : (places[end] as number)
  const kind = end < 0 ? ' open' : FAULTS.includes((events[end] as QueueEvent).kind) ? ' fault' : ''
  const title = escaped(eventText(events[at] as QueueEvent))
  return `<b class="bar${kind}" style="left:${from}px;width:${Math.max(to - from, 4)}px" title="${title}">${escaped(clientId)}</b>`
}

interface Lane {
  readonly name: string
  readonly queue: string
  readonly kind: 'item' | 'lease'
  readonly track: string
  readonly width: number
}

function lane({ name, queue, kind, track, width }: Lane, details: readonly string[]): string {
  const what = kind === 'lease' ? '<small>waits</small> ' : ''
  return [
    `<details class="lane" data-queue="${escaped(queue)}" data-name="${escaped(name)}">`,
    `<summary><span class="name">${what}${escaped(name)}</span><span class="track" style="width:${width}px">${track}</span></summary>`,
    ...details,
    '</details>',
  ].join('\n')
}
