/** What stands behind a test daemon: a daemon in this process, or a server elsewhere. The harness treats both alike. */
import type { QueratorClient } from '../client/client.js'
import type { Daemon } from '../daemon/daemon.js'
import type { NameSource } from './queue-names.js'
import type { TestQueue } from './test-queue.js'

/** See the head of this file. */
export interface Backing {
  readonly client: QueratorClient
  /** Reaches it whatever the origin of the URL. */
  readonly fetch: typeof fetch
  readonly names: NameSource
  /** The daemon in this process. @throws QueratorError that says what to do when there is none; `what` needs it */
  embedded(what: string): Daemon
  /** A URL at which it can be reached by others. */
  listen(options: { host?: string; port?: number }): Promise<string>
  /** @throws QueratorError when it is closed */
  checkOpen(): void
  /** A queue was made for a test, and another was deleted by it. */
  made(queue: TestQueue): void
  deleted(queueName: string): void
  close(): Promise<void>
}
