/** What a route of the control plane is. */
import type { Daemon } from '../daemon/daemon.js'
import type { OpenFault } from '../daemon/faults/open-fault.js'
import type { WireReply, WireRequest } from '../protocol/exchange.js'
import type { Fields, Given } from './fields.js'
import type { SchemaName } from './schemas.js'

/** What routes work on. */
export interface ControlledDaemon {
  readonly daemon: Daemon
  /** The number of the first event since the last reset. Events before it are over. */
  first: number
  /** How often it was reset. */
  resets: number
  /** The faults that were added over the control plane, by number. */
  readonly faults: Map<number, OpenFault>
  /** The number of the last of them. */
  lastFault: number
}

/** A route. The handler, the OpenAPI document and the tests go through the table of routes. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** What it does, as a sentence. */
  readonly summary: string
  /** Parameters of the query for GET, fields of the body for POST. */
  readonly fields: Fields
  /** The schema of the reply. `EventStream` stands for a stream. */
  readonly reply: SchemaName
  /** The largest body, in bytes. Default: 64 KiB. */
  readonly bodyLimit?: number
  /** Carries it out. Returns the reply, or a value to write as JSON. */
  readonly run: (on: ControlledDaemon, given: Given<Fields>, request: WireRequest) => unknown
}

/** A route with the types of its fields. */
interface TypedRoute<F extends Fields> extends Omit<Route, 'fields' | 'run'> {
  readonly fields: F
  readonly run: (on: ControlledDaemon, given: Given<F>, request: WireRequest) => unknown
}

/** Declares a route. */
export function route<const F extends Fields>(declared: TypedRoute<F>): Route {
  return declared as unknown as Route
}

/** Returns the name of a route, as errors say it: `POST /test/clock/advance`. */
export function nameOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method} ${path}`
}

/** Returns whether what a route returned is a reply already. */
export function isReply(result: unknown): result is WireReply {
  return typeof result === 'object' && result !== null && 'headers' in result && 'body' in result
}
