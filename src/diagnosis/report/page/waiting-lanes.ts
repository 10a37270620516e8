/** Lanes of clients whose leases waited: a bar for each of these leases, and a table of all when opened. */
import { placesText } from '../../../client/call-site.js'
import { lengthOf } from '../../lengths.js'
import type { LeaseStory } from '../test-story.js'
import type { Drawing } from './axis-line.js'
import type { WaitingClient } from './drawn-lanes.js'
import { fitting } from './labels.js'
import { laneMarkup } from './lanes.js'
import { escaped } from './markup.js'

/** Returns when each lease began and stopped waiting, in the order of the leases. */
export function timesOfClient({ leases }: WaitingClient): number[] {
  return leases.flatMap(({ since, ended }) => (ended === undefined ? [since] : [since, ended]))
}

/** Returns the lane of a client. A client waits with one lease at a time, so its bars do not overlap. */
export function waitingLane(client: WaitingClient, { axis, begin }: Drawing): string {
  const places = axis.places(timesOfClient(client))
  let at = 0
  const bars = client.leases.map((lease) => {
    const from = places[at++] as number
    const to = lease.ended === undefined ? axis.endX : (places[at++] as number)
    return waitBar(lease, from, Math.max(to - from, 4))
  })
  const rows = client.leases.map(({ since, ended, outcome, callPath }) => {
    const until = ended === undefined ? '' : `+${lengthOf(ended - begin)}`
    const cells = [`+${lengthOf(since - begin)}`, until, outcomeText(outcome), placesText(callPath)]
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`
  })
  const head = ['waits since', 'until', 'outcome', 'place'].map((name) => `<th>${name}</th>`)
  return laneMarkup({
    name: client.clientId,
    prefix: '<small>waits</small> ',
    track: bars.join(''),
    details: [`<table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`],
  })
}

function waitBar({ clientId, ended, outcome }: LeaseStory, from: number, width: number): string {
  const open = ended === undefined ? ' fault' : ''
  const how = outcomeText(outcome)
  const label = fitting([how, how.replace('still ', '')], width)
  return `<b class="wait${open}" style="left:${from}px;width:${width}px" title="${escaped(`${clientId} ${how}`)}">${label}</b>`
}

function outcomeText(outcome: LeaseStory['outcome']): string {
  return outcome === undefined ? 'still waits' : outcome.replace('lease-', '').replaceAll('-', ' ')
}
