/** The stories of the tests of a file that failed, as one page that needs nothing else: no network, no server. */
import { lengthOf } from '../../explain.js'
import { standing } from '../standing.js'
import { type QueueStory, somethingHappened, type TestStory } from '../test-story.js'
import { type Drawing, itemLane, waitingLane } from './lanes.js'
import { escaped } from './markup.js'
import { PAGE_SCRIPT } from './page-script.js'
import { PAGE_STYLE } from './page-style.js'
import { TimeAxis } from './time-axis.js'

/** A test that failed. */
export interface FailedTest {
  readonly story: TestStory
  /** What it failed with. */
  readonly errors: readonly string[]
}

/** A queue has so many lanes; a page must open at once. */
const MOST_LANES = 1000
/** Labels of moments keep this distance, in pixels. */
const LABEL = 64

/** The page. `file`: the path of the test file. */
export function reportPage(file: string, tests: readonly FailedTest[]): string {
  const queues = [
    ...new Set(tests.flatMap(({ story }) => story.queues.filter(somethingHappened).map(({ name }) => name))),
  ]
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(file)}: what happened in its queues</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${escaped(file)}</h1>`,
    `<p>${tests.length} failed ${tests.length === 1 ? 'test' : 'tests'}. Times count from the first event of each, by the daemon's clock.</p>`,
    filters(queues),
    '</header>',
    `<main>${tests.map(section).join('\n')}</main>`,
    `<script>${PAGE_SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
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
    '<p class="legend"><b class="bar">client</b> leased <b class="bar fault">client</b> ran out <b class="bar open">client</b> still leased ',
    '<i class="mark">+</i> produced <i class="mark">✓</i> completed <i class="mark">↺</i> retried <i class="mark">◷</i> scheduled <i class="mark">◶</i> due ',
    '<i class="mark fault">!</i> lease ran out <i class="mark fault">†</i> dead letter <i class="mark fault">×</i> expired, exhausted</p>',
  ].join('\n')
}

function section({ story, errors }: FailedTest): string {
  const lanes = story.queues.flatMap(({ items, leases }) => [
    ...items.map(({ events }) => events.map(({ time }) => time.getTime())),
    ...leases.map(({ since, ended }) => (ended === undefined ? [since] : [since, ended])),
  ])
  const axis = new TimeAxis(lanes, story.end)
  const drawing = { axis, begin: story.begin }
  const lost = story.lost === 0 ? '' : `<p>${story.lost} earlier events are not kept; the option events keeps more.</p>`
  return [
    '<section>',
    `<h2>${escaped(story.title)}</h2>`,
    ...errors.map((error) => `<pre>${escaped(error)}</pre>`),
    lost,
    '<div class="lanes">',
    axisLine(drawing),
    ...story.queues.filter(somethingHappened).map((queue) => queueLanes(queue, drawing)),
    '</div>',
    '</section>',
  ].join('\n')
}

/** The moments that have room for a label, the last of them with the time at which the test ended. */
function axisLine({ axis, begin }: Drawing): string {
  let free = 0
  const labels = axis.moments.flatMap(([time, x]) => {
    if (x < free && x !== axis.endX) return []
    free = x + LABEL
    return [`<span style="left:${x}px">+${lengthOf(time - begin)}</span>`]
  })
  return `<div class="axis"><span class="name"></span><span class="track" style="width:${axis.width}px">${labels.join('')}</span></div>`
}

function queueLanes(queue: QueueStory, drawing: Drawing): string {
  const { name, leases, items, advice, faults } = queue
  const lanes = [
    ...leases.map((lease) => waitingLane(lease, queue, drawing)),
    ...items.map((item) => itemLane(item, queue, drawing)),
  ]
  const more = lanes.length - MOST_LANES
  return [
    `<div class="queue" data-queue="${escaped(name)}">`,
    `<h3>${escaped(name)} <small>${escaped(standing(queue))}</small></h3>`,
    ...[...advice, ...faults].map((fault) => `<p class="said">${escaped(fault)}</p>`),
    ...lanes.slice(0, MOST_LANES),
    ...(more > 0 ? [`<p>${more} more lanes are not shown.</p>`] : []),
    '</div>',
  ].join('\n')
}
