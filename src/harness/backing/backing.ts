/** What a test daemon stands on. */
import type { NotSent, QueratorClient } from '../../client/client.js'
import type { UnawaitedCalls } from '../../client/unawaited.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { Send } from '../../protocol/exchange.js'
import type { NameSource } from './queue-names.js'

/** A queue that a test made. */
export interface MadeQueue {
  readonly name: string
  delete(): Promise<void>
}

/** What a test daemon stands on: a daemon in this process, or a server elsewhere. The harness treats both alike. */
export interface Backing {
  /** The test's own client: an administrator, once the door of an embedded daemon is closed. */
  readonly client: QueratorClient
  /** The same for what the harness itself asks: it awaits everything, and nobody wants to know where it did. */
  readonly ownClient: QueratorClient
  /** Sends a request as it is, without a key. */
  readonly send: Send
  /** Reaches it whatever the origin of the URL. */
  readonly fetch: typeof fetch
  readonly names: NameSource
  /** Whether it is a daemon in this process. */
  readonly isEmbedded: boolean
  /** The calls of its clients that nobody awaits; undefined where clients do not tell where calls are made. */
  readonly unawaited: UnawaitedCalls | undefined
  /** Where its clients tell of requests that they do not send. */
  readonly notSent: NotSent | undefined
  /** The daemon in this process. @throws QueratorError that says what to do when there is none; `what` needs it */
  embedded(what: string): Daemon
  /** A URL at which it can be reached by others. */
  listen(options: { host?: string; port?: number }): Promise<string>
  /** @throws QueratorError when it is closed */
  checkOpen(): void
  /** A queue was made for a test, and another was deleted by it. */
  made(queue: MadeQueue): void
  deleted(queueName: string): void
  /** Lets the test's own client send this key from now on, or none. */
  useKey(apiKey: string | undefined): void
  close(): Promise<void>
}
