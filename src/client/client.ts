/** The typed client. Its methods come from the table of calls. */
import { TextDecoder } from 'node:util'
import { turnDue } from '../clock/event-loop.js'
import { QueratorError, usageError } from '../errors.js'
import { throwIfAborted } from '../protocol/aborts.js'
import { decodeResponse, encode, encodeFast } from '../protocol/codec.js'
import { type Encoding, MEDIA_TYPE } from '../protocol/content-type.js'
import { DETAILS_HEADER, type Headers, type WireReply, type WireRequest } from '../protocol/exchange.js'
import type { FieldsOf, MessageType, Shape } from '../protocol/messages/message.js'
import { Reply } from '../protocol/messages/reply.js'
import { METHODS, type Method, type MethodName } from '../protocol/methods.js'
import { errorOf } from '../protocol/replies.js'
import { visible } from '../visible.js'
import { atCallSite, type Origin, originOf } from './call-site.js'
import type { CallOptions, QueratorCalls } from './calls.js'
import { checkRequest } from './check-request.js'
import type { ClientSend } from './client-send.js'
import { handled } from './handling.js'
import { sendOverHttp } from './http-send.js'
import { checkOptions } from './known-options.js'
import type { UnawaitedCalls } from './unawaited.js'
import { unlessAborted } from './unless-aborted.js'

/** Called with a request that is not sent. */
export type NotSent = (name: MethodName, request: unknown, error: QueratorError, origin: Origin | undefined) => void

export type { Encoding }

/** Options of a client. Give `endpoint` or `send`. */
export interface ClientOptions {
  /** The URL of the daemon, for example `http://localhost:2319`. */
  readonly endpoint?: string
  /** The encoding of requests and responses. Default `'protobuf'`. */
  readonly encoding?: Encoding
  /** The API key to send with each call, or a function that returns it for each call. Default: no key, an anonymous caller. */
  readonly apiKey?: string | (() => string | undefined)
  /** A function that sends each request, instead of HTTP to `endpoint`. */
  readonly send?: ClientSend
  /** Called with requests that are invalid and not sent. @internal */
  readonly notSent?: NotSent | undefined
  /** Which part of the harness makes the calls. @internal */
  readonly from?: WireRequest['from']
  /** Tracks calls that nobody awaits, and lets a daemon in the same process record the places of calls. @internal */
  readonly unawaited?: UnawaitedCalls | undefined
}

const CLIENT_OPTIONS = ['endpoint', 'encoding', 'apiKey', 'send']
const CALL_OPTIONS = ['signal']
const NO_OPTIONS: CallOptions = {}

/** One typed method for each call: see {@link QueratorCalls}. */
export interface QueratorClient extends QueratorCalls {}

/**
 * A typed client of a test daemon, or of any Querator server. It has one method for each call: see {@link QueratorCalls}.
 *
 *     const client = new QueratorClient({ endpoint: 'http://localhost:2319' })
 */
export class QueratorClient {
  readonly #send: ClientSend
  readonly #encoding: Encoding
  readonly #apiKey: ClientOptions['apiKey']
  readonly #unawaited: UnawaitedCalls | undefined
  readonly #notSent: NotSent | undefined
  readonly #from: WireRequest['from']

  /**
   * Creates a client. It connects with its first call.
   * @throws QueratorError if there is neither `endpoint` nor `send`, or `endpoint` is not a URL
   */
  constructor(options: ClientOptions) {
    const { unawaited, notSent, from, ...given } = options
    checkOptions('new QueratorClient', given, CLIENT_OPTIONS)
    this.#encoding = options.encoding ?? 'protobuf'
    this.#apiKey = options.apiKey
    this.#unawaited = unawaited
    this.#notSent = notSent
    this.#from = from
    if (options.send !== undefined) this.#send = options.send
    else if (options.endpoint) this.#send = sendOverHttp(options.endpoint)
    else throw usageError("new QueratorClient needs the URL of a daemon: { endpoint: 'http://localhost:2319' }")
  }

  /** @internal */
  call(name: MethodName, request: unknown, options?: CallOptions): Promise<unknown> {
    if (this.#unawaited === undefined) return this.#call(name, request, options)
    const origin = originOf(this.call, this.#unawaited.callSites)
    const { queueName } = Object(request) as { queueName?: unknown }
    const call = { call: name, queueName: typeof queueName === 'string' ? queueName : '', origin }
    return this.#unawaited.note(call, this.#call(name, request, options, origin))
  }

  async #call(
    name: MethodName,
    request: unknown,
    options: CallOptions = NO_OPTIONS,
    origin?: Origin,
  ): Promise<unknown> {
    const method = METHODS[name] as Method
    let reply: WireReply
    try {
      const { signal } = options
      if (options !== NO_OPTIONS) checkOptions(`client.${name}`, options, CALL_OPTIONS)
      throwIfAborted(signal)
      const body = this.#bytesOf(method.request, request ?? {}, name, origin)
      const handling = name === 'queueProduce' ? handled() : undefined
      const [headers, from] = [this.#headers(), this.#from]
      const wire = { method: 'POST', target: method.path, headers, body, signal, origin, handling, from }
      reply = await unlessAborted(signal, this.#send(wire))
    } catch (error) {
      // A loop that catches every error must not run for ever without a turn of the event loop.
      await turnDue()
      throw error
    }
    if (reply.status !== 200) throw atCallSite(failureOf(reply), origin)
    const response = responseOf(method.response, reply)
    return (method.response as MessageType) === Reply ? undefined : response
  }

  #headers(): Headers {
    const mediaType = MEDIA_TYPE[this.#encoding]
    const key = typeof this.#apiKey === 'function' ? this.#apiKey() : this.#apiKey
    const headers = { 'content-type': mediaType, accept: mediaType }
    return key ? { ...headers, authorization: `Bearer ${key}` } : headers
  }

  /** @throws QueratorError with the field whose value has a wrong type */
  #bytesOf(type: MessageType, request: object, name: MethodName, origin: Origin | undefined): Uint8Array {
    const fast =
      this.#encoding === 'protobuf' && typeof request === 'object' ? encodeFast(type, request as never) : undefined
    if (fast !== undefined) return fast
    try {
      checkRequest(type, request, `client.${name}`)
    } catch (error) {
      this.#notSent?.(name, request, error as QueratorError, origin)
      throw error
    }
    return encode(type, request as never, this.#encoding)
  }
}

// The compiler checks here that both lists have the same calls.
METHODS satisfies Record<keyof QueratorCalls, unknown>
const NAMES: readonly (keyof QueratorCalls)[] = Object.keys(METHODS) as MethodName[]

for (const name of NAMES) {
  Object.defineProperty(QueratorClient.prototype, name, {
    value(this: QueratorClient, request: unknown, options?: CallOptions) {
      return this.call(name, request, options)
    },
    writable: true,
    configurable: true,
  })
}

function encodingOfReply(reply: WireReply): Encoding {
  return reply.headers['content-type'] === MEDIA_TYPE.protobuf ? 'protobuf' : 'json'
}

/** @throws QueratorError if the body is not Querator's */
function responseOf(type: MessageType, reply: WireReply): unknown {
  try {
    return decodeResponse(type, reply.body, encodingOfReply(reply))
  } catch {
    throw atCallSite(strangeReply(reply))
  }
}

/** Returns the error of a reply. If the reply is not Querator's, the error has its status and quotes its body. */
function failureOf(reply: WireReply): QueratorError {
  const details = detailsOf(reply.headers[DETAILS_HEADER])
  try {
    const body = decodeResponse(Reply, reply.body, encodingOfReply(reply)) as Shape<FieldsOf<typeof Reply>, never>
    const error = errorOf(body, details)
    if (error.code !== 0) return error
  } catch {
    // Handled below: the body is not Querator's.
  }
  return strangeReply(reply)
}

function strangeReply(reply: WireReply): QueratorError {
  const text = visible(new TextDecoder().decode(reply.body.subarray(0, 200)).replace(/\s+/g, ' '))
  return new QueratorError(
    reply.status,
    `status ${reply.status} with a body that is not Querator's; is the endpoint right? It begins: ${text}`,
  )
}

function detailsOf(header: string | undefined): Record<string, string> {
  if (header === undefined) return {}
  try {
    return JSON.parse(decodeURIComponent(header)) as Record<string, string>
  } catch {
    return {}
  }
}
