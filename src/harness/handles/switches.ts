/** Restores what a test switched on a daemon that outlives it. */
import type { Conditions } from '../../daemon/conditions/conditions.js'
import type { Daemon } from '../../daemon/daemon.js'
import { isAround } from '../../diagnosis/spans.js'
import type { RunningWorker } from '../consumers/running-worker.js'
import type { Workers } from '../consumers/workers.js'
import type { RemoteDaemon, RemoteState } from '../elsewhere/remote-daemon.js'
import type { LifeMark, LivesOfTests } from './lives-of-tests.js'
import type { TestUsers } from './test-users.js'

/** What tests can switch. */
export interface Switchable {
  /** Undefined on a server elsewhere. */
  readonly daemon: Daemon | undefined
  /** What this process switched on a server elsewhere. Undefined on any other daemon. */
  readonly remote: Pick<RemoteDaemon, 'state' | 'restore'> | undefined
  /** A function for each active interception that undoes it. */
  readonly intercepted: Set<() => void>
  readonly users: Pick<TestUsers, 'doorClosed' | 'isReopened' | 'openDoor' | 'closeDoor'>
  readonly lives: Pick<LivesOfTests, 'mark' | 'bringUp' | 'restore'>
  readonly workers: Workers
}

/** The state of the switches. */
interface State {
  readonly frozen: boolean
  /** The conditions in force. */
  readonly conditions: Conditions | undefined
  /** The numbers of the paused queues. */
  readonly paused: ReadonlySet<number>
  readonly remote: RemoteState | undefined
  readonly intercepted: ReadonlySet<() => void>
  readonly doorClosed: boolean
  readonly life: LifeMark
  /** The workers that were started so far. */
  readonly workers: ReadonlySet<RunningWorker>
}

/** A test from its beginning to its end. */
export interface SwitchSpan {
  readonly outer: SwitchSpan | undefined
  readonly before: State
}

/**
 * Remembers what a test switches on a daemon that outlives it: a frozen or resumed clock, pauses, interception, the closed door, crashes, workers. All of
 * it is undone when the test is over. When tests run concurrently, it is undone after the last of them.
 */
export class Switches {
  readonly #of: Switchable
  readonly #running = new Set<SwitchSpan>()
  /** The tests of these that are ending. */
  readonly #ending = new Set<SwitchSpan>()

  constructor(of: Switchable) {
    this.#of = of
  }

  /** Call it when a test begins. `outer` is the test that it is a part of, if any. */
  begin(outer?: SwitchSpan): SwitchSpan {
    const [other] = [...this.#running].filter((one) => !isAround(one, outer))
    const span = { outer, before: other?.before ?? this.#state() }
    this.#running.add(span)
    return span
  }

  /**
   * Stops the workers of a test, and when it is the last of several, those of which nobody knows whose they are. Returns the error if any
   * failed.
   */
  async stopWorkers(span: SwitchSpan, owner: unknown): Promise<Error | undefined> {
    this.#ending.add(span)
    const isLast = [...this.#running].every((one) => this.#ending.has(one) || isAround(one, span))
    return this.#of.workers.stop((worker) => {
      return worker.owner === owner || (isLast && worker.owner === undefined && !span.before.workers.has(worker))
    })
  }

  /** Ends a test and restores what it switched. */
  async end(span: SwitchSpan): Promise<void> {
    this.#running.delete(span)
    this.#ending.delete(span)
    const others = [...this.#running].filter((one) => !isAround(one, span) && !isAround(span, one))
    if (others.length === 0) await this.#restore(span.before)
  }

  #state(): State {
    const { daemon, intercepted, users, lives, workers } = this.#of
    const paused = new Set(daemon?.inspector.pausedQueues().map(({ queueId }) => queueId))
    return {
      frozen: daemon?.clock.frozen ?? false,
      conditions: daemon?.conditions.current,
      paused,
      remote: this.#of.remote?.state(),
      intercepted: new Set(intercepted),
      doorClosed: users.doorClosed,
      life: lives.mark(),
      workers: workers.started,
    }
  }

  async #restore({ frozen, conditions, paused, remote, intercepted, doorClosed, life }: State): Promise<void> {
    for (const undo of [...this.#of.intercepted]) if (!intercepted.has(undo)) undo()
    await this.#of.remote?.restore(remote)
    const { daemon } = this.#of
    if (daemon === undefined || daemon.closed) return
    await this.#of.lives.bringUp(life)
    await this.#of.lives.restore(life)
    const { current } = daemon.conditions
    // A call that they hold must not land in the next test.
    if (this.#running.size === 0) daemon.conditions.endTest()
    if (current !== undefined && current !== conditions) daemon.conditions.endOf(current)
    if (daemon.clock.frozen !== frozen) {
      if (frozen) daemon.clock.freeze()
      else daemon.clock.resume()
    }
    for (const { queue, queueId } of daemon.inspector.pausedQueues())
      if (!paused.has(queueId)) daemon.pause(queue, false)
    const running = daemon.inspector.queueNames().filter((name) => !daemon.inspector.queue(name).paused)
    for (const name of running) if (paused.has(daemon.inspector.queueId(name) ?? 0)) daemon.pause(name, true)
    const { users } = this.#of
    if (users.doorClosed && !doorClosed) await users.openDoor()
    else if (users.isReopened) await users.closeDoor()
  }
}
