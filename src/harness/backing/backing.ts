/** The interface behind a test daemon. */
import type { Origin } from '../../client/call-site.js'
import type { NotSent, QueratorClient } from '../../client/client.js'
import type { UnawaitedCalls } from '../../client/unawaited.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { Send } from '../../protocol/exchange.js'
import type { ControlClient } from './control-client.js'
import type { NameSource } from './queue-names.js'
import type { ServerElsewhere } from './server-elsewhere.js'

/** A queue that a test made. */
export interface MadeQueue {
  readonly name: string
  delete(): Promise<void>
}

/** What a test daemon uses: a daemon in this process, or a server elsewhere. The harness treats both alike. */
export interface Backing {
  /** The client of the test. It stays an administrator when the door of an embedded daemon is closed. */
  readonly client: QueratorClient
  /** The client of the queues of a test. Conditions leave its calls alone. */
  readonly queueClient: QueratorClient
  /** The client of the handlers of drain and work. */
  readonly handlersClient: QueratorClient
  /** The client of the harness. Its calls are not checked for `await`, and events do not show where they were made. */
  readonly ownClient: QueratorClient
  /** Sends a request as it is, without a key. */
  readonly send: Send
  /** A `fetch` that reaches the daemon, whatever the origin of the URL. */
  readonly fetch: typeof fetch
  readonly names: NameSource
  /** The control plane of a server elsewhere. Undefined if it has none, or the daemon is in this process. */
  readonly control: ControlClient | undefined
  /** Whether the daemon is in this process. */
  readonly isEmbedded: boolean
  /** What to say about a server elsewhere. Undefined if the daemon is in this process. */
  readonly elsewhere: ServerElsewhere | undefined
  /** The calls of its clients that were not awaited. Undefined if clients do not note call sites. */
  readonly unawaited: UnawaitedCalls | undefined
  /** Called with requests that its clients refuse to send. */
  readonly notSent: NotSent | undefined
  /** Returns the daemon in this process, which `what` needs. @throws QueratorError if there is none. The message says what to do. */
  embedded(what: string): Daemon
  /** Returns a URL at which others can reach it. */
  listen(options: { host?: string; port?: number }): Promise<string>
  /** Serves the control plane. @throws QueratorError on a server elsewhere that has none */
  serveControl(options: { host?: string }): Promise<void>
  /** Returns the backing of a copy of the daemon in this process. @throws QueratorError if there is none, or it is down or closed */
  fork(): Backing
  /** @throws QueratorError if it is closed */
  checkOpen(): void
  /** Call these when a queue was made for a test, and when a test deleted one. */
  made(queue: MadeQueue): void
  deleted(queueName: string): void
  /** Makes the client of the test send this key from now on, or none. */
  useKey(apiKey: string | undefined): void
  /** Calls `undo` before a server elsewhere is left, also if nobody closes the daemon. A daemon in the process ends with what it did. */
  beforeClose(undo: () => Promise<void>): void
  /** `origin` is where a test closes it. */
  close(origin?: Origin): Promise<void>
}
