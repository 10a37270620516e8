/** The client of the control plane of a server elsewhere. */
import { sendOverHttp } from '../../client/http-send.js'
import { QueratorError, usageError } from '../../errors.js'
import type { Send } from '../../protocol/exchange.js'

/** Values of a request. */
type Fields = Readonly<Record<string, unknown>>

/**
 * Calls `/test/…` of a server. What was begun without an `await`, such as `clock.freeze()`, is carried out before every later call of the
 * same test daemon. If it fails, the next call fails.
 */
export class ControlClient {
  readonly endpoint: string
  readonly #send: Send
  #before: Promise<unknown> = Promise.resolve()
  #failed: { readonly error: unknown } | undefined

  /** @throws QueratorError if `endpoint` is not the URL of a server */
  constructor(endpoint: string) {
    this.endpoint = endpoint
    this.#send = sendOverHttp(endpoint)
  }

  /** Calls a route that changes something, after those begun before. @throws QueratorError if it is refused, or the server is gone */
  async post<T>(path: string, fields: Fields = {}): Promise<T> {
    await this.settled()
    return this.#call('POST', path, Buffer.from(JSON.stringify(fields)))
  }

  /** Calls a route that reads something, after those begun before. Fields that are undefined are left out. */
  async get<T>(path: string, fields: Fields = {}): Promise<T> {
    await this.settled()
    return this.#call('GET', path + queryOf(fields), new Uint8Array())
  }

  /** Begins something without an `await`. Everything else waits for it. */
  begin(work: (control: Pick<ControlClient, 'get' | 'post'>) => Promise<unknown>): void {
    const now = {
      get: <R>(path: string, fields: Fields = {}) => {
        return this.#call<R>('GET', path + queryOf(fields), new Uint8Array())
      },
      post: <R>(path: string, fields: Fields = {}) => {
        return this.#call<R>('POST', path, Buffer.from(JSON.stringify(fields)))
      },
    }
    const begun = this.#before.then(() => work(now))
    this.#before = begun.catch((error: unknown) => {
      this.#failed ??= { error }
    })
  }

  /** Resolves when everything that was begun is carried out. @throws what failed, once */
  async settled(): Promise<void> {
    await this.#before
    const failed = this.#failed
    this.#failed = undefined
    if (failed !== undefined) throw failed.error
  }

  async #call<T>(method: string, target: string, body: Uint8Array): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    const reply = await this.#send({ method, target, headers, body })
    const value = parsed(reply.body)
    if (reply.status === 200) return value as T
    const { message = `status ${reply.status}`, details = {} } = Object(value) as { message?: string; details?: object }
    // What cannot be done is an error of the test, as on a daemon in its process.
    if (reply.status === 453) throw usageError(message)
    throw new QueratorError(reply.status, message, { details: details as Record<string, string> })
  }
}

/** Returns a query. Fields that are undefined are left out. */
export function queryOf(fields: Fields): string {
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
