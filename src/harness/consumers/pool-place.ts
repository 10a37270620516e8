/** The queue whose items a pool of handlers takes. */
import type { Daemon } from '../../daemon/daemon.js'
import type { Lease } from '../handles/leased-items.js'
import type { RunningHandlers } from './running-handlers.js'

/** An item that a consumer holds. Each lease is another attempt. */
export interface HeldItem {
  readonly id: string
  readonly attempts: number
}

/** The queue of a pool. */
export interface PoolPlace {
  readonly queueName: string
  /** Undefined for a server elsewhere. */
  readonly daemon: Daemon | undefined
  /** The handlers that run, and the names of their consumers. */
  readonly handlers: RunningHandlers
  /** The time of the daemon. On a server elsewhere, that of the machine. */
  now(): number
  /** Returns the items that a client holds. Empty on a server elsewhere, which does not tell. */
  held(clientId: string): readonly HeldItem[]
  /** Calls `then` when the lease of a client waits although no item is free. Returns a function to stop. */
  whenInVain(clientId: string, then: () => void): () => void
  /** Resolves when a daemon that is down runs again, or the signal is aborted. Undefined if it runs. */
  untilUp(signal: AbortSignal): Promise<void> | undefined
  /** Whether the daemon is down, or about to be. */
  isDown(): boolean
  /** Counts the lives of the daemon, and how often queues made room for earlier ones. */
  life(): number
  lease(options: { batchSize: number; clientId: string; requestTimeout: string; signal: AbortSignal }): Promise<Lease>
}
