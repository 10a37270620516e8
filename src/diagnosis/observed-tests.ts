/** The tests of a daemon that run. */
import type { UnawaitedCalls } from '../client/unawaited.js'
import type { Daemon } from '../daemon/daemon.js'
import { ObservedTest } from './observed-test.js'
import { StepSummary } from './report/ci-notes.js'
import { EarlierReports } from './report/earlier-reports.js'
import { ReportFiles, shownPath } from './report/report-files.js'
import { innermost } from './spans.js'
import { openWithoutFixtures, type Resources } from './stillness.js'
import type { TestOfRunner } from './test-of-runner.js'
import { TimedTest } from './timed-test.js'

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

  /** Begins to observe a test. `outer` is the test that it is a part of, if any. */
  begin(
    daemon: Daemon,
    unawaited: UnawaitedCalls | undefined,
    test: TestOfRunner,
    outer: TimedTest | undefined,
  ): ObservedTest {
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
    return this.#begun(new ObservedTest(daemon, unawaited, test, home, outer))
  }

  /** Begins a test on a server elsewhere, which cannot be observed. */
  beginElsewhere(test: TestOfRunner, outer: TimedTest | undefined): TimedTest {
    return this.#begun(new TimedTest(test, this.#ended, outer))
  }

  /** The tests of the file are over. */
  endFile(): void {
    this.#summary.write(shownPath(this.#file ?? 'tests'))
  }

  /** Whether a runner reports when tests begin and end. */
  isUsed = false

  /** How many tests run. */
  get running(): number {
    return this.#running.size
  }

  /** Finds the test that owns this queue, or else the only running test. Of a test and its part, that is the part. */
  asking(queueName: string): TimedTest | undefined {
    const owner = [...this.#running].find((test) => test.owns(queueName))
    const [only, ...others] = innermost(this.#running)
    return owner ?? (others.length === 0 ? only : undefined)
  }

  /** Returns what a wait in this queue needs to know. */
  waiting(queueName: string): WaitingTest {
    const asking = this.asking(queueName)
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
    this.isUsed = true
    this.#running.add(test)
    if (this.#running.size > 1) for (const one of this.#running) one.notAlone()
    return test
  }
}

/** The longest wait if the timeout of the test is not known, in milliseconds. Less than the usual timeout of runners. */
const USUAL_PATIENCE = 4000
