/** Which test is calling. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { LeaksMode, TestDaemon, TestQueue } from '../index.js'
import { type EndOfTest, usageError } from '../internal.js'
import { QueuesOfTest } from './queues-of-test.js'

/** A test that runs, or has run. */
export interface RunningTest {
  /** With the names of what it stands in. */
  readonly name: string
  readonly queues: QueuesOfTest
  /** The queue that it finds there. */
  readonly queue: TestQueue
  /** The test inside of which it runs. */
  readonly outer: RunningTest | undefined
  /** Only seen from inside of its body. */
  readonly apart: boolean
}

/** How a test begins. */
export interface Beginning {
  readonly name: string
  /** Others may run at the same time, and not know of it; default false. */
  readonly apart?: boolean
  /** How long the runner lets it run, in milliseconds. */
  readonly timeout: number
  /** What the runner has open while the test runs, by the kinds of Node's active resources. */
  readonly open?: Readonly<Record<string, number>> | undefined
  /** Called when nothing can happen any more, for a runner without a limit. */
  readonly stuck?: (() => void) | undefined
  /** The path of its file. */
  readonly file?: string | undefined
}

/** What stands between the name of a test and that of a test inside of it. */
const INSIDE = ' > '

/**
 * Finds out which test is calling for its queue. Where a runner passes fixtures, it is known. Where fixtures are values of the file, the
 * asynchronous context in which the test function runs tells it, or the fact that only one test is running.
 */
export class RunningTests {
  readonly #daemon: () => TestDaemon
  readonly #leaks: () => LeaksMode
  readonly #advice: string
  readonly #running = new Set<RunningTest>()
  readonly #bodies = new AsyncLocalStorage<RunningTest>()

  /** `advice`: what to write where several tests run at the same time and it cannot be told which of them asks. */
  constructor(daemon: () => TestDaemon, leaks: () => LeaksMode, advice: string) {
    this.#daemon = daemon
    this.#leaks = leaks
    this.#advice = advice
  }

  /** A test is about to run: makes its queue. */
  async begin({ name, apart = false, timeout, open, stuck, file }: Beginning): Promise<RunningTest> {
    const outer = [...this.#running].filter((test) => name.startsWith(test.name + INSIDE)).at(-1)
    const ownName = name.split(INSIDE).at(-1) ?? name
    const queues = new QueuesOfTest(this.#daemon(), {
      name: ownName,
      file,
      timeout,
      open,
      stuck,
      leaks: this.#leaks(),
      outer: outer?.queues,
    })
    const queue = await queues.create().catch(async (error: unknown) => {
      await queues.end({ errors: [] })
      throw error
    })
    const test: RunningTest = { name, queues, queue, outer, apart }
    this.#running.add(test)
    return test
  }

  /** It is over: as {@link QueuesOfTest.end}. Does nothing when that is done. */
  async end(test: RunningTest | undefined, how: EndOfTest): Promise<string | undefined> {
    return test !== undefined && this.#running.delete(test) ? test.queues.end(how) : undefined
  }

  /** Ends whatever still runs. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#running].map((test) => this.end(test, { errors: [] })))
  }

  /** Runs the body of a test, so that it is known as the one who asks. */
  inside<T>(test: RunningTest, body: () => T): T {
    return this.#bodies.run(test, body)
  }

  /** The test that asks; undefined when none runs. @throws QueratorError when it is over, or cannot be told */
  current(): RunningTest | undefined {
    const around = this.#bodies.getStore()
    if (around !== undefined && !this.#running.has(around)) {
      throw usageError(
        `the test '${around.name}' is over, and its queues are gone; await everything that it starts before it ends`,
      )
    }
    const candidates = [...this.#running].filter((test) =>
      around === undefined ? !test.apart : isWithin(test, around),
    )
    const innermost = candidates.filter((test) => !candidates.some((other) => other.outer === test))
    if (innermost.length <= 1) return innermost[0]
    const names = innermost.map((test) => `'${test.name}'`).join(', ')
    throw usageError(`cannot tell which of several concurrent tests is calling: ${names}; ${this.#advice}`)
  }
}

function isWithin(test: RunningTest, around: RunningTest): boolean {
  for (let one: RunningTest | undefined = test; one !== undefined; one = one.outer) if (one === around) return true
  return false
}
