/** A test of a daemon that runs, and what is reported about it. */
import { stripVTControlCharacters } from 'node:util'
import { placesOf, siteText } from '../client/call-site.js'
import { NO_QUEUE, type UnawaitedCalls } from '../client/unawaited.js'
import type { Daemon } from '../daemon/daemon.js'
import type { Notice } from '../daemon/notices.js'
import { messageOf, type QueratorError } from '../errors.js'
import { visible } from '../visible.js'
import { EventLog } from './event-log.js'
import { type LeftByTest, leaksError } from './leaks.js'
import { lengthOf } from './lengths.js'
import { refusalsOf } from './refusals.js'
import type { StepSummary } from './report/ci-notes.js'
import type { EarlierReports } from './report/earlier-reports.js'
import type { ReportFiles } from './report/report-files.js'
import { somethingHappened, storyOf, type TestStory } from './report/test-story.js'
import { consumerLines } from './silent-consumers.js'
import { type Resources, runnersOwn } from './stillness.js'
import type { TestOfRunner, TestReport } from './test-of-runner.js'
import { TimedTest } from './timed-test.js'
import { watchTest } from './watchdog.js'

/** What tests of the same daemon share. */
export interface TestsHome {
  readonly files: ReportFiles
  readonly summary: StepSummary
  readonly earlier: EarlierReports
  /** The tests that moved the clock, each with the sum in milliseconds. */
  readonly movers: Map<string, number>
  ended(test: TimedTest): void
}

/** A test from its beginning to its end. Knows the queues of the test, and decides what is reported about it. */
export class ObservedTest extends TimedTest {
  override readonly first: number
  override readonly usual: Resources | undefined
  readonly #daemon: Daemon
  readonly #test: TestOfRunner
  readonly #unawaited: UnawaitedCalls | undefined
  readonly #home: TestsHome
  readonly #stopWatching: () => void
  readonly #movedBefore: number
  readonly #moversBefore: string
  #alone = true
  /** The number of the last event of its body. Undefined while that runs. */
  #last: number | undefined

  constructor(
    daemon: Daemon,
    unawaited: UnawaitedCalls | undefined,
    test: TestOfRunner,
    home: TestsHome,
    outer: TimedTest | undefined,
  ) {
    super(test, home.ended, outer)
    this.first = daemon.record.count + 1
    this.usual = runnersOwn(test.open ?? {})
    this.#home = home
    this.#daemon = daemon
    this.#unawaited = unawaited
    // Nobody knows whose the earlier ones are.
    unawaited?.take([NO_QUEUE])
    this.#test = test
    this.#movedBefore = daemon.clock.moved
    this.#moversBefore = moversText(home.movers)
    this.#stopWatching = watchTest(daemon, test, this)
  }

  override notAlone(): void {
    this.#alone = false
  }

  override bodyOver(ended: () => readonly string[]): readonly string[] {
    this.#last = this.#daemon.record.count
    return consumerLines(this.#daemon, this.first, ended, this.#alone ? undefined : this.#test.queues())
  }

  override async leaks(upSince?: number, workers: ReadonlySet<string> = new Set()): Promise<QueratorError | undefined> {
    const unawaited = this.#unawaited?.take(this.#mine()) ?? []
    const found = this.#leaks({ unawaited, upSince, workers })
    if (found === undefined || this.#daemon.closed) return found
    // The daemon may not have noticed yet that a lease was abandoned over a socket.
    await this.#daemon.settled()
    return this.#leaks({ unawaited, upSince, workers })
  }

  override async report(
    errors: readonly unknown[],
    ofWorkers: readonly unknown[] = [],
  ): Promise<TestReport | undefined> {
    const story = this.#story(ofWorkers.map(messageOf))
    if (story === undefined) return undefined
    const messages = errors.map((error) => stripVTControlCharacters(messageOf(error)))
    // Green tests need none of it.
    const { firstStrange, reportPage, reportText } = await import('./report/report.js')
    this.#home.summary.failed(this.#test.title, () => firstStrange(story, messages))
    const file = await this.#page(story, messages)
    const lines = [
      reportText(story, messages, this.#home.earlier),
      file && visible(`what happened, as a page: ${file}`),
    ]
    const text = lines.filter((line) => line !== undefined).join('\n')
    if (text === '') return undefined
    return { text, page: async () => reportPage(this.#test.title, [{ story, errors: messages }]) }
  }

  override leaked({ message }: QueratorError): void {
    this.#home.summary.failed(this.#test.title, () => message)
  }

  override async passed(onPage: boolean): Promise<void> {
    this.#home.summary.passed(this.#test.title)
    const story = onPage ? this.#story() : undefined
    if (story !== undefined) await this.#page(story, [])
  }

  override get somebodyWaits(): boolean {
    return this.#daemon.activity.open > 0
  }

  override async settled(): Promise<void> {
    if (!this.#daemon.closed) await this.#daemon.answered()
  }

  override end(): void {
    super.end()
    this.#unawaited?.take(this.#mine())
    this.#stopWatching()
    const moved = this.#daemon.clock.moved - this.#movedBefore
    const { title } = this.#test
    // If tests run at the same time, either may have moved the clock.
    if (moved > 0 && this.#alone) this.#home.movers.set(title, (this.#home.movers.get(title) ?? 0) + moved)
  }

  /** The names of its queues, and that of calls about no queue, unless they may be those of another test. */
  #mine(): string[] {
    return this.#alone ? [...this.#test.queues(), NO_QUEUE] : [...this.#test.queues()]
  }

  #leaks(left: Pick<LeftByTest, 'unawaited' | 'upSince' | 'workers'>): QueratorError | undefined {
    if (this.#daemon.closed) return undefined
    const { title, queues } = this.#test
    const refused = () => refusalsOf(new EventLog(this.#daemon).refusedSince(this.first, queues()))
    return leaksError(this.#daemon, title, { ...left, queues: queues(), refused })
  }

  async #page(story: TestStory, errors: readonly string[]): Promise<string | undefined> {
    const { file } = this.#test
    return file === undefined ? undefined : this.#home.files.add(file, { story, errors })
  }

  /** Undefined if nothing happened. */
  #story(notes: readonly string[] = []): TestStory | undefined {
    if (this.#daemon.closed) return undefined
    const { title, queues } = this.#test
    const all = this.#daemon.notices.since(this.first)
    const mine = all.filter(({ queueName }) => this.#alone || queues().includes(queueName))
    const notices = [...notes, ...mine.map(noticeText)]
    const before = this.#moversBefore
    const last = this.#last ?? this.#daemon.record.count
    const span = { title, first: this.first, last, own: queues(), alone: this.#alone, notices, before }
    const story = storyOf(this.#daemon, span)
    const isLoss = story.notices.length > notices.length
    const isTold = isLoss || notes.length > 0 || story.refusals.length > 0 || story.timesAway.length > 0
    return isTold || story.queues.some(somethingHappened) ? story : undefined
  }
}

function noticeText({ text, cause, earlier }: Notice): string {
  const before = siteText(placesOf(earlier?.origin))
  return `${text}${siteText(placesOf(cause.origin))}${before === '' ? '' : `; the earlier call${before}`}`
}

/** `the clock was moved by 1h1m0s before this test, by 'an order expires' and 2 other tests`. Empty if it was not. */
function moversText(movers: ReadonlyMap<string, number>): string {
  const last = [...movers.keys()].at(-1)
  if (last === undefined) return ''
  const sum = [...movers.values()].reduce((total, by) => total + by, 0)
  const others = movers.size === 1 ? '' : ` and ${movers.size - 1} other ${movers.size === 2 ? 'test' : 'tests'}`
  return `the clock was moved by ${lengthOf(sum)} before this test, by '${last}'${others}`
}
