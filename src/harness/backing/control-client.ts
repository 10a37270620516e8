/** The client of the control plane of a server elsewhere. */
import { sendOverHttp } from '../../client/http-send.js'
import { closedError } from '../../daemon/closed-error.js'
import { QueratorError, usageError } from '../../errors.js'
import type { Send, WireReply, WireRequest } from '../../protocol/exchange.js'
import { Begun } from './begun.js'
import { ASK_FOR_CONTROL, saysControl } from './control-health.js'
import { LONGEST_REPLY, ReplyLimit } from './reply-limit.js'
import { ServerElsewhere } from './server-elsewhere.js'

/** Values of a request. Those that are undefined are left out. */
type Fields = Readonly<Record<string, unknown>>

/** Calls routes. `longest` is how long the server may take, in milliseconds. */
export interface ControlCalls {
  /** Calls a route that reads something. @throws QueratorError if it is refused, or there is no reply */
  get<T>(path: string, fields?: Fields, longest?: number): Promise<T>
  /** Calls a route that changes something. @throws QueratorError if it is refused, or there is no reply */
  post<T>(path: string, fields?: Fields, longest?: number): Promise<T>
}

/**
 * Calls `/test/…` of a server. What was begun without an `await`, such as `clock.freeze()`, is carried out before every later call of the
 * same test daemon. If it fails, the next call of the same test fails.
 */
export class ControlClient implements ControlCalls {
  readonly endpoint: string
  readonly elsewhere: ServerElsewhere
  readonly limit: ReplyLimit
  readonly begun = new Begun()
  /** Called when something is begun. */
  onBegin: () => void = () => undefined
  readonly #send: Send
  #isKnown: boolean
  #isClosed = false

  /**
   * `isKnown` is whether the server said that it has a control plane. If not, it is asked before the first call.
   * @throws QueratorError if `endpoint` is not the URL of a server
   */
  constructor(endpoint: string, isKnown = true) {
    this.endpoint = endpoint
    this.#send = sendOverHttp(endpoint)
    this.#isKnown = isKnown
    const elsewhere = new ServerElsewhere(endpoint)
    this.elsewhere = elsewhere
    this.limit = new ReplyLimit((time) => elsewhere.late(time))
  }

  /** Calls for a test, after those begun before. */
  async post<T>(path: string, fields: Fields = {}, longest?: number): Promise<T> {
    await this.settled(queueIn(fields), longest)
    return this.#now.post(path, fields, longest)
  }

  /** Calls for a test, after those begun before. */
  async get<T>(path: string, fields: Fields = {}, longest?: number): Promise<T> {
    await this.settled(queueIn(fields), longest)
    return this.#now.get(path, fields, longest)
  }

  /** Calls of the harness itself. They wait for what was begun. If that fails, the test still hears of it. */
  readonly own: ControlCalls = {
    get: async (...call) => {
      await this.begun.carriedOut()
      return this.#now.get(...call)
    },
    post: async (...call) => {
      await this.begun.carriedOut()
      return this.#now.post(...call)
    },
  }

  /** Begins something without an `await`. `queueName` is the queue that it is about, or `''`. @throws QueratorError if the daemon is closed */
  begin(queueName: string, work: (control: ControlCalls) => Promise<unknown>): void {
    if (this.#isClosed) throw closedError()
    this.onBegin()
    this.begun.begin(queueName, () => work(this.#now))
  }

  /** Calls a route, and everything that follows waits for it, also if nobody awaits this. */
  inOrder<T>(path: string, fields: Fields, longest: number): Promise<T> {
    return this.begun.inOrder(() => this.#now.post(path, fields, longest))
  }

  /** Resolves when everything that was begun is carried out. @throws what the same test began, if that failed */
  async settled(queueName: string, longest?: number): Promise<void> {
    const carriedOut = this.begun.carriedOut()
    // What was begun has a limit of its own, but a wait may be shorter.
    await (longest === undefined ? carriedOut : this.limit.inTime(longest, carriedOut))
    this.begun.hear(() => queueName)
  }

  /** Asks a server that did not say whether it has a control plane. @throws QueratorError if it has none, which `what` needs */
  async confirm(what: string, longest?: number): Promise<void> {
    if (this.#isKnown) return
    if (!saysControl(await this.#sent(ASK_FOR_CONTROL, longest))) throw this.elsewhere.needsEmbedded(what)
    this.#isKnown = true
  }

  close(): void {
    this.#isClosed = true
  }

  /** Calls at once. */
  readonly #now: ControlCalls = {
    get: (path, fields = {}, longest) => this.#call('GET', path + queryOf(fields), new Uint8Array(), longest),
    post: (path, fields = {}, longest) => this.#call('POST', path, Buffer.from(JSON.stringify(fields)), longest),
  }

  #sent(request: WireRequest, longest = LONGEST_REPLY): Promise<WireReply> {
    return this.limit.asked(longest, (signal) =>
      this.#send({ ...request, signal }).catch((error: unknown) => {
        throw this.elsewhere.failed(error)
      }),
    )
  }

  async #call<T>(method: string, target: string, body: Uint8Array, longest?: number): Promise<T> {
    await this.confirm(target, longest)
    const headers = { 'content-type': 'application/json' }
    const reply = await this.#sent({ method, target, headers, body }, longest)
    if (reply.status === 200) return parsed(reply.body) as T
    throw controlError(reply.status, reply.body)
  }
}

/** Returns the error of a reply of the control plane. */
export function controlError(status: number, body: Uint8Array): QueratorError {
  const { message = `status ${status}`, details = {} } = Object(parsed(body)) as { message?: string; details?: object }
  // What cannot be done is an error of the test, as on a daemon in its process.
  if (status === 453) return usageError(message)
  return new QueratorError(status, message, { details: details as Record<string, string> })
}

function queueIn({ queue }: Fields): string {
  return typeof queue === 'string' ? queue : ''
}

/** Returns a query. Fields that are undefined are left out. */
function queryOf(fields: Fields): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(Object.fromEntries(given.map(([name, value]) => [name, String(value)]))).toString()
  return query === '' ? '' : `?${query}`
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
