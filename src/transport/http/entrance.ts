/** What a server lets in. */
import type { Duplex } from 'node:stream'
import type { WireRequest } from '../../protocol/exchange.js'
import { reset } from './broken-reply.js'

/** The entrance of a server. */
export interface Entrance {
  /** Whether the daemon is away, so that nothing gets in but what passes. */
  readonly isAway: boolean
  /** Whether any request may pass while it is away. If not, connections are reset before their first request. */
  readonly isWatched: boolean
  /** Whether a request gets in while the daemon is away. */
  passes(request: WireRequest): boolean
  /** Called for each request that does not. Without one, for each connection that is reset at once. */
  turnedAway(request?: WireRequest): void
}

/** Lets everything in. */
export const OPEN_ENTRANCE: Entrance = {
  isAway: false,
  isWatched: false,
  passes: () => true,
  turnedAway: () => undefined,
}

/** Returns whether the daemon is away for a request. If so, its connection breaks. */
export function turnsAway(entrance: Entrance, request: WireRequest, socket: Duplex): boolean {
  if (!entrance.isAway || entrance.passes(request)) return false
  entrance.turnedAway(request)
  reset(socket)
  return true
}
