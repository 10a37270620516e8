/** Answers on their way to clients, so that a move of the clock can wait until they have arrived. */
import { nextTurn, wakeAfter } from './real-time.js'

/** For how long an answer on a socket is waited for, in milliseconds of real time. */
const LONGEST_ARRIVAL = 1000

/** See the head of this file. */
export class Deliveries {
  #onTheWay = 0
  /** Called when the last of them has arrived. */
  #allDelivered: (() => void)[] = []

  /** Notes an answer on its way; the function that it answers tells of its arrival. */
  begin(): () => void {
    this.#onTheWay++
    return this.#delivered
  }

  /** Resolves when every answer that is on its way has arrived. */
  async arrivals(): Promise<void> {
    if (this.#onTheWay === 0) return
    // A client that does not read its answer must not hold up the one who moves the clock.
    let giveUp = () => {}
    await new Promise<void>((resolve) => {
      this.#allDelivered.push(resolve)
      giveUp = wakeAfter(LONGEST_ARRIVAL, resolve)
    })
    giveUp()
    // One turn to leave this end of the sockets, one to be read at the other.
    await nextTurn()
    await nextTurn()
  }

  readonly #delivered = (): void => {
    this.#onTheWay--
    if (this.#onTheWay > 0) return
    for (const arrived of this.#allDelivered.splice(0)) arrived()
  }
}
