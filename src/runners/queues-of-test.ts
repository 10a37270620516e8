/** What the runners have in common: queues that last as long as their test, and the report when it is over. */
import type { LeaksMode, QueueOptions, TestDaemon, TestQueue } from '../index.js'
import type { EndOfTest } from '../internal.js'
import { checkedLeaks } from './fixture-options.js'

/** Creates a queue for the running test. The queue is deleted after the test. */
export type CreateQueue = (options?: QueueOptions) => Promise<TestQueue>

/** Sets what happens if the running test leaves something open: `'warn'`, `'error'` or `'off'`. */
export type SetLeaks = (mode: LeaksMode) => void

/** A test as it begins. */
interface Beginning {
  readonly name: string
  readonly file: string | undefined
  /** How long the runner lets it run, in milliseconds. */
  readonly timeout: number
  readonly leaks: LeaksMode
  /** What the runner has open while the test runs, by the kinds of Node's active resources. */
  readonly open?: Readonly<Record<string, number>> | undefined
  /** Called when nothing can happen any more, for a runner without a limit. */
  readonly stuck?: (() => void) | undefined
  /** Those of the test inside of which it runs. */
  readonly outer?: QueuesOfTest | undefined
}

/** The queues of one test: named after it, and deleted when it is over. */
export class QueuesOfTest {
  readonly #daemon: TestDaemon
  readonly #label: string
  readonly #queues: TestQueue[] = []
  readonly #observed: ReturnType<TestDaemon['observe']>
  readonly #switches: ReturnType<TestDaemon['switches']['begin']>
  #leaks: LeaksMode

  constructor(daemon: TestDaemon, { name, file, timeout, leaks, open, stuck, outer }: Beginning) {
    this.#daemon = daemon
    this.#label = name
    this.#leaks = leaks
    this.#switches = daemon.switches.begin(outer === undefined ? undefined : outer.#switches)
    this.#observed = daemon.observe({
      title: name,
      file,
      timeout,
      open,
      stuck,
      queues: () => this.#queues.map((queue) => queue.name),
    })
  }

  readonly create: CreateQueue = async (options = {}) => {
    // Anything but an object is refused there.
    if (typeof options !== 'object' || options === null) return this.#daemon.createQueue(options)
    const queue = await this.#daemon.createQueue({ label: this.#label, ...options })
    this.#queues.push(queue)
    if (options.deadQueue === true) this.#queues.push(queue.deadQueue)
    return queue
  }

  readonly leaks: SetLeaks = (mode) => {
    this.#leaks = checkedLeaks(mode)
  }

  /**
   * The test is over: removes them; leases that still wait are answered with 453. Returns what happened in them, where it
   * failed.
   * @throws QueratorError that says what the test left open, where that lets it fail
   */
  async end({ errors }: EndOfTest): Promise<string | undefined> {
    try {
      return await this.#tell(errors)
    } finally {
      this.#observed?.end()
      await this.#cleanUp()
    }
  }

  /** @throws QueratorError that says what the test left open, where that lets it fail */
  async #tell(errors: EndOfTest['errors']): Promise<string | undefined> {
    // A test that failed was cut short, and left things open for that.
    const leaks = errors === undefined && this.#leaks !== 'off' ? await this.#observed?.leaks() : undefined
    const report = this.#observed === undefined ? undefined : this.#report(errors)
    if (leaks === undefined) return report
    if (this.#leaks === 'error') throw leaks
    console.warn(leaks.message)
    return report
  }

  async #cleanUp(): Promise<void> {
    const somebodyWaits = this.#observed?.somebodyWaits ?? false
    try {
      if (!this.#daemon.closed) await Promise.all(this.#queues.map((queue) => queue.delete()))
    } finally {
      await this.#daemon.switches.end(this.#switches)
    }
    // Whoever waited in them is told within the test: a rejection that nobody handles is the test's, and not the process's.
    if (somebodyWaits) await this.#observed?.settled()
  }

  #report(errors: EndOfTest['errors']): string | undefined {
    // None where there is nothing to tell: the test was to fail, or still runs.
    if (errors !== undefined) return errors.length === 0 ? undefined : this.#observed?.report(errors)
    if (process.env.QUERATOR_REPORT_ALL === '1') this.#observed?.addPassed()
    return undefined
  }
}
