/** The handler behind every listener (docs/protocol/admin.md §1). */
import { passedNow } from '../clock/real-time.js'
import { badRequest, contentError, isQueratorError, QueratorError } from '../errors.js'
import { decodeRequest, encode } from '../protocol/codec.js'
import { type Encoding, encodingOf, firstOf, MEDIA_TYPE } from '../protocol/content-type.js'
import { CLIENT_GONE, DETAILS_HEADER, type WireReply, type WireRequest } from '../protocol/exchange.js'
import type { MessageType } from '../protocol/messages/message.js'
import { Reply } from '../protocol/messages/reply.js'
import { METHODS, type Method, type MethodName, methodAt } from '../protocol/methods.js'
import { ProxyReply } from '../protocol/proxy-reply.js'
import { errorReply, OK_REPLY } from '../protocol/replies.js'
import { keyOf } from './authorization.js'
import type { FaultFigures, MemoryFigures, QueueFigures } from './figures.js'
import { type Health, healthReply } from './health.js'
import { malformed } from './http/refusal.js'
import { MetricsPage } from './metrics.js'
import { faultyField, type Named, namedIn, namedInBody } from './named-in-body.js'
import { readBody } from './request-body.js'
import { pathOf } from './request-target.js'
import { headerText, sayable } from './sayable.js'
import { Timings } from './timings.js'

const HEADERS: Record<Encoding, Readonly<Record<string, string>>> = {
  json: { 'content-type': MEDIA_TYPE.json, 'x-content-type-options': 'nosniff' },
  protobuf: { 'content-type': MEDIA_TYPE.protobuf, 'x-content-type-options': 'nosniff' },
}

const OK: Partial<Record<Encoding, WireReply>> = {}

/** Returns the most common reply, which is encoded once. */
function okReply(encoding: Encoding): WireReply {
  OK[encoding] ??= { status: 200, headers: HEADERS[encoding], body: encode(Reply, OK_REPLY, encoding) }
  return OK[encoding]
}

/** The reply when nobody awaits one. */
const NO_REPLY: WireReply = { status: 0, headers: {}, body: new Uint8Array() }

/** The daemon as the handler sees it. `Caller` is the type of callers, which the handler does not need to know. */
export interface Backend<Caller> {
  /** Returns the caller with this key, or without one. @throws 401 */
  identify(key: string | undefined): Caller
  /** Carries out a call. Returns its response, or nothing for a plain OK. */
  call(name: MethodName, message: unknown, request: WireRequest, caller: Caller): unknown
  health(): Health
  /** Returns the metrics of the queues that this caller may see. */
  queueFigures(caller: Caller): readonly QueueFigures[]
  /** Returns how often faults acted. */
  faultFigures(): readonly FaultFigures[]
  /** Returns what is in memory and on disk. */
  memoryFigures(): Promise<MemoryFigures>
  /** Records a call that failed. */
  refused(refused: RefusedCall): void
  /** Records an internal error, which no request caused. */
  failed(error: unknown, request: { method: string; path: string }): void
}

/** Routes beside those of the protocol. */
export interface OtherRoutes {
  /** Whether it replies to requests for this path. */
  serves(path: string): boolean
  /** Replies to a request for one of its paths. Returns `undefined` for any other path. The promise never rejects. */
  handle(path: string, request: WireRequest): Promise<WireReply> | undefined
}

/** A call that failed. */
export interface RefusedCall {
  readonly path: string
  /** `undefined` for an unknown path. */
  readonly name: MethodName | undefined
  readonly request: WireRequest
  readonly named: Named
  readonly error: QueratorError
  /** The field of the body that could not be decoded. Empty if it is unknown. */
  readonly field: string
}

/** Whether the daemon is down, and how often it has started. */
interface Presence {
  readonly isDown: boolean
  readonly life: number
}

/** The parts of a failed call that were read before it failed. */
interface Failed {
  readonly request: WireRequest
  readonly path: string
  readonly name: MethodName | undefined
  readonly body: Uint8Array | undefined
  readonly message: unknown
}

/** Counts calls. The harness uses it to tell whether anything happens. */
export interface Activity {
  /** Calls so far, whatever their result. */
  started: number
  /** Calls without a reply yet, including waiting leases. */
  open: number
}

/** Handles requests: it routes, reads, decodes, calls and replies. It works the same with and without a socket. */
export class Handler<Caller = unknown> {
  readonly #backend: Backend<Caller>
  readonly #presence: Presence
  readonly #timings = new Timings()
  readonly #metrics: MetricsPage
  readonly activity: Activity = { started: 0, open: 0 }
  /** Further routes. They count neither as calls nor in the metrics. */
  others: OtherRoutes | undefined

  /** `presence` says whether the daemon is down. Then only the further routes are served. */
  constructor(backend: Backend<Caller>, presence: Presence = { isDown: false, life: 1 }) {
    this.#backend = backend
    this.#presence = presence
    this.#metrics = new MetricsPage(this.#timings)
  }

  /** Whether a request gets in while the daemon is away: those of the harness itself, and the further routes. */
  passes({ isOwn, target }: WireRequest): boolean {
    return (isOwn === true && !this.#presence.isDown) || this.others?.serves(pathOf(target) ?? '') === true
  }

  /** Replies to a request. Never rejects. While a lease waits, the promise stays pending. */
  async handle(request: WireRequest): Promise<WireReply> {
    const start = passedNow()
    const path = pathOf(request.target)
    if (path === undefined) return malformed().reply
    const other = this.others?.handle(path, request)
    if (other !== undefined) return other
    let name: MethodName | undefined
    let body: Uint8Array | undefined
    let message: unknown
    const { life } = this.#presence
    this.activity.started++
    this.activity.open++
    try {
      if (path === '/health' && isProbe(request.method)) return healthReply(this.#backend.health())
      if (request.method === 'GET' && path === '/metrics') return await this.#metricsReply(request)
      if (request.method !== 'POST') throw badRequest(`http method '${request.method}' not allowed; only POST`)
      const caller = this.#backend.identify(keyOf(request.headers.authorization))
      name = methodAt(path)
      if (name === undefined) throw new QueratorError(501, `no such method; ${path}`)
      const method = METHODS[name] as Method
      let reading: Uint8Array | Promise<Uint8Array> | undefined = readBody(request.body, method.bodyLimit)
      body = ArrayBuffer.isView(reading) ? reading : await reading
      message = decodeRequest(method.request, body, encodingOfBody(request))
      // A call may wait for minutes without its body, so its memory is released.
      reading = undefined
      body = undefined
      request.bodyRead?.()
      // Its body may have come only after the daemon had started again.
      if (life !== this.#presence.life) throw CLIENT_GONE
      const response = (await this.#backend.call(name, message, request, caller)) ?? OK_REPLY
      const held = request.replying?.()
      if (held !== undefined) await held
      return reply(request, method.response, response, 200)
    } catch (error) {
      if (error === CLIENT_GONE) return NO_REPLY
      if (error instanceof ProxyReply) return error.reply
      return await this.#refuse(error, { request, path, name, body, message })
    } finally {
      this.activity.open--
      this.#timings.observe(path, (passedNow() - start) / 1000)
    }
  }

  async #refuse(thrown: unknown, { request, path, body, message, ...call }: Failed): Promise<WireReply> {
    const known = isQueratorError(thrown) && thrown.code !== 0 ? thrown : this.#unknown(thrown, request, path)
    const name = call.name ?? methodAt(path)
    const named = message === undefined ? namedByThen(name, body ?? request.body) : namedIn(message)
    const field = body === undefined ? '' : faultyField(body, known.message)
    const error = sayable(known, encodingOf(request.headers.accept) ?? 'json')
    this.#backend.refused({ path, name, request, named, error, field })
    await request.replying?.()
    return reply(request, Reply, errorReply(error), error.code, error.details)
  }

  /** Returns the metrics to everyone (docs/protocol/admin.md §1.5). Which queues they show depends on the caller. */
  #metricsReply(request: WireRequest): Promise<WireReply> {
    return this.#metrics.reply(request.headers, async () => ({
      memory: await this.#backend.memoryFigures(),
      queues: this.#backend.queueFigures(this.#whoever(request)),
      faults: this.#backend.faultFigures(),
    }))
  }

  /** Returns the caller. An invalid key counts as none. */
  #whoever({ headers }: WireRequest): Caller {
    try {
      return this.#backend.identify(keyOf(headers.authorization))
    } catch {
      return this.#backend.identify(undefined)
    }
  }

  #unknown(error: unknown, request: WireRequest, path: string): QueratorError {
    this.#backend.failed(error, { method: request.method, path })
    return new QueratorError(500, 'Internal Error')
  }
}

/** Returns the names in a body that was not read or could not be decoded. */
function namedByThen(name: MethodName | undefined, body: WireRequest['body']): Named {
  if (name === undefined || !ArrayBuffer.isView(body)) return namedIn(undefined)
  return namedInBody((METHODS[name] as Method).request, body)
}

/** HEAD is allowed too: tools send it to wait for a server, and take a 400 for a server that is not up yet. */
function isProbe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function encodingOfBody({ headers }: WireRequest): Encoding {
  const contentType = headers['content-type'] ?? ''
  const encoding = encodingOf(contentType)
  if (encoding !== undefined) return encoding
  const shown = headerText(contentType)
  throw contentError(`Content-Type header '${shown}' is invalid format or unrecognized content type`)
}

/** Encodes a reply by `Accept`. The header is checked only now, after the work (docs/protocol/admin.md §1.2). */
function reply(
  request: WireRequest,
  type: MessageType,
  message: unknown,
  status: number,
  details?: Readonly<Record<string, string>>,
): WireReply {
  const accept = request.headers.accept ?? ''
  const encoding = encodingOf(accept)
  if (encoding === undefined) return badAcceptReply(accept)
  if (message === OK_REPLY) return okReply(encoding)
  const body = encode(type, message as never, encoding)
  if (details === undefined || Object.keys(details).length === 0) return { status, headers: HEADERS[encoding], body }
  const hints = encodeURIComponent(JSON.stringify(details))
  return { status, headers: { ...HEADERS[encoding], [DETAILS_HEADER]: hints }, body }
}

function badAcceptReply(accept: string): WireReply {
  const shown = headerText(firstOf(accept))
  const message = `Accept header '${shown}' is invalid format or unrecognized content type, only [application/json,application/protobuf] are supported by this method`
  const error = sayable(contentError(message), 'json')
  return { status: error.code, headers: HEADERS.json, body: encode(Reply, errorReply(error), 'json') }
}
