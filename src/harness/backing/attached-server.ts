/** The backing of a test daemon that uses a server elsewhere. */
import { QueratorClient } from '../../client/client.js'
import { sendOverHttp } from '../../client/http-send.js'
import { closedError } from '../../daemon/closed-error.js'
import type { Daemon } from '../../daemon/daemon.js'
import { OWN_HEADER, type Send, type WireRequest } from '../../protocol/exchange.js'
import { fetchThrough } from '../reach/fetch-through.js'
import type { Backing, MadeQueue } from './backing.js'
import type { ControlClient } from './control-client.js'
import { sweep } from './left-overs.js'
import { NameSource } from './queue-names.js'
import { runPrefix } from './run-prefix.js'
import { ServerElsewhere } from './server-elsewhere.js'

/**
 * A server elsewhere, which others may use too. Queues made here have unique names. They are deleted when the test daemon is
 * closed or the process has nothing left to do. After a crash, the next run that attaches deletes them.
 */
export class AttachedServer implements Backing {
  readonly client: QueratorClient
  readonly queueClient: QueratorClient
  readonly handlersClient: QueratorClient
  readonly ownClient: QueratorClient
  readonly send: Send
  readonly fetch: typeof fetch
  readonly isEmbedded = false
  readonly control: ControlClient | undefined
  readonly unawaited = undefined
  readonly notSent = undefined
  readonly names = new NameSource(runPrefix())
  readonly #endpoint: string
  readonly elsewhere: ServerElsewhere
  /** The queues that are still to be deleted, by name. */
  readonly #queues = new Map<string, MadeQueue>()
  #sweep: Promise<unknown> | undefined
  #closed = false
  #apiKey: string | undefined

  /** @throws QueratorError if `endpoint` is not the URL of a server */
  constructor(endpoint: string, apiKey: string | undefined, control: ControlClient | undefined) {
    this.control = control
    const overHttp = sendOverHttp(endpoint)
    this.send = async (request) => {
      this.checkOpen()
      // A freeze without an await comes before this call.
      await control?.settled()
      return overHttp(request).catch((error: unknown) => {
        throw this.elsewhere.failed(error)
      })
    }
    this.#endpoint = endpoint
    this.elsewhere = new ServerElsewhere(endpoint)
    this.#apiKey = apiKey
    this.client = new QueratorClient({ send: this.send, apiKey: () => this.#apiKey })
    this.queueClient = this.client
    this.handlersClient = this.client
    // Only a server with a control plane can make calls fail.
    const own: Send = (request) => this.send({ ...request, headers: { ...request.headers, [OWN_HEADER]: '1' } })
    this.ownClient = control === undefined ? this.client : new QueratorClient({ send: own, apiKey: () => this.#apiKey })
    // Does not use the global fetch, which fake timers can stop.
    this.fetch = fetchThrough(async (request) => this.send(await whole(request)))
  }

  embedded(what: string): Daemon {
    throw this.elsewhere.needsEmbedded(what)
  }

  async listen(): Promise<string> {
    return this.#endpoint
  }

  async serveControl(): Promise<void> {
    if (this.control === undefined) throw this.elsewhere.needsEmbedded('listen({ control })')
  }

  checkOpen(): void {
    if (this.#closed) throw closedError()
  }

  made(queue: MadeQueue): void {
    // A process that never calls close deletes its queues when it has nothing else to do.
    if (this.#queues.size === 0) process.once('beforeExit', this.#leave)
    this.#queues.set(queue.name, queue)
    // Runs beside the tests. They do not depend on it, so it may fail.
    this.#sweep ??= sweep(this.ownClient).catch(() => undefined)
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
      // What failed without an await is reported, but only when the queues are gone.
      const failed = await this.control?.settled().catch((error: unknown) => ({ error }))
      await Promise.all([...this.#queues.values()].map((queue) => queue.delete()))
      if (failed) throw failed.error
    } finally {
      process.off('beforeExit', this.#leave)
      this.#closed = true
    }
  }

  readonly #leave = (): void => {
    // Without a call of close, nothing awaits its errors.
    this.close().catch(() => undefined)
  }
}

/** Returns the request with its body in one piece, as it is sent over a socket. */
async function whole(request: WireRequest): Promise<WireRequest> {
  const { body } = request
  if (ArrayBuffer.isView(body) || typeof body === 'function') return request
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return { ...request, body: Buffer.concat(chunks) }
}
