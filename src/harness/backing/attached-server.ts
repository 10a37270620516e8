/** A server that runs elsewhere. */
import { QueratorClient } from '../../client/client.js'
import { sendOverHttp } from '../../client/http-send.js'
import { closedError } from '../../daemon/closed-error.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { Send, WireRequest } from '../../protocol/exchange.js'
import { fetchThrough } from '../reach/fetch-through.js'
import type { Backing, MadeQueue } from './backing.js'
import { sweep } from './left-overs.js'
import { NameSource } from './queue-names.js'
import { runPrefix } from './run-prefix.js'
import { ServerElsewhere } from './server-elsewhere.js'

/**
 * A server that runs elsewhere, and that others may use too. Queues made here have unique names. They are deleted when the test daemon is
 * closed, when the process has nothing left to do, or, after a crash, by whoever attaches next.
 */
export class AttachedServer implements Backing {
  readonly client: QueratorClient
  readonly ownClient: QueratorClient
  readonly send: Send
  readonly fetch: typeof fetch
  readonly isEmbedded = false
  readonly unawaited = undefined
  readonly notSent = undefined
  readonly names = new NameSource(runPrefix())
  readonly #endpoint: string
  readonly #server: ServerElsewhere
  /** By name, those that are still to be removed. */
  readonly #queues = new Map<string, MadeQueue>()
  #sweep: Promise<unknown> | undefined
  #closed = false
  #apiKey: string | undefined

  /** @throws QueratorError when `endpoint` is no URL of a server */
  constructor(endpoint: string, apiKey: string | undefined) {
    const overHttp = sendOverHttp(endpoint)
    this.send = async (request) => {
      this.checkOpen()
      return overHttp(request).catch((error: unknown) => {
        throw this.#server.failed(error)
      })
    }
    this.#endpoint = endpoint
    this.#server = new ServerElsewhere(endpoint)
    this.#apiKey = apiKey
    this.client = new QueratorClient({ send: this.send, apiKey: () => this.#apiKey })
    this.ownClient = this.client
    // Not the global one, which fake timers can stop.
    this.fetch = fetchThrough(async (request) => this.send(await whole(request)))
  }

  embedded(what: string): Daemon {
    throw this.#server.needsEmbedded(what)
  }

  async listen(): Promise<string> {
    return this.#endpoint
  }

  checkOpen(): void {
    if (this.#closed) throw closedError()
  }

  made(queue: MadeQueue): void {
    // A process that closes nothing removes its queues when there is nothing else to do.
    if (this.#queues.size === 0) process.once('beforeExit', this.#leave)
    this.#queues.set(queue.name, queue)
    // Beside the tests, and whether it succeeds or not: they do not depend on it.
    this.#sweep ??= sweep(this.client).catch(() => undefined)
  }

  deleted(queueName: string): void {
    this.#queues.delete(queueName)
    if (this.#queues.size === 0) process.off('beforeExit', this.#leave)
  }

  useKey(apiKey: string | undefined): void {
    this.#apiKey = apiKey
  }

  async close(): Promise<void> {
    await this.#sweep
    try {
      await Promise.all([...this.#queues.values()].map((queue) => queue.delete()))
    } finally {
      process.off('beforeExit', this.#leave)
      this.#closed = true
    }
  }

  readonly #leave = (): void => {
    // Whoever forgot to close does not wait for what it says.
    this.close().catch(() => undefined)
  }
}

/** The body in one piece, as it goes over a socket. */
async function whole(request: WireRequest): Promise<WireRequest> {
  const { body } = request
  if (ArrayBuffer.isView(body) || typeof body === 'function') return request
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return { ...request, body: Buffer.concat(chunks) }
}
