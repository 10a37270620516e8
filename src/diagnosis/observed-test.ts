/** The tests of a daemon that run, and what is reported about each. */
import { stripVTControlCharacters } from 'node:util'
import { placesOf, siteText } from '../client/call-site.js'
import { NO_QUEUE, type UnawaitedCalls } from '../client/unawaited.js'
import type { Daemon } from '../daemon/daemon.js'
import type { Notice } from '../daemon/notices.js'
import { messageOf, type QueratorError } from '../errors.js'
import { visible } from '../visible.js'
import { EventLog } from './event-log.js'
import { leaksError } from './leaks.js'
import { lengthOf } from './lengths.js'
import { refusalsOf } from './refusals.js'
import { StepSummary } from './report/ci-notes.js'
import { EarlierReports } from './report/earlier-reports.js'
import { ReportFiles, shownPath } from './report/report-files.js'
import { somethingHappened, storyOf, type TestStory } from './report/test-story.js'
import { openWithoutFixtures, type Resources, runnersOwn } from './stillness.js'
import type { TestOfRunner, TestReport } from './test-of-runner.js'
import { TimedTest } from './timed-test.js'
import { watchTest } from './watchdog.js'

/** What tests of the same daemon share. */
interface Home {
  readonly files: ReportFiles
  readonly summary: StepSummary
  readonly earlier: EarlierReports
  /** The tests that moved the clock, each with the sum in milliseconds. */
  readonly movers: Map<string, number>
  ended(test: TimedTest): void
}

/** What a wait needs to know about its test. */
export interface WaitingTest {
  /** The longest time to wait, in milliseconds. */
  readonly patience: number
  /** The number of the first event of the test. */
  readonly first: number
  /** What the runner itself keeps open in the process. Undefined if that is not known. */
  readonly usual: Resources | undefined
  /** The same, and for a daemon without fixtures what its runner is known to have open. */
  readonly open: Resources | undefined
  /** Returns the queues that were made for the test. Undefined if it is not known which test asks. */
  readonly queues: (() => readonly string[]) | undefined
}

/** The running tests of a daemon. */
export class ObservedTests {
  readonly #open = openWithoutFixtures()
  readonly #running = new Set<TimedTest>()
  readonly #files = new ReportFiles()
  readonly #summary = new StepSummary()
  readonly #earlierReports = new EarlierReports()
  readonly #movers = new Map<string, number>()
  /** The path of the test file. Undefined if the runner does not say. */
  #file: string | undefined

  /** Begins to observe a test. */
  begin(daemon: Daemon, unawaited: UnawaitedCalls | undefined, test: TestOfRunner): ObservedTest {
    this.#file = test.file
    if (test.file !== undefined) this.#files.begin(test.file)
    const home = {
      files: this.#files,
      summary: this.#summary,
      earlier: this.#earlierReports,
      movers: this.#movers,
      ended: this.#ended,
    }
    daemon.beginTest()
    return this.#begun(new ObservedTest(daemon, unawaited, test, home))
  }

  /** Begins a test on a server elsewhere, which cannot be observed. */
  beginElsewhere(test: TestOfRunner): TimedTest {
    return this.#begun(new TimedTest(test, this.#ended))
  }

  /** The tests of the file are over. */
  endFile(): void {
    this.#summary.write(shownPath(this.#file ?? 'tests'))
  }

  /** Finds the test that owns this queue, or else the only running test. */
  waiting(queueName: string): WaitingTest {
    const running = [...this.#running]
    const asking = running.find((test) => test.owns(queueName)) ?? (running.length === 1 ? running[0] : undefined)
    return {
      patience: asking?.patience ?? USUAL_PATIENCE,
      first: asking?.first ?? 1,
      usual: asking?.usual,
      open: asking === undefined ? this.#open : asking.usual,
      queues: asking && (() => asking.queues),
    }
  }

  readonly #ended = (test: TimedTest): void => {
    this.#running.delete(test)
  }

  #begun<T extends TimedTest>(test: T): T {
    this.#running.add(test)
    if (this.#running.size > 1) for (const one of this.#running) one.notAlone()
    return test
  }
}

/** The longest wait if the timeout of the test is not known, in milliseconds. Less than the usual timeout of runners. */
const USUAL_PATIENCE = 4000

/** A test from its beginning to its end. Knows the queues of the test, and decides what is reported about it. */
export class ObservedTest extends TimedTest {
  override readonly first: number
  override readonly usual: Resources | undefined
  readonly #daemon: Daemon
  readonly #test: TestOfRunner
  readonly #unawaited: UnawaitedCalls | undefined
  readonly #home: Home
  readonly #stopWatching: () => void
  readonly #movedBefore: number
  readonly #moversBefore: string
  #alone = true

  constructor(daemon: Daemon, unawaited: UnawaitedCalls | undefined, test: TestOfRunner, home: Home) {
    super(test, home.ended)
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

  override async leaks(): Promise<QueratorError | undefined> {
    const unawaited = this.#unawaited?.take(this.#mine()) ?? []
    const found = this.#leaks(unawaited)
    if (found === undefined || this.#daemon.closed) return found
    // The daemon may not have noticed yet that a lease was abandoned over a socket.
    await this.#daemon.settled()
    return this.#leaks(unawaited)
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

  #leaks(unawaited: Parameters<typeof leaksError>[3]): QueratorError | undefined {
    if (this.#daemon.closed) return undefined
    const { title, queues } = this.#test
    const refused = () => refusalsOf(new EventLog(this.#daemon).refusedSince(this.first, queues()))
    return leaksError(this.#daemon, title, queues(), unawaited, refused)
  }

  async #page(story: TestStory, errors: readonly string[]): Promise<string | undefined> {
    const { file } = this.#test
    return file === undefined ? undefined : this.#home.files.add(file, { story, errors })
  }

  /** Undefined if nothing happened. */
  #story(notes: readonly string[] = []): TestStory | undefined {
    if (this.#daemon.closed) return undefined
    const { title, queues } = this.#test
    const all = this.#daemon.noticesSince(this.first)
    const mine = all.filter(({ queueName }) => this.#alone || queues().includes(queueName))
    const notices = [...notes, ...mine.map(noticeText)]
    const before = this.#moversBefore
    const span = { title, first: this.first, own: queues(), alone: this.#alone, notices, before }
    const story = storyOf(this.#daemon, span)
    const isWorthIt = notes.length > 0 || story.refusals.length > 0 || story.queues.some(somethingHappened)
    return isWorthIt ? story : undefined
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
