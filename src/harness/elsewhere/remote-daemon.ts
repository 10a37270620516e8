/** What tests use of a server elsewhere with a control plane. */
import type { ControlClient } from '../backing/control-client.js'
import { RemoteClock } from './remote-clock.js'
import { RemoteEvents } from './remote-events.js'

/** The clock, the events and the queues of a server elsewhere. */
export class RemoteDaemon {
  readonly control: ControlClient
  readonly clock: RemoteClock
  readonly events: RemoteEvents
  /** The queues that this test daemon has paused. */
  readonly #paused = new Set<string>()

  /** `patience` returns how long a wait may take, in milliseconds. */
  constructor(control: ControlClient, patience: () => number) {
    this.control = control
    this.clock = new RemoteClock(control, patience)
    this.events = new RemoteEvents(control)
  }

  /** Pauses or resumes a queue. What follows waits for it. */
  pause(queue: string, on: boolean): void {
    if (on) this.#paused.add(queue)
    else this.#paused.delete(queue)
    this.control.begin(async ({ post }) => {
      await post(on ? '/test/queues/pause' : '/test/queues/resume', { queue })
    })
  }

  /** Undoes what was switched: the clock, and pauses. A queue that is gone by then is left alone. */
  async restore(): Promise<void> {
    const paused = [...this.#paused]
    this.#paused.clear()
    for (const queue of paused) await this.control.post('/test/queues/resume', { queue }).catch(() => undefined)
    await this.clock.restore()
  }
}
