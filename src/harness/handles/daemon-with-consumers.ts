/** What a daemon does for tests of consumers: it runs them, follows them, and makes their calls fail. */
import { originOf } from '../../client/call-site.js'
import { paced } from '../../clock/event-loop.js'
import type { Backing } from '../backing/backing.js'
import { type RecordingOptions, recordingOf } from '../consumers/open-recording.js'
import { type QuietOptions, untilQuiet } from '../consumers/quiet.js'
import type { Recording } from '../consumers/recording.js'
import { type RecoveredOptions, recovered } from '../consumers/recovered.js'
import type { RunningWorker, RunWorkerOptions, StartWorker } from '../consumers/running-worker.js'
import { type Tracked, type TrackOptions, track } from '../consumers/track.js'
import type { TrackContext } from '../consumers/tracked-function.js'
import type { Condition, UnderOptions } from '../faults/condition-options.js'
import type { TestConditions } from '../faults/conditions-of-test.js'
import type { Fault } from '../faults/fault.js'
import { type FaultOptions, type OutageOptions, outageOf, specOf } from '../faults/fault-options.js'
import { RunnerSide } from './runner-side.js'

/** A daemon whose consumers are tested. */
export class DaemonWithConsumers {
  /** What runners use. @internal */
  readonly forRunner: RunnerSide
  readonly #backing: Backing

  /** @internal */
  constructor(backing: Backing) {
    this.#backing = backing
    this.forRunner = new RunnerSide(backing)
  }

  /**
   * Starts a worker of yours. It stops with the test: its signal is aborted, and it is awaited. If it fails, the test fails.
   *
   *     const worker = daemon.runWorker((signal) => emailWorker.run(signal))
   *
   * A worker that is started outside of a test runs until the daemon is closed, or the test file is over.
   * @throws QueratorError if `start` is no function, or an option is unknown
   */
  runWorker(start: StartWorker, options: RunWorkerOptions = {}): RunningWorker {
    const { queue } = options
    return this.forRunner.runWorker(start, options, typeof queue === 'object' ? queue.name : queue)
  }

  /**
   * Resolves when your consumers have nothing left to do and ask for items again: no call is on its way, and at least `waiting` leases wait
   * in all queues. Await it before you move the clock by hand.
   * @throws QueratorError if that does not happen in time, or on a server elsewhere. The message says who is not done.
   */
  quiet(options: QuietOptions = {}): Promise<void> {
    const waiting = async () => untilQuiet(this.forRunner.place('quiet'), undefined, options)
    return this.forRunner.noted('quiet', '', paced(waiting()))
  }

  /**
   * Runs a function that starts, pokes or awaits your own worker, and resolves when everything is done: no item is free or leased, and no
   * call is on its way. With `advance` or `until`, it moves the clock while the worker has nothing else to do.
   *
   *     const seen = await daemon.track(({ signal }) => emailWorker.run(signal), { until: '2h' })
   *     expect(seen.completed).toHaveLength(2)
   *
   * A function that takes the signal is a worker: the signal is aborted when everything is done, and the function is awaited. Any other one is
   * awaited first.
   * @returns what happened meanwhile
   * @throws what the function throws; QueratorError with that as its cause if a connection broke because the daemon went down; QueratorError if
   *   not everything is done in time. The message says what is left, and who holds it.
   */
  track<T>(fn: (context: TrackContext) => T | PromiseLike<T>, options: TrackOptions = {}): Promise<Tracked<T>> {
    const tracking = async () => track(this.forRunner.place('track'), fn, options)
    return this.forRunner.noted('track', '', paced(tracking()))
  }

  /**
   * Runs `fn`, and resolves with what happened on the daemon from its start to its end. What the queues held before does not matter.
   *
   *     const seen = await daemon.recording(() => handleOrder(order))
   *     await expect(seen).toHaveProduced('invoices', [{ reference: 'order-1' }])
   *
   * It sees every queue of the daemon, also those of concurrent tests, unless you name some in `queues`. If `fn` throws or rejects, it
   * rejects with the same error. It ends when `fn` has settled, so await in `fn` what you want to see.
   * @throws QueratorError on a server elsewhere, or if the daemon keeps fewer events than happened (option `events`)
   */
  recording<T>(fn: () => T, options: RecordingOptions = {}): Promise<Recording<Awaited<T>>> {
    return this.forRunner.noted('recording', '', paced(recordingOf(this.#backing, fn, options)))
  }

  /**
   * Ends what goes wrong, and resolves when everything is worked off: conditions and faults end, and the clock moves from deadline to deadline
   * while your consumers have nothing else to do, as in {@link track}. With `clock: 'runner'` and real timers, it only waits. Call it as the last phase of a test under conditions or faults.
   *
   *     await daemon.recovered()
   *
   * @throws QueratorError if something is left, or an item was lost: it expired or ran out of attempts, and is in no dead letter queue. Also
   *   if the daemon has conditions, and none of them acted in the test, unless `optional` is true
   */
  recovered(options: RecoveredOptions = {}): Promise<void> {
    const side = this.forRunner
    const recovering = async () => {
      const place = side.place('recovered')
      try {
        await recovered(place, options, (queues) => side.heal(queues, place.test.first))
      } finally {
        side.recovered()
      }
    }
    return side.noted('recovered', '', paced(recovering()))
  }

  /**
   * Sets conditions until they are ended, or the test is over: what goes wrong now and then with the calls of your code. They take the place of
   * those of the option `conditions`.
   *
   *     using conditions = daemon.under('lossy')
   *
   * In a test with fixtures, conditions that never act fail the test, unless `optional` is true. With the same `seed`, they act on the same calls. Default: the option `seed` of the daemon, or else a new one.
   * @throws QueratorError on a server elsewhere, if a condition is unknown or has a wrong setting, if other conditions are set already, while several
   *   tests run at the same time, or with fixtures outside of a test
   */
  under(conditions: Condition | readonly Condition[], options: UnderOptions = {}): TestConditions {
    const origin = originOf(this.under, this.#backing.unawaited?.callSites)
    return this.forRunner.under(conditions, options, origin)
  }

  /**
   * Makes calls fail until the fault is closed, or has acted as often as you say. In a test with fixtures, a fault that never acts, or that
   * is still open at the end, fails the test.
   *
   *     using fault = daemon.fault({ call: 'queue.complete', queue, do: 'lose-reply' })
   *
   * Faults of one call act in the order in which you make them.
   * @throws QueratorError on a server elsewhere without a control plane, if an option is wrong, or if the fault could never act beside an earlier one
   */
  fault(options: FaultOptions): Fault {
    return this.forRunner.fault(specOf(options, originOf(this.fault, this.#backing.unawaited?.callSites)))
  }

  /**
   * Takes the daemon away until the fault is closed: connections break, and nothing reaches it. Its items stay, and its clock goes on.
   * Over TCP, new connections are reset. A control plane goes on.
   * @throws QueratorError on a server elsewhere without a control plane, if an option is wrong, or if it is away already
   */
  outage(options: OutageOptions = {}): Fault {
    return this.forRunner.fault(
      outageOf({ kind: 'outage' }, undefined, options, originOf(this.outage, this.#backing.unawaited?.callSites)),
    )
  }
}
