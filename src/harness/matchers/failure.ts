/** The message of a matcher: the claim, the queue as a table with the differences marked, and timelines of items. */
import { inspect } from 'node:util'
import { siteText } from '../../client/call-site.js'
import { lastAttemptFaults } from '../../diagnosis/report/order-faults.js'
import { sentAgain } from '../../diagnosis/sent-again.js'
import { eventText } from '../../diagnosis/timeline.js'
import { awayText } from '../../diagnosis/times-away.js'
import { visible } from '../../visible.js'
import { isAsymmetric } from './asymmetric.js'
import type { PartialScheduledItem } from './partial-item.js'
import { cellsOf, type SeenItem, timelines } from './seen-item.js'
import type { Subject } from './subject.js'

/** The result of a matcher, as `expect.extend()` takes it. */
export interface MatcherOutcome {
  /** Whether the claim holds. */
  readonly pass: boolean
  /** Returns the message of the failure. If the claim holds, the message is for `.not`. */
  readonly message: () => string
}

/** What a matcher found. */
export interface Finding {
  readonly pass: boolean
  /** The items whose timelines are shown. */
  readonly concerned: readonly SeenItem[]
  /** Returns what is wrong with an item. Empty if nothing is. */
  readonly wrong?: (item: SeenItem, at: number) => string
  /** Lines about missing items. */
  readonly missing?: readonly string[]
}

/** The most rows, and the most timelines. */
const MOST_ROWS = 20
const MOST_TIMELINES = 3

/** Returns the outcome for a claim about items. If the claim holds, the message is for `.not`. */
export function failureOf(
  subject: Subject,
  claim: string,
  seen: readonly SeenItem[],
  finding: Finding,
): MatcherOutcome {
  const { pass, concerned, wrong = () => '', missing = [] } = finding
  const message = () => {
    const faults = faultsOf(subject, seen, finding)
    const happened = timelines(concerned.slice(0, MOST_TIMELINES))
    const told = [...missing, ...faults, ...happened]
    return [
      `expected '${subject.name}'${subject.during} ${pass ? 'not ' : ''}${claim}`,
      '',
      ...table(seen, wrong),
      ...missing.map((line) => `✗ ${line}`),
      ...[...faults, ...(pass ? [] : livesOf(subject, told))].map((line) => `! ${line}`),
      ...(happened.length === 0 ? [] : ['', ...happened]),
    ]
      .map(visible)
      .join('\n')
  }
  return { pass, message }
}

/** Returns sentences about what often explains a failure: retries on the last attempt, and items that were sent again after a crash. */
function faultsOf(subject: Subject, seen: readonly SeenItem[], { concerned, pass }: Finding): string[] {
  const items = concerned.map((item, at) => ({ item: at, name: item.reference || item.id, events: item.history() }))
  const faults = lastAttemptFaults(items, subject.maxAttempts())
  if (pass) return faults
  const isTwice = (reference: string) => seen.filter((item) => item.reference === reference).length > 1
  const twice = concerned.map(({ reference }) => reference).filter(isTwice)
  const again = twice.length === 0 ? [] : sentAgain(twice, subject.history() ?? [])
  return [...faults, ...again.slice(0, MOST_TIMELINES), ...subject.hints()]
}

/** Says that the daemon was away, unless other lines tell it, and which consumers have not come back. */
function livesOf(subject: Subject, told: readonly string[]): string[] {
  const away = subject.lastAway()
  if (away === undefined) return [...subject.consumers()]
  const { down } = away
  const names = [eventText(down), `the ${down.call}${siteText(down.callPath)}`]
  const isTold = told.some((line) => names.some((name) => line.includes(name)))
  return [...(isTold ? [] : [awayText(away)]), ...subject.consumers()]
}

function table(seen: readonly SeenItem[], wrong: (item: SeenItem, at: number) => string): string[] {
  if (seen.length === 0) return ['  (no items)']
  const rows = [['', 'reference', 'state', 'attempts', 'payload', ''], ...seen.slice(0, MOST_ROWS).map(rowOf)]
  function rowOf(item: SeenItem, at: number): string[] {
    const fault = wrong(item, at)
    return [fault === '' ? ' ' : '✗', ...cellsOf(item), fault === '' ? '' : `← ${fault}`].map(visible)
  }
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length))) ?? []
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  )
  const left = seen.length - MOST_ROWS
  return left > 0 ? [...lines, `   … ${left} more`] : lines
}

/** Shows an expected item in one line. */
export function shownExpectation(expected: PartialScheduledItem): string {
  if (typeof expected === 'string') return `'${expected}'`
  if (isAsymmetric(expected) && expected.toAsymmetricMatcher) return expected.toAsymmetricMatcher()
  const fields = Object.entries(expected).map(([name, value]) => `${name}: ${shownValue(value)}`)
  return `{ ${fields.join(', ')} }`
}

function shownValue(value: unknown): string {
  if (isAsymmetric(value) && value.toAsymmetricMatcher) return value.toAsymmetricMatcher()
  return inspect(value, { depth: 3, breakLength: Number.POSITIVE_INFINITY })
}
