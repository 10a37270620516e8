/**
 * A test as its daemon sees it, from its beginning to its end: which queues it has, and what a runner is to be told of it.
 */
import { stripVTControlCharacters } from 'node:util'
import type { UnawaitedCalls } from '../../client/unawaited.js'
import { passedNow } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { messageOf, type QueratorError } from '../../errors.js'
import { leaksError } from './leaks.js'
import { ReportFiles } from './report/report-files.js'
import { reportText } from './report/report-text.js'
import { somethingHappened, storyOf } from './report/test-story.js'
import type { TestOfRunner } from './test-of-runner.js'
import { speaksAfter, watchTest } from './watchdog.js'

/** What a test needs of the others. */
interface Home {
  readonly files: ReportFiles
  ended(): void
}

/** The tests of a daemon that run. */
export class ObservedTests {
  readonly #running = new Set<ObservedTest>()
  readonly #files = new ReportFiles()

  /** A test begins. */
  begin(daemon: Daemon, unawaited: UnawaitedCalls | undefined, test: TestOfRunner): ObservedTest {
    if (test.file !== undefined) this.#files.begin(test.file)
    const home = { files: this.#files, ended: () => this.#running.delete(observed) }
    const observed = new ObservedTest(daemon, unawaited, test, home)
    this.#running.add(observed)
    if (this.#running.size > 1) for (const one of this.#running) one.notAlone()
    return observed
  }

  /** How long to wait for a fact about a queue in vain: less than the test runs that has the queue, or runs alone. */
  patience(queueName: string): number {
    const running = [...this.#running]
    const asking = running.find((test) => test.owns(queueName)) ?? (running.length === 1 ? running[0] : undefined)
    return asking?.patience ?? USUAL_PATIENCE
  }
}

/** How long to wait in vain where no runner says when its test ends, in milliseconds: less than runners usually give one. */
const USUAL_PATIENCE = 4000
/** A wait in vain ends so long before the watchdog speaks, in milliseconds. */
const BEFORE_THE_WATCHDOG = 100

/** See the head of this file. */
export class ObservedTest {
  readonly #daemon: Daemon
  readonly #test: TestOfRunner
  readonly #unawaited: UnawaitedCalls | undefined
  readonly #stopWatching: () => void
  readonly #first: number
  readonly #began = passedNow()
  #alone = true

  readonly #home: Home

  constructor(daemon: Daemon, unawaited: UnawaitedCalls | undefined, test: TestOfRunner, home: Home) {
    this.#home = home
    this.#daemon = daemon
    this.#unawaited = unawaited
    this.#test = test
    this.#stopWatching = watchTest(daemon, test)
    this.#first = daemon.record.count + 1
  }

  owns(queueName: string): boolean {
    return this.#test.queues().includes(queueName)
  }

  /** How long this test may wait in vain from now on, in milliseconds; undefined where its runner sets no limit. */
  get patience(): number | undefined {
    const speaks = speaksAfter(this.#test.timeout)
    return speaks && Math.max(0, this.#began + speaks - BEFORE_THE_WATCHDOG - passedNow())
  }

  /** Another test runs at the same time: what happens elsewhere than in this one's queues may be its doing. */
  notAlone(): void {
    this.#alone = false
  }

  /** What the test left open, where that is asked once it is over; undefined for nothing. */
  leaks(): QueratorError | undefined {
    const { title, queues } = this.#test
    const unawaited = this.#unawaited?.take(queues()) ?? []
    return this.#daemon.closed ? undefined : leaksError(this.#daemon, title, queues(), unawaited)
  }

  /** What happened, for a test that failed with these errors; undefined for nothing. */
  report(errors: readonly unknown[]): string | undefined {
    if (this.#daemon.closed) return undefined
    const { title, queues, file } = this.#test
    const span = { title, first: this.#first, own: queues(), alone: this.#alone }
    const story = storyOf(this.#daemon, span)
    const said = errors.map((error) => stripVTControlCharacters(messageOf(error)))
    if (!story.queues.some(somethingHappened)) return undefined
    const page = file === undefined ? undefined : this.#home.files.add(file, { story, errors: said })
    const lines = [reportText(story, said), page && `what happened, as a page: ${page}`]
    return lines.filter((line) => line !== undefined).join('\n') || undefined
  }

  /** The test is over. */
  end(): void {
    this.#home.ended()
    this.#unawaited?.take(this.#test.queues())
    this.#stopWatching()
  }
}
