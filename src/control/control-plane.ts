/** The control plane: `/test/…` on the port of a daemon, for suites in every language. */

import type { Daemon } from '../daemon/daemon.js'
import { VERSION } from '../daemon/version.js'
import { badRequest, messageOf, QueratorError, requestFailed } from '../errors.js'
import { nearestOf } from '../nearest.js'
import { CLIENT_GONE, type WireReply, type WireRequest } from '../protocol/exchange.js'
import type { OtherRoutes } from '../transport/handler.js'
import { readBody } from '../transport/request-body.js'
import { CLOCK_ROUTES } from './clock-routes.js'
import { EVENT_ROUTES } from './event-routes.js'
import { FAULT_ROUTES } from './fault-routes.js'
import { checked, valuesOfQuery } from './fields.js'
import { guard } from './guard.js'
import { LIFE_ROUTES } from './life-routes.js'
import { openApi } from './openapi.js'
import { QUEUE_ROUTES } from './queue-routes.js'
import { errorReply, jsonReply } from './replies.js'
import { type ControlledDaemon, isReply, nameOf, type Route, route } from './route.js'

/** The largest body of a route that does not say so itself, in bytes. */
const BODY_LIMIT = 65_536
const NO_REPLY: WireReply = { status: 0, headers: {}, body: new Uint8Array() }

const HEALTH = route({
  method: 'GET',
  path: '/test/health',
  summary: 'Tells that the control plane is there, and its version.',
  fields: {},
  reply: 'Health',
  run: () => ({ status: 'pass', version: VERSION, control: 1 }),
})

const DOCUMENT = route({
  method: 'GET',
  path: '/test/openapi.json',
  summary: 'Returns this document.',
  fields: {},
  reply: 'Document',
  run: () => openApi(ROUTES),
})

/** All routes. A new one is a row here, or in one of the lists. */
export const ROUTES: readonly Route[] = [
  HEALTH,
  DOCUMENT,
  ...CLOCK_ROUTES,
  ...QUEUE_ROUTES,
  ...FAULT_ROUTES,
  ...LIFE_ROUTES,
  ...EVENT_ROUTES,
]

/** Who may use the control plane. */
export interface ControlOptions {
  /** A host name beside the loopback ones, by which other machines may use it. Default: only this machine may. */
  readonly host?: string | undefined
}

/** What the control plane of each daemon knows. Who serves it again, as with another host, finds its faults there. */
const KNOWN = new WeakMap<Daemon, ControlledDaemon>()

/** Serves the control plane of a daemon on every way into it. */
export function serveControl(daemon: Daemon, options: ControlOptions = {}): void {
  const on = KNOWN.get(daemon) ?? { daemon, first: 1, resets: 0, faults: new Map(), lastFault: 0 }
  KNOWN.set(daemon, on)
  daemon.serve(new ControlPlane(on, options))
}

/** Replies to requests for `/test/…`. */
class ControlPlane implements OtherRoutes {
  readonly #on: ControlledDaemon
  readonly #host: string | undefined

  constructor(on: ControlledDaemon, { host }: ControlOptions) {
    this.#on = on
    this.#host = host
  }

  serves(path: string): boolean {
    return path === '/test' || path.startsWith('/test/')
  }

  handle(path: string, request: WireRequest): Promise<WireReply> | undefined {
    return this.serves(path) ? this.#reply(path, request) : undefined
  }

  async #reply(path: string, request: WireRequest): Promise<WireReply> {
    const { presence } = this.#on.daemon
    const { life } = presence
    let reply: WireReply
    try {
      guard(request, this.#host)
      const found = routeAt(path, request.method)
      const values = found.method === 'GET' ? queryOf(found, request) : await bodyOf(found, request)
      const result = await found.run(this.#on, checked(nameOf(found), found.fields, values), request)
      reply = isReply(result) ? result : jsonReply(result)
    } catch (error) {
      const isGone = error === CLIENT_GONE
      if (isGone && life === presence.life) return NO_REPLY
      // Its connection outlasts a crash.
      reply = errorReply(
        isGone
          ? requestFailed(`${presence.lastEnd} before this was kept; look at the state before you send it again`)
          : error,
      )
    }
    await request.replying?.()
    return reply
  }
}

/** @throws 501 if there is no such route, 400 if it has another method */
function routeAt(path: string, method: string): Route {
  const there = ROUTES.filter((one) => one.path === path)
  const found = there.find((one) => one.method === method)
  if (found !== undefined) return found
  if (there.length > 0) {
    throw badRequest(`http method '${method}' not allowed; only ${there.map((one) => one.method).join(', ')}`)
  }
  const paths = [...new Set(ROUTES.map((one) => one.path))]
  const nearest = nearestOf(path, paths)
  const existing = paths.join(', ')
  const hint = nearest === undefined ? `there are: ${existing}` : `did you mean '${nearest}'?`
  const details = { existing, ...(nearest === undefined ? {} : { nearest }) }
  throw new QueratorError(501, `no such method; ${path.slice(0, 200)}; ${hint}`, { details })
}

function queryOf(found: Route, { target }: WireRequest): Record<string, unknown> {
  return valuesOfQuery(nameOf(found), found.fields, queryIn(target))
}

/** Returns the query of a target. Its characters are bytes. */
function queryIn(target: string): string {
  const at = target.indexOf('?')
  return at < 0 ? '' : Buffer.from(target.slice(at + 1), 'latin1').toString('utf8')
}

/** @throws 400 if the body is too large, or no JSON object */
async function bodyOf(found: Route, request: WireRequest): Promise<Record<string, unknown>> {
  const name = nameOf(found)
  if (queryIn(request.target) !== '') throw badRequest(`${name} takes its fields in the body, as JSON`)
  const bytes = await readBody(request.body, found.bodyLimit ?? BODY_LIMIT)
  request.bodyRead?.()
  if (bytes.byteLength === 0) return {}
  const value = parsed(name, Buffer.from(bytes).toString('utf8'))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw badRequest(`${name} takes a JSON object`)
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw badRequest(`${name}: the body is no JSON; ${messageOf(error)}`)
  }
}
