/** Lanes of items: a bar for each lease, a mark for each other event, and a table and the payload when opened. */
import { placesText } from '../../../client/call-site.js'
import { handlerText } from '../../cascade.js'
import { lengthOf } from '../../lengths.js'
import { isOfCall, isOfDaemon, type QueueEvent } from '../../queue-event.js'
import { eventText } from '../../timeline.js'
import type { ItemStory } from '../item-story.js'
import { type Moment, momentsOf, momentText } from '../moments.js'
import type { Drawing } from './axis-line.js'
import type { CascadeLinks } from './cascade-links.js'
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
  'item-lost': '×',
  'daemon-crashed': '▼',
  'daemon-stopped': '▽',
  'daemon-restarted': '▲',
  refused: '⊘',
  fault: '↯',
}

/** The signs of an item that a handler produced, and of a handler that produces. */
const BY_HANDLER = '↳'
const PRODUCES = '→'

/** Kinds that are drawn as faults. */
const FAULTS: readonly QueueEvent['kind'][] = [
  'lease-expired',
  'item-expired',
  'attempts-exhausted',
  'dead-lettered',
  'item-lost',
  'daemon-crashed',
  'refused',
  'fault',
]

/** The number of lanes in a group. */
const GROUP = 50

/** A lane. All but the name is HTML. */
export interface Lane {
  readonly name: string
  /** An attribute with which the lane can be linked to. */
  readonly anchor?: string
  /** Goes before the name. */
  readonly prefix?: string
  readonly track: string
  readonly details: readonly string[]
}

/** Returns the line of a lane. A click opens its details. */
export function laneMarkup({ name, anchor = '', prefix = '', track, details }: Lane): string {
  return [
    `<details class="lane"${anchor} data-name="${escaped(name)}">`,
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

/** Returns the times of the marks of an item: of its events, and of what its handlers produced. */
export function timesOfItem(item: ItemStory): number[] {
  return momentsOf(item).map(({ time }) => time.getTime())
}

/** Returns the lane of an item. */
export function itemLane(item: ItemStory, { axis, begin }: Drawing, links: CascadeLinks): string {
  const moments = momentsOf(item)
  const places = axis.places(moments.map(({ time }) => time.getTime()))
  const bars = moments.map(({ event }, at) =>
    event?.kind === 'leased' ? leaseBar(event, moments, places, at, axis) : '',
  )
  const marks = moments.map((moment, at) => mark(moment, places[at] as number))
  const details = [...links.paragraphs(item), eventTable(item.events, begin), payloadOf(item)]
  return laneMarkup({ name: item.name, anchor: links.anchor(item), track: [...bars, ...marks].join(''), details })
}

function mark(moment: Moment, x: number): string {
  const { event } = moment
  const sign = event === undefined ? PRODUCES : signOf(event)
  if (sign === undefined) return ''
  const fault = event !== undefined && FAULTS.includes(event.kind) ? ' fault' : ''
  return `<i class="mark${fault}" style="left:${x}px" title="${escaped(momentText(moment))}">${sign}</i>`
}

function signOf({ kind, producedBy }: QueueEvent): string | undefined {
  return kind === 'produced' && producedBy !== undefined ? BY_HANDLER : SIGNS[kind]
}

function leaseBar(
  event: QueueEvent,
  moments: readonly Moment[],
  places: readonly number[],
  at: number,
  axis: TimeAxis,
) {
  const length = moments.slice(at + 1).findIndex(endsLease)
  const end = length < 0 ? moments.length : at + 1 + length
  const ending = moments[end]?.event
  const from = places[at] as number
  // Tests may have moved the clock back.
  const width = Math.max((places[end] ?? axis.endX) - from, 4)
  const kind = ending === undefined ? ' open' : FAULTS.includes(ending.kind) ? ' fault' : ''
  // What the handler produced is drawn on the bar, after the label.
  const free = moments[at + 1]?.group === undefined ? width : (places[at + 1] as number) - from
  const label = leaseLabel(event.attempts, event.clientId ?? '', free)
  return `<b class="bar${kind}" style="left:${from}px;width:${width}px" title="${escaped(eventText(event))}">${escaped(label)}</b>`
}

/** A refused call, a fault or a crash does not end a lease, nor does what the handler produces. */
function endsLease({ event }: Moment): boolean {
  return event !== undefined && SIGNS[event.kind] !== undefined && !isOfCall(event) && !isOfDaemon(event.kind)
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

function whatHappened(event: QueueEvent): string {
  const { kind, deadQueue, fault } = event
  if (fault !== undefined) return `fault ${fault}`
  return deadQueue === undefined ? `${kind}${handlerText(event)}` : `${kind} to ${deadQueue}`
}

function payloadOf({ payload }: ItemStory): string {
  if (payload === undefined) return ''
  const { text, cut } = payload
  if (text === '' && !cut) return '<p>The payload is empty.</p>'
  const head = cut ? 'payload <small>(cut: this is only the beginning)</small>' : 'payload'
  return `<p>${head}</p>${foldedText(cut ? `${text}…` : text, 'payload')}`
}
