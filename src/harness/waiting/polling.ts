/**
 * Waits for a state of a queue on a server elsewhere. Nothing there tells when something happens, so a wait asks again and again, with
 * growing pauses.
 */
import { atCallSite, type Origin, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { whenAwaited } from '../../client/unawaited.js'
import { paced } from '../../clock/event-loop.js'
import { orGiveUp } from '../../clock/give-up.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { passedNow, wakeAfter } from '../../clock/real-time.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { isMissing, usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import { type AwaitedState, holds, stateWish } from './state.js'
import type { WaitOptions } from './waiting.js'
import { type Counts, type LeftItem, leftLines, MOST_LISTED } from './what-is-left.js'

/** The first pause between two questions, and the longest, in milliseconds. Each is twice as long as the one before. */
const FIRST_PAUSE = 10
const LONGEST_PAUSE = 250
/** The shortest time to wait for a reply, and for the list of what is left, in milliseconds. The limit may be over earlier. */
const SHORTEST_REPLY = 500

/** The queue that a wait is about, and how to ask for it. */
export interface PolledPlace {
  readonly queue: string
  /** Whether the queue existed when the wait began. If not, the server's error says that there is none of this name. */
  readonly existed: boolean
  readonly server: {
    /** Its URL, and where that comes from. */
    readonly name: string
    /** Returns the error of a request without a reply within this time. */
    late(time: string): unknown
  }
  /** How long to wait unless the options say otherwise, in milliseconds. */
  readonly patience: number
  /** Whether the test has closed the daemon. */
  isClosed(): boolean
  counts(signal: AbortSignal): Promise<Counts>
  /** Returns the first items that are left, with those that are scheduled last. */
  items(most: number, signal: AbortSignal): Promise<LeftItem[]>
}

/** Resolves when a queue on a server elsewhere is in a state. See `queue.drained` and `queue.idle`. */
export function pollUntil(place: PolledPlace, state: AwaitedState, options: WaitOptions): Promise<void> {
  const poll = new Poll(place, state, originOf(pollUntil))
  return whenAwaited(paced(poll.run(options)), () => poll.awaited())
}

class Poll {
  readonly #place: PolledPlace
  readonly #state: AwaitedState
  readonly #origin: Origin
  #ends = 0
  #isAwaited = false
  /** Sets the timer of a pause again. */
  #rewind = () => {}

  constructor(place: PolledPlace, state: AwaitedState, origin: Origin) {
    this.#place = place
    this.#state = state
    this.#origin = origin
  }

  /** Call when somebody awaits the result. Only then does a pause keep the process alive. */
  awaited(): void {
    this.#isAwaited = true
    this.#rewind()
  }

  async run(options: WaitOptions): Promise<void> {
    const { patience } = this.#place
    checkOptions(this.#state, options, ['within'])
    const limit = options.within === undefined ? patience : givenMilliseconds('within', options.within)
    this.#ends = passedNow() + limit
    let existed = this.#place.existed
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const counts = await this.#look(existed)
      if (holds(this.#state, counts)) return
      existed = true
      if (this.#left === 0) throw await this.#timedOut(limit, counts)
      await this.#pause(Math.min(pause, this.#left))
    }
  }

  /** The time left, in milliseconds. */
  get #left(): number {
    return Math.max(0, this.#ends - passedNow())
  }

  /** @throws the error of the server, or one that says that the queue is gone, or the daemon was closed */
  async #look(existed: boolean): Promise<Counts> {
    try {
      return await this.#asked((signal) => this.#place.counts(signal))
    } catch (error) {
      const { queue, isClosed } = this.#place
      if (isClosed()) throw this.#error(`the daemon was closed while waiting for ${stateWish(this.#state, queue)}`)
      if (existed && isMissing(error, 'queue'))
        throw atCallSite(thrownFrom(usageError(`the queue '${queue}' was deleted meanwhile`), this.#origin))
      throw atCallSite(error as Error, this.#origin)
    }
  }

  /** Gives a request up when the time is over. */
  #asked<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const longest = Math.max(this.#left, SHORTEST_REPLY)
    const late = () => {
      controller.abort()
      throw this.#place.server.late(lengthOf(Math.round(longest)))
    }
    return orGiveUp(request(controller.signal), longest, late, this.#isAwaited)
  }

  #pause(length: number): Promise<void> {
    const ends = passedNow() + length
    return new Promise<void>((resolve) => {
      let cancel = () => {}
      this.#rewind = () => {
        cancel()
        cancel = wakeAfter(ends - passedNow(), resolve, this.#isAwaited)
      }
      this.#rewind()
    }).then(() => {
      this.#rewind = () => {}
    })
  }

  async #timedOut(limit: number, counts: Counts): Promise<Error> {
    const { queue, server, items } = this.#place
    const wish = `${stateWish(this.#state, queue)}, on ${server.name}`
    // What is left explains the error. Without a list, the counts have to do.
    const listed = await this.#asked((signal) => items(MOST_LISTED, signal)).catch(() => [])
    return this.#error(
      [`timed out after ${lengthOf(limit)} waiting for ${wish}`, ...leftLines(this.#state, queue, counts, listed)].join(
        '\n',
      ),
    )
  }

  #error(text: string): Error {
    return atCallSite(thrownFrom(usageError(text.split('\n').map(visible).join('\n')), this.#origin))
  }
}
