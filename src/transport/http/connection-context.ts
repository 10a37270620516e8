/** What the connections of a server share. */
import type { Clock } from '../../clock/clock.js'
import type { WireReply, WireRequest } from '../../protocol/exchange.js'
import type { Entrance } from './entrance.js'
import type { SenderContext } from './reply-sender.js'
import type { Pacing } from './served-request.js'
import type { Watch } from './watch.js'

/** Replies to requests. */
export interface Answering {
  /** Returns the reply. Never rejects. */
  handle(request: WireRequest): Promise<WireReply>
}

/** The parts that the connections of a server share. */
export interface ConnectionContext extends Pacing, SenderContext {
  readonly handler: Answering
  readonly clock: Clock
  readonly watch: Watch
  entrance: Entrance
}
