/**
 * How the time of a clock flows: ahead of its source by the sum of its moves, or not at all while it is frozen.
 *
 * It never goes back, because deadlines and ids are sorted by it. If the machine's clock is set back, this clock runs at half speed
 * until the machine's has caught up. Nothing hangs, and deadlines take at most twice as long. A clock that follows the runner's may go
 * back with it.
 */
import { type ClockOption, type FromThere, startTime } from './clock-option.js'
import { type Instant, instantAt } from './instant.js'
import type { TimeSource } from './time-source.js'

/** Returns the time of a clock at its start. A frozen one stands at the time of `machine`. @throws QueratorError if the option is wrong */
export function flowOf(option: ClockOption | FromThere, source: TimeSource, machine: TimeSource): Flow {
  const flow = new Flow(source, option === 'runner')
  if (option === 'frozen') flow.freeze(Math.floor(machine.now()))
  else if (option !== 'real' && option !== 'runner') flow.freeze(startTime(option))
  if (typeof option === 'object' && 'runs' in option && option.runs === true) flow.resume()
  return flow
}

/** The time of a clock that can be frozen, moved, and held still during a call. */
export class Flow {
  readonly #source: TimeSource
  readonly #mayGoBack: boolean
  #ahead = 0
  /** The time shown while the clock is frozen or held for a call. */
  #still: Instant | undefined
  #frozen = false
  /** The last reading, and how far this clock is still ahead of it since the machine's clock was set back. */
  #read = Number.NEGATIVE_INFINITY
  #left = 0

  constructor(source: TimeSource, mayGoBack: boolean) {
    this.#source = source
    this.#mayGoBack = mayGoBack
  }

  /** Whether time stands still. */
  get frozen(): boolean {
    return this.#frozen
  }

  now(): Instant {
    if (this.#still !== undefined) return this.#still
    const read = instantAt(this.#source.now() + this.#ahead)
    const passed = read - this.#read
    this.#read = read
    if ((passed >= 0 && this.#left === 0) || this.#mayGoBack) return read
    this.#left = passed < 0 ? this.#left - passed : Math.max(0, this.#left - passed / 2)
    return read + instantAt(this.#left)
  }

  /** Shows the same time until {@link Flow.release}. A call has one time, and reading the clock costs. */
  hold(): Instant {
    this.#still = this.now()
    return this.#still
  }

  release(): void {
    if (!this.#frozen) this.#still = undefined
  }

  /** Stops at this time. The default is the next whole millisecond. */
  freeze(at: Instant = Math.ceil(this.now())): void {
    this.#still = at
    this.#frozen = true
  }

  /** Continues from where the clock stands. Does nothing if it runs. */
  resume(): void {
    if (!this.#frozen) return
    const at = this.now()
    this.#ahead = at - this.#source.now()
    this.#read = at
    this.#left = 0
    this.#still = undefined
    this.#frozen = false
  }

  /** Jumps forward by this many milliseconds. */
  move(ms: number): void {
    if (this.#still !== undefined) {
      this.#still += ms
      return
    }
    this.#ahead += ms
    this.#read += ms
  }
}
