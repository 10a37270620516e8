/** The backing of a test daemon that uses a server elsewhere. */
import { QueratorClient } from '../../client/client.js'
import { sendOverHttp } from '../../client/http-send.js'
import { closedError } from '../../daemon/closed-error.js'
import type { Daemon } from '../../daemon/daemon.js'
import { readAway } from '../../daemon/faults/seen-call.js'
import { OWN_HEADER, type Send, type WireRequest } from '../../protocol/exchange.js'
import { fetchThrough } from '../reach/fetch-through.js'
import type { Backing, MadeQueue } from './backing.js'
import type { ControlClient } from './control-client.js'
import { sweep } from './left-overs.js'
import { NameSource } from './queue-names.js'
import { LONGEST_REPLY, ReplyLimit } from './reply-limit.js'
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
  #undo: () => Promise<void> = async () => undefined
  /** Whether there may be something to undo. */
  #hasBegun = false
  #closed = false
  #apiKey: string | undefined

  /** @throws QueratorError if `endpoint` is not the URL of a server */
  constructor(endpoint: string, apiKey: string | undefined, control: ControlClient | undefined) {
    this.control = control
    const overHttp = sendOverHttp(endpoint)
    const reached: Send = (request) => {
      return overHttp(request).catch((error: unknown) => {
        throw this.elsewhere.failed(error)
      })
    }
    // A freeze without an await comes before every call.
    const ready = async () => {
      this.checkOpen()
      await control?.begun.carriedOut()
    }
    this.send = async (request) => {
      await ready()
      control?.begun.hear(() => readAway(request).queueName)
      return reached(request)
    }
    this.#endpoint = endpoint
    this.elsewhere = control?.elsewhere ?? new ServerElsewhere(endpoint)
    const limit = control?.limit ?? new ReplyLimit((time) => this.elsewhere.late(time))
    this.#apiKey = apiKey
    this.client = new QueratorClient({ send: this.send, apiKey: () => this.#apiKey })
    this.queueClient = this.client
    this.handlersClient = this.client
    const own: Send = async (request) => {
      await ready()
      // Only a server with a control plane can make calls fail.
      const headers = control === undefined ? request.headers : { ...request.headers, [OWN_HEADER]: '1' }
      return limit.asked(LONGEST_REPLY, (signal) => reached({ ...request, headers, signal }), request.signal)
    }
    this.ownClient = new QueratorClient({ send: own, apiKey: () => this.#apiKey })
    // Does not use the global fetch, which fake timers can stop. What a test began is no failure of the code that it tests.
    this.fetch = fetchThrough(async (request) => {
      const sent = await whole(request)
      await ready()
      return reached(sent)
    })
    if (control !== undefined) {
      control.onBegin = () => {
        this.#hasBegun = true
        this.#stay()
      }
    }
  }

  embedded(what: string): Daemon {
    throw this.elsewhere.needsEmbedded(what)
  }

  async listen(): Promise<string> {
    return this.#endpoint
  }

  async serveControl(): Promise<void> {
    if (this.control === undefined) throw this.elsewhere.needsEmbedded('listen({ control })')
    await this.control.confirm('listen({ control })')
  }

  fork(): Backing {
    throw this.elsewhere.needsEmbedded('fork')
  }

  checkOpen(): void {
    if (this.#closed) throw closedError()
  }

  made(queue: MadeQueue): void {
    this.#stay()
    this.#queues.set(queue.name, queue)
    // Runs beside the tests. They do not depend on it, so it may fail.
    this.#sweep ??= sweep(this.ownClient).catch(() => undefined)
  }

  deleted(queueName: string): void {
    this.#queues.delete(queueName)
    if (this.#queues.size === 0 && !this.#hasBegun) process.off('beforeExit', this.#leave)
  }

  useKey(apiKey: string | undefined): void {
    this.#apiKey = apiKey
  }

  beforeClose(undo: () => Promise<void>): void {
    this.#undo = undo
  }

  async close(): Promise<void> {
    await this.#sweep
    const undone = await Promise.allSettled([this.#undo()])
    const deleted = await Promise.allSettled([...this.#queues.values()].map((queue) => queue.delete()))
    process.off('beforeExit', this.#leave)
    this.#closed = true
    this.control?.close()
    // What failed without an await is reported, but only when nothing is left.
    await this.control?.settled('')
    for (const one of [...undone, ...deleted]) if (one.status === 'rejected') throw one.reason
  }

  /** A process that never calls close cleans up when it has nothing else to do. */
  #stay(): void {
    process.off('beforeExit', this.#leave)
    process.once('beforeExit', this.#leave)
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
