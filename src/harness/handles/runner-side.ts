/** What runners use of a daemon: its tests, and what they leave behind. */
import { type ObservedTest, ObservedTests, type WaitingTest } from '../../diagnosis/observed-test.js'
import type { TestOfRunner } from '../../diagnosis/test-of-runner.js'
import type { Backing } from '../backing/backing.js'
import type { MovingPlace } from '../consumers/moving.js'
import { Workers } from '../consumers/workers.js'
import { RemoteDaemon } from '../elsewhere/remote-daemon.js'
import { OpenChecks } from './open-checks.js'
import { Switches } from './switches.js'
import type { TestUsers } from './test-users.js'

/** The side of a daemon that runners see. */
export class RunnerSide {
  /** The checks of matchers that have not settled. */
  readonly checks: OpenChecks
  /** What tests switch, to restore it when they end. */
  readonly switches: Switches
  readonly workers = new Workers()
  /** What a server elsewhere with a control plane can do. Undefined on any other daemon. */
  readonly remote: RemoteDaemon | undefined
  readonly #backing: Backing
  readonly #tests = new ObservedTests()

  /** `intercepted` has a function for each active interception that undoes it. */
  constructor(backing: Backing, users: TestUsers, intercepted: Set<() => void>) {
    this.#backing = backing
    const { control } = backing
    this.remote = control && new RemoteDaemon(control, () => this.waiting('').patience)
    this.checks = new OpenChecks(backing.unawaited)
    this.switches = new Switches({
      daemon: backing.isEmbedded ? backing.embedded('observe') : undefined,
      intercepted,
      remote: this.remote,
      workers: this.workers,
      get doorClosed() {
        return users.doorClosed
      },
      openDoor: () => users.openDoor(),
    })
  }

  /** Begins to observe a test of a runner. Undefined on a server elsewhere, which cannot be observed. */
  observe(test: TestOfRunner): ObservedTest | undefined {
    if (!this.#backing.isEmbedded) return undefined
    return this.#tests.begin(this.#backing.embedded('observe'), this.#backing.unawaited, test)
  }

  /** Returns the test that waits for something in a queue. */
  waiting(queueName: string): WaitingTest {
    return this.#tests.waiting(queueName)
  }

  /** Returns what waits and moves work on. @throws QueratorError on a server elsewhere */
  place(what: string, queueName = ''): MovingPlace {
    const daemon = this.#backing.embedded(what)
    return { daemon, test: this.waiting(queueName), failure: () => this.workers.takeFailure() }
  }

  /** The tests of the file are over. */
  endFile(): void {
    this.#tests.endFile()
  }

  /**
   * Stops workers and stops listening when the tests of the file are over, so that clients that still run find no port.
   * @throws QueratorError if a worker failed, or does not end in time
   */
  async retire(): Promise<void> {
    this.endFile()
    const [failed] = await this.workers.stop()
    if (this.#backing.isEmbedded) await this.#backing.embedded('observe').stopListening()
    if (failed !== undefined) throw failed
  }
}
