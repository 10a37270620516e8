/** What tests use of a server elsewhere with a control plane. */
import { isMissing, isQueratorError } from '../../errors.js'
import type { ControlClient } from '../backing/control-client.js'
import { RemoteClock } from './remote-clock.js'
import { RemoteEvents } from './remote-events.js'

const PAUSE = '/test/queues/pause'
const RESUME = '/test/queues/resume'

/** What a test daemon has switched, and not switched back. */
export interface RemoteState {
  /** Whether it froze the clock, or let it run. Undefined if it did neither. */
  readonly frozen: boolean | undefined
  readonly paused: ReadonlySet<string>
}

const NOTHING: RemoteState = { frozen: undefined, paused: new Set() }

/** The clock, the events and the queues of a server elsewhere. */
export class RemoteDaemon {
  readonly control: ControlClient
  readonly clock: RemoteClock
  readonly events: RemoteEvents
  /** The queues that this test daemon has paused. */
  #paused: ReadonlySet<string> = new Set()

  /** `patience` returns how long a wait may take, in milliseconds. */
  constructor(control: ControlClient, patience: () => number) {
    this.control = control
    this.clock = new RemoteClock(control, patience)
    this.events = new RemoteEvents(control)
  }

  /** Pauses or resumes a queue. What follows waits for it. */
  pause(queue: string, on: boolean): void {
    this.control.begin(queue, async ({ post }) => {
      try {
        await post(on ? PAUSE : RESUME, { queue })
        this.#note(queue, on)
      } catch (error) {
        // A server that did not answer may do it later.
        if (isQueratorError(error) && error.codeText !== 'No Answer') this.#note(queue, false)
        throw error
      }
    })
    this.#note(queue, on)
  }

  #note(queue: string, isPaused: boolean): void {
    const others = [...this.#paused].filter((one) => one !== queue)
    this.#paused = new Set(isPaused ? [...others, queue] : others)
  }

  /** Returns what is switched now. */
  state(): RemoteState {
    return { frozen: this.clock.switched, paused: this.#paused }
  }

  /** Goes back to a state: the clock, and pauses. A queue that is gone by then is left alone. @throws the first failure, after all of it */
  async restore(to: RemoteState = NOTHING): Promise<void> {
    await this.control.begun.carriedOut()
    const paused = this.#paused
    this.#paused = to.paused
    const changed = [
      ...[...paused].filter((queue) => !to.paused.has(queue)).map((queue) => this.#put(RESUME, queue)),
      ...[...to.paused].filter((queue) => !paused.has(queue)).map((queue) => this.#put(PAUSE, queue)),
      this.clock.restore(to.frozen),
    ]
    for (const one of await Promise.allSettled(changed)) if (one.status === 'rejected') throw one.reason
  }

  async #put(path: string, queue: string): Promise<void> {
    try {
      await this.control.own.post(path, { queue })
    } catch (error) {
      if (!isMissing(error, 'queue')) throw error
    }
  }
}
