/** The story of a test as lines for a terminal: unusual items first, each of the others in one line. */
import { stripVTControlCharacters } from 'node:util'
import { siteText } from '../../client/call-site.js'
import { visible } from '../../visible.js'
import { handlerText, producedNames, together } from '../cascade.js'
import { lengthOf } from '../lengths.js'
import { isBesideItems, type QueueEvent } from '../queue-event.js'
import { adviceOn, type RefusalStory, refusalText } from '../refusals.js'
import { cutInTheMiddle, eventText, timed } from '../timeline.js'
import { awayText } from '../times-away.js'
import type { EarlierReports } from './earlier-reports.js'
import type { ItemStory } from './item-story.js'
import { momentsOf, momentText } from './moments.js'
import { standing } from './standing.js'
import type { LeaseStory, QueueStory, TestStory } from './test-story.js'
import { idsNamedIn, wentAsUsual } from './usual.js'

/** The most lines of a report, events of an item, refused calls, lines about leases that timed out, and crashes and restarts. */
const MOST_LINES = 40
const MOST_EVENTS = 8
const MOST_REFUSALS = 5
const MOST_TIMED_OUT = 5
const MOST_AWAY = 3

/** How lines begin that say what is wrong. */
const MARK = /^ *! /

/** What to say where lines are left out. */
const REST = 'QUERATOR_REPORT=<folder> writes all of it as a page'

/** The most lines if the report of another test of the file said the same. */
const LINES_OF_SAME = 8

/**
 * Returns the report of a test that failed. Undefined if nothing happened. `messages` are those of its errors. Timelines
 * in them are not repeated.
 */
export function reportText(story: TestStory, messages: readonly string[], earlier: EarlierReports): string | undefined {
  const lines = linesOf(story, messages)
  if (lines.length === 0) return undefined
  const lost = story.lost === 0 ? [] : [`(${story.lost} earlier events are not kept; the option events keeps more)`]
  const head = `what happened in the queues of '${story.title}', with the time since the first of it:`
  const names = story.queues.flatMap(({ name, items }) => [name, ...items.map((item) => item.name)])
  const same = earlier.same(story.title, lines, [story.title, ...names])
  const room = (same === undefined ? MOST_LINES : LINES_OF_SAME) - 1 - lost.length - Number(story.before !== '')
  const rest = same === undefined ? REST : `the same happened in '${same}', reported above`
  const shown =
    lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines; ${rest}`]
  const before = story.before === '' ? [] : [`(${story.before})`]
  return [head, ...lost, ...shown, ...before].map(visible).join('\n')
}

/** Returns the first strange thing in the queues of a test that failed, in one line. Empty if all went as usual. */
export function firstStrange(story: TestStory, messages: readonly string[]): string {
  const marked = linesOf(story, messages).find((line) => MARK.test(line))
  if (marked !== undefined) return marked.replace(MARK, '')
  const item = story.queues.flatMap(({ items }) => items).find((one) => !wentAsUsual(one) && one.events.length > 1)
  const last = item?.events.at(-1)
  return item === undefined || last === undefined ? '' : `${item.name}: ${eventText(last)}`
}

function linesOf(story: TestStory, messages: readonly string[]): string[] {
  const known = (item: ItemStory) => messages.some((text) => text.includes(visible(`timeline of ${item.name}:`)))
  const isKnown = (text: string) => messages.some((message) => message.includes(stripVTControlCharacters(text)))
  const ofQueues = story.queues.flatMap((queue) => queueLines(queue, story, known))
  return [
    ...refusalLines(story.refusals.filter((refusal) => !isFailure(refusal, messages))),
    ...[...story.notices.filter((text) => !isKnown(text)), ...idsExplained(story, messages)].map((text) => `! ${text}`),
    ...awayLines(story, ofQueues),
    ...ofQueues,
    ...story.hints.map((hint) => `hint: ${hint}`),
  ]
}

/** Whether an error of the test already shows this refusal and the advice on it. */
function isFailure(refusal: RefusalStory, messages: readonly string[]): boolean {
  // `messages` have no escape sequences any more.
  const isShown = messages.some((text) => text.includes(stripVTControlCharacters(refusal.message)))
  const advice = adviceOn(refusal)
  return isShown && (advice === '' || messages.some((text) => text.includes(advice)))
}

function refusalLines(refusals: readonly RefusalStory[]): string[] {
  const lines = refusals.slice(0, MOST_REFUSALS).map((refusal) => `! ${refusalText(refusal)}`)
  const left = refusals.length - lines.length
  return left > 0 ? [...lines, `! ${left} other calls were refused; ${REST}`] : lines
}

/** One line for each time at which the daemon was away, unless the timeline of an item shows it. */
function awayLines({ timesAway, begin }: TestStory, others: readonly string[]): string[] {
  const when = ({ time }: QueueEvent) => `+${lengthOf(time.getTime() - begin)} `
  const untold = timesAway.filter(({ down }) => !others.some((line) => line.includes(eventText(down))))
  const lines = untold.slice(0, MOST_AWAY).map((away) => awayText(away, when))
  const left = untold.length - lines.length
  return left > 0 ? [...lines, `… ${left} more crashes and restarts; ${REST}`] : lines
}

function queueLines(queue: QueueStory, { begin }: TestStory, known: (item: ItemStory) => boolean): string[] {
  const others = queue.items.filter((item) => !known(item))
  const short = (item: ItemStory) => wentAsUsual(item) || item.events.length === 1
  const strange = others.filter((item) => !short(item)).sort((a, b) => Number(isCompleted(a)) - Number(isCompleted(b)))
  const body = [
    ...queue.leases.filter(({ ended }) => ended === undefined).map((lease) => waitingLine(lease, begin)),
    ...[...queue.advice, ...queue.faults].map((fault) => `  ! ${fault}`),
    ...strange.flatMap((item) => [`  ${item.name}`, ...itemLines(item, begin)]),
    ...others.filter(short).map((item) => `  ${item.name}: ${shortLine(item, begin)}`),
    ...(queue.lost === undefined ? [] : [`  +${lengthOf(queue.lost.time.getTime() - begin)} ${eventText(queue.lost)}`]),
    ...timedOutLines(queue.leases),
  ]
  return body.length === 0 ? [] : [`'${queue.name}', ${standing(queue)}`, ...body]
}

function waitingLine({ clientId, since, callPath }: LeaseStory, begin: number): string {
  return `  ! ${clientId} still waits for an item, since +${lengthOf(since - begin)}${siteText(callPath)}`
}

/** One line for all leases of a client in the same place, because a worker polls. */
function timedOutLines(leases: readonly LeaseStory[]): string[] {
  const times = new Map<string, number>()
  for (const { clientId, since, ended, outcome, callPath } of leases) {
    if (outcome !== 'lease-timed-out') continue
    const text = `${clientId} got no item within ${lengthOf((ended ?? since) - since)}${siteText(callPath)}`
    times.set(text, (times.get(text) ?? 0) + 1)
  }
  const lines = [...times].map(([text, count]) => `  ${text}${count === 1 ? '' : `, ${count} times`}`)
  const left = lines.slice(MOST_TIMED_OUT)
  return left.length === 0 ? lines : [...lines.slice(0, MOST_TIMED_OUT), `  … ${left.length} more such leases; ${REST}`]
}

/** The events of an item, and what its handlers produced. */
function itemLines(item: ItemStory, begin: number): string[] {
  const moments = momentsOf(item)
  const times = timed(
    moments.map(({ time, event }) => ({ time, kind: event?.kind })),
    begin,
  )
  const width = Math.max(...times.map(({ when }) => when.length))
  const lines = moments.map((moment, at) => {
    const { when, due } = times[at] as (typeof times)[number]
    return `    ${when.padEnd(width)}  ${momentText(moment)}${due}`
  })
  return cutInTheMiddle(lines, MOST_EVENTS)
}

/** Explains ids in error messages that are out of date: which items had them, and until when. */
function idsExplained({ queues, begin }: TestStory, messages: readonly string[]): string[] {
  return [...idsNamedIn(messages)].flatMap((id) => {
    const item = queues.flatMap(({ items }) => items).find(({ events }) => events.some((event) => event.id === id))
    if (item === undefined) return []
    const own = item.events.filter((event) => !isBesideItems(event))
    const last = own.findLastIndex((event) => event.id === id)
    const end = own[last + 1]
    // The item still has this id.
    if (end === undefined && own[last]?.kind === 'leased') return []
    if (end === undefined && own[last] === undefined) return []
    const ending = end ?? (own[last] as QueueEvent)
    return [
      `'${id}' was the id of ${item.name} until +${lengthOf(ending.time.getTime() - begin)}: ${eventText(ending)}`,
    ]
  })
}

function isCompleted({ events }: ItemStory): boolean {
  return events.at(-1)?.kind === 'completed'
}

function shortLine({ events, produced = [] }: ItemStory, begin: number): string {
  const [only] = events
  if (only !== undefined && events.length === 1) return `+${lengthOf(only.time.getTime() - begin)} ${eventText(only)}`
  const own = events.map((event) => shortEvent(event, begin)).join(', ')
  const groups = together(produced, events)
  return [own, ...groups.map((group) => `${producedNames(group)} +${lengthOf(group.time.getTime() - begin)}`)].join(
    '; ',
  )
}

function shortEvent(event: QueueEvent, begin: number): string {
  const { kind, clientId, time } = event
  return `${kind}${kind === 'leased' ? ` by ${clientId}` : handlerText(event)} +${lengthOf(time.getTime() - begin)}`
}
