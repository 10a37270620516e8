/** The way of requests of this process into the daemon and of their replies back, without a socket. */
import { turnDue } from '../clock/event-loop.js'
import type { MovableClock } from '../clock/movable-clock.js'
import { nextTurn } from '../clock/real-time.js'
import type { WireReply, WireRequest } from '../protocol/exchange.js'
import type { Handler } from '../transport/handler.js'
import { brokenError } from './faults/broken.js'
import type { Faults } from './faults/faults.js'

/** Carries requests in memory. */
export class MemoryWay {
  readonly #handler: Handler
  readonly #clock: MovableClock
  readonly #faults: Faults

  constructor(handler: Handler, clock: MovableClock, faults: Faults) {
    this.#handler = handler
    this.#clock = clock
    this.#faults = faults
  }

  /** Replies to a request. @throws QueratorError if a fault breaks the connection */
  async send(request: WireRequest): Promise<WireReply> {
    const faults = this.#faults
    const { presence } = faults
    const { life } = presence
    if (faults.isAway && !this.#handler.passes(request)) {
      faults.turnedAway(request)
      // Made now, because the daemon may be up again in the next turn.
      const error = brokenError('refused', presence, life)
      // A worker that tries again and again must not block the event loop.
      await nextTurn()
      throw error
    }
    // The call is carried out at once. Only the reply waits, so what a test sees next does not depend on timing.
    const reply = await this.#handler.handle(request)
    const isLost = reply.status === 0 || (request.breaks !== undefined && request.breaks !== 'slow')
    // What an earlier life took gets no reply from this one.
    const isGone = faults.isAway || life !== presence.life
    if (isLost || (isGone && !this.#handler.passes(request))) {
      const error = brokenError('reset', presence, life)
      await nextTurn()
      throw error
    }
    const turn = turnDue()
    if (turn === undefined) return reply
    const way = this.#clock.way()
    way.begin()
    await turn
    way.close()
    return reply
  }
}
