/** The stories of the tests of a file as one HTML page. It needs no network and no server. */
import { refusalText } from '../../refusals.js'
import { awayText } from '../../times-away.js'
import { standing } from '../standing.js'
import { type QueueStory, somethingHappened, type TestStory } from '../test-story.js'
import { axisLine, type Drawing, drawnWidth } from './axis-line.js'
import { CascadeLinks } from './cascade-links.js'
import { type DrawnLanes, drawnLanes } from './drawn-lanes.js'
import { itemLane, lanesInGroups, timesOfItem } from './lanes.js'
import { escaped, foldedText, grouped } from './markup.js'
import { pagePolicy } from './page-policy.js'
import { PAGE_SCRIPT } from './page-script.js'
import { PAGE_STYLE } from './page-style.js'
import { TimeAxis } from './time-axis.js'
import { timesOfClient, waitingLane } from './waiting-lanes.js'

/** A test on the page. */
export interface ReportedTest {
  readonly story: TestStory
  /** The messages of its errors. Empty if it passed. */
  readonly errors: readonly string[]
}

/** The section of each test, because the page is rewritten after each test and earlier sections do not change. */
const sections = new WeakMap<ReportedTest, string>()

/** Returns the page, failed tests first. `file` is the path of the test file. */
export function reportPage(file: string, tests: readonly ReportedTest[]): string {
  const queues = new Set(tests.flatMap(({ story }) => story.queues.filter(somethingHappened).map(({ name }) => name)))
  const inOrder = [...tests.filter(failed), ...tests.filter((test) => !failed(test))]
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${pagePolicy()}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(file)}: what happened in its queues</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${escaped(file)}</h1>`,
    `<p>${countsOf(tests)}. Times count from the first event of each test, by the daemon's clock.</p>`,
    filters([...queues]),
    '</header>',
    `<main>${inOrder.map((test) => keptSection(test, tests.indexOf(test))).join('\n')}</main>`,
    `<script>${PAGE_SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

function failed({ errors }: ReportedTest): boolean {
  return errors.length > 0
}

function countsOf(tests: readonly ReportedTest[]): string {
  const red = tests.filter(failed).length
  const noun = tests.length === 1 ? 'test' : 'tests'
  if (red === tests.length) return `${red} failed ${noun}`
  return `${tests.length} ${noun}, ${red === 0 ? 'none' : red} failed`
}

function filters(queues: readonly string[]): string {
  const options = queues.map((name) => `<option>${escaped(name)}</option>`).join('')
  return [
    '<form>',
    `<label>queue <select name="queue"><option value="">all</option>${options}</select></label>`,
    '<label>reference <input name="reference" type="search" placeholder="order-1" autocomplete="off"></label>',
    '<output></output>',
    '<small>↑ ↓ between lanes, Enter opens one, / to the filter</small>',
    '</form>',
    '<p class="legend"><b class="bar">#1 client</b> leased <b class="bar fault">#1 client</b> ran out <b class="bar open">#1 client</b> still leased ',
    '<b class="wait">served</b> lease that waited <b class="wait fault">still waits</b> got nothing ',
    '<i class="mark">+</i> produced <i class="mark">✓</i> completed <i class="mark">↺</i> retried <i class="mark">◷</i> scheduled <i class="mark">◶</i> due <i class="mark">−</i> deleted ',
    '<i class="mark">↳</i> produced by a handler <i class="mark">→</i> its handler produces ',
    '<i class="mark fault">!</i> lease ran out <i class="mark fault">†</i> dead letter <i class="mark fault">×</i> expired, exhausted <i class="mark fault">⊘</i> call refused</p>',
  ].join('\n')
}

/** `place` is that among the tests of the page. Later tests come after it. */
function keptSection(test: ReportedTest, place: number): string {
  const known = sections.get(test)
  if (known !== undefined) return known
  const made = section(test, place)
  sections.set(test, made)
  return made
}

function section(test: ReportedTest, place: number): string {
  const { story, errors } = test
  const queues = story.queues.filter(somethingHappened).map((queue) => ({ queue, lanes: drawnLanes(queue, errors) }))
  const times = queues.flatMap(({ lanes }) => [...lanes.items.map(timesOfItem), ...lanes.clients.map(timesOfClient)])
  const links = new CascadeLinks(
    place,
    queues.flatMap(({ lanes }) => lanes.items),
  )
  const drawing = { axis: new TimeAxis(times, story.end), begin: story.begin }
  const verdict = failed(test) ? 'failed' : 'passed'
  const lost = story.lost === 0 ? '' : `<p>${story.lost} earlier events are not kept; the option events keeps more.</p>`
  return [
    `<section class="${verdict}">`,
    `<div class="test"><h2>${escaped(story.title)}</h2> <small class="verdict">${verdict}</small></div>`,
    ...errors.map((error) => foldedText(error, 'error')),
    ...[...story.refusals.map((refusal) => refusalText(refusal)), ...story.notices].map(
      (told) => `<p class="said">${escaped(told)}</p>`,
    ),
    ...story.timesAway.map((away) => `<p class="note">${escaped(awayText(away))}</p>`),
    ...story.hints.map((hint) => `<p class="note">hint: ${escaped(hint)}</p>`),
    lost,
    story.before === '' ? '' : `<p class="note">${escaped(story.before)}</p>`,
    '<p class="note">The axis is not to scale: gaps are drawn by the logarithm of their length.</p>',
    `<div class="lanes" style="--track:${drawnWidth(drawing)}px">`,
    axisLine(drawing),
    ...queues.map(({ queue, lanes }) => queueLanes(queue, lanes, drawing, links)),
    '</div>',
    '</section>',
  ].join('\n')
}

function queueLanes(queue: QueueStory, lanes: DrawnLanes, drawing: Drawing, links: CascadeLinks): string {
  const { name, advice, faults } = queue
  return [
    `<div class="queue" data-queue="${escaped(name)}" data-left-out="${lanes.itemsLeftOut + lanes.clientsLeftOut}">`,
    `<h3>${escaped(name)} <small>${escaped(standing(queue))}</small></h3>`,
    ...[...advice, ...faults].map((fault) => `<p class="said">${escaped(fault)}</p>`),
    ...lanesInGroups(lanes.items.map((item) => itemLane(item, drawing, links))),
    leftOut(lanes.itemsLeftOut, 'item that went as usual is', 'items that went as usual are'),
    ...lanesInGroups(lanes.clients.map((client) => waitingLane(client, drawing))),
    leftOut(lanes.clientsLeftOut, 'client whose leases were served is', 'clients whose leases were served are'),
    '</div>',
  ].join('\n')
}

function leftOut(count: number, one: string, many: string): string {
  return count === 0 ? '' : `<p class="rest">${grouped(count)} more ${count === 1 ? one : many} not shown.</p>`
}
