/** The backing of a test daemon that has a daemon of its own. */
import type { CallSites, Origin } from '../../client/call-site.js'
import { type NotSent, QueratorClient } from '../../client/client.js'
import { UnawaitedCalls } from '../../client/unawaited.js'
import type { Daemon } from '../../daemon/daemon.js'
import { isQueratorError } from '../../errors.js'
import type { Send } from '../../protocol/exchange.js'
import { fetchThrough } from '../reach/fetch-through.js'
import type { Backing, MadeQueue } from './backing.js'
import { NameSource } from './queue-names.js'

/** Rejects as `fetch` does when its connection breaks. */
function failedFetch(error: unknown): never {
  if (!isQueratorError(error) || error.codeText !== 'No Answer') throw error
  throw new TypeError('fetch failed', { cause: error.cause })
}

/** Loads the control plane of a daemon, and serves it. */
export type ServeControl = (daemon: Daemon, options: { host?: string }) => Promise<void>

/** A daemon in the process of the test. */
export class EmbeddedBacking implements Backing {
  readonly client: QueratorClient
  readonly queueClient: QueratorClient
  readonly handlersClient: QueratorClient
  readonly ownClient: QueratorClient
  readonly send: Send
  readonly fetch: typeof fetch
  readonly names = new NameSource()
  readonly isEmbedded = true
  readonly elsewhere = undefined
  readonly control = undefined
  readonly unawaited: UnawaitedCalls | undefined
  readonly notSent: NotSent
  readonly #daemon: Daemon
  readonly #serveControl: ServeControl
  #apiKey: string | undefined

  /** `callSites` says how calls note where they are made. Undefined if they do not. */
  constructor(daemon: Daemon, callSites: CallSites | undefined, serveControl: ServeControl) {
    this.#serveControl = serveControl
    this.send = (request) => daemon.send(request)
    this.#daemon = daemon
    this.unawaited = callSites && new UnawaitedCalls(callSites)
    this.notSent = (name, request, error, origin) => daemon.notSent(name, request, error, origin)
    const reached = { send: this.send, apiKey: () => this.#apiKey }
    const noted = { ...reached, unawaited: this.unawaited, notSent: this.notSent }
    this.client = new QueratorClient(noted)
    this.queueClient = new QueratorClient({ ...noted, from: 'queue' })
    this.handlersClient = new QueratorClient({ ...noted, from: 'handlers' })
    this.ownClient = new QueratorClient({ ...reached, send: (request) => daemon.send({ ...request, isOwn: true }) })
    this.fetch = fetchThrough((request) => this.send(request).catch(failedFetch), callSites)
  }

  embedded(): Daemon {
    return this.#daemon
  }

  async listen(options: { host?: string; port?: number }): Promise<string> {
    return `http://${await this.#daemon.listen(options)}`
  }

  serveControl(options: { host?: string }): Promise<void> {
    return this.#serveControl(this.#daemon, options)
  }

  fork(): EmbeddedBacking {
    const copy = new EmbeddedBacking(this.#daemon.fork(), this.unawaited?.callSites, this.#serveControl)
    copy.useKey(this.#apiKey)
    return copy
  }

  checkOpen(): void {
    this.#daemon.assertOpen()
  }

  // The queues end with the daemon.
  made(queue: MadeQueue): void {
    // Calls on an earlier queue of this name are not about this one.
    this.unawaited?.take([queue.name])
  }

  deleted(): void {}

  beforeClose(): void {}

  useKey(apiKey: string | undefined): void {
    this.#apiKey = apiKey
  }

  close(origin?: Origin): Promise<void> {
    return this.#daemon.close(origin)
  }
}
