/** What the runners have in common: queues that last as long as their test. */
import type { QueueOptions, TestDaemon, TestQueue } from '../index.js'

/** Makes a queue of its own for the running test. */
export type CreateQueue = (options?: QueueOptions) => Promise<TestQueue>

/** The queues of one test: made under its name, gone when it is over. */
export class QueuesOfTest {
  readonly #daemon: TestDaemon
  readonly #label: string
  readonly #queues: TestQueue[] = []
  readonly #stopWatching: () => void

  /** `timeout`: how long the runner lets the test run, in milliseconds. */
  constructor(daemon: TestDaemon, testName: string, timeout: number) {
    this.#daemon = daemon
    this.#label = testName
    this.#stopWatching = daemon.watch({
      title: testName,
      timeout,
      queues: () => this.#queues.map((queue) => queue.name),
    })
  }

  readonly create: CreateQueue = async (options = {}) => {
    const queue = await this.#daemon.createQueue({ label: this.#label, ...options })
    this.#queues.push(queue)
    if (options.deadQueue === true) this.#queues.push(queue.deadQueue)
    return queue
  }

  /** Removes them; leases that still wait are answered with 453. */
  async remove(): Promise<void> {
    this.#stopWatching()
    if (!this.#daemon.closed) await Promise.all(this.#queues.map((queue) => queue.delete()))
  }
}
