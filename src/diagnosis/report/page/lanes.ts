/** Lanes of items: a bar for each lease, a mark for each other event, and a table and the payload when opened. */
import { placesText } from '../../../client/call-site.js'
import type { QueueEvent } from '../../event-log.js'
import { lengthOf } from '../../lengths.js'
import { eventText } from '../../timeline.js'
import type { ItemStory } from '../item-story.js'
import type { Drawing } from './axis-line.js'
import { leaseLabel } from './labels.js'
import { escaped, foldedText } from './markup.js'
import type { TimeAxis } from './time-axis.js'

/** The sign of each kind of event. `leased` has a bar instead. */
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
  refused: '⊘',
}

/** Kinds that are drawn as faults. */
const FAULTS: readonly QueueEvent['kind'][] = [
  'lease-expired',
  'item-expired',
  'attempts-exhausted',
  'dead-lettered',
  'refused',
]

/** The number of lanes in a group. */
const GROUP = 50

/** A lane. All but the name is HTML. */
export interface Lane {
  readonly name: string
  /** Goes before the name. */
  readonly prefix?: string
  readonly track: string
  readonly details: readonly string[]
}

/** Returns the line of a lane. A click opens its details. */
export function laneMarkup({ name, prefix = '', track, details }: Lane): string {
  return [
    `<details class="lane" data-name="${escaped(name)}">`,
    `<summary><span class="name" title="${escaped(name)}">${prefix}${escaped(name)}</span><span class="track">${track}</span></summary>`,
    `<div class="more">${details.join('\n')}</div>`,
    '</details>',
  ].join('\n')
}

/** Groups lanes. A browser neither styles nor lays out a group that is out of sight. */
export function lanesInGroups(lanes: readonly string[]): string[] {
  const groups: string[] = []
  for (let at = 0; at < lanes.length; at += GROUP) {
    const group = lanes.slice(at, at + GROUP)
    groups.push(`<div class="group" style="--lanes:${group.length}">`, ...group, '</div>')
  }
  return groups
}

/** Returns the times of the events of an item. */
export function timesOfItem({ events }: ItemStory): number[] {
  return events.map(({ time }) => time.getTime())
}

/** Returns the lane of an item. */
export function itemLane(item: ItemStory, { axis, begin }: Drawing): string {
  const { name, events } = item
  const places = axis.places(timesOfItem(item))
  const bars = events.flatMap((event, at) => (event.kind === 'leased' ? [leaseBar(events, at, places, axis)] : []))
  const marks = events.map((event, at) => mark(event, places[at] as number))
  const track = [...bars, ...marks].join('')
  return laneMarkup({ name, track, details: [eventTable(events, begin), payloadOf(item)] })
}

function mark(event: QueueEvent, x: number): string {
  const sign = SIGNS[event.kind]
  if (sign === undefined) return ''
  const fault = FAULTS.includes(event.kind) ? ' fault' : ''
  return `<i class="mark${fault}" style="left:${x}px" title="${escaped(eventText(event))}">${sign}</i>`
}

function leaseBar(events: readonly QueueEvent[], at: number, places: readonly number[], axis: TimeAxis): string {
  const event = events[at] as QueueEvent
  let end = at + 1
  // A refused call does not end the lease.
  while (end < events.length && !endsLease((events[end] as QueueEvent).kind)) end++
  const ending = events[end]
  const from = places[at] as number
  // Tests may have moved the clock back.
  const width = Math.max((places[end] ?? axis.endX) - from, 4)
  const kind = ending === undefined ? ' open' : FAULTS.includes(ending.kind) ? ' fault' : ''
  const label = leaseLabel(event.attempts, event.clientId ?? '', width)
  return `<b class="bar${kind}" style="left:${from}px;width:${width}px" title="${escaped(eventText(event))}">${escaped(label)}</b>`
}

function endsLease(kind: QueueEvent['kind']): boolean {
  return SIGNS[kind] !== undefined && kind !== 'refused'
}

function eventTable(events: readonly QueueEvent[], begin: number): string {
  const rows = events.map((event) => {
    const { time, clientId = '', call, callPath, queue } = event
    const cells = [
      `+${lengthOf(time.getTime() - begin)}`,
      whatHappened(event),
      clientId,
      call,
      placesText(callPath),
      queue,
    ]
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`
  })
  const head = ['time', 'event', 'client', 'call', 'place', 'queue'].map((name) => `<th>${name}</th>`)
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`
}

function whatHappened({ kind, deadQueue }: QueueEvent): string {
  return deadQueue === undefined ? kind : `${kind} to ${deadQueue}`
}

function payloadOf({ payload }: ItemStory): string {
  if (payload === undefined) return ''
  const { text, cut } = payload
  if (text === '' && !cut) return '<p>The payload is empty.</p>'
  const head = cut ? 'payload <small>(cut: this is only the beginning)</small>' : 'payload'
  return `<p>${head}</p>${foldedText(cut ? `${text}…` : text, 'payload')}`
}
