/** The daemon: queues, service, handler and listeners as one thing that starts and stops. */
import type { Duplex } from 'node:stream'
import { Access, type AuthBackend } from '../access/access.js'
import { allowedIn, authorize, identify, type Principal } from '../access/principal.js'
import { Brake, turnDue } from '../clock/event-loop.js'
import type { MovableClock } from '../clock/movable-clock.js'
import { nextTurn, realNow } from '../clock/real-time.js'
import { BY_CLOCK, type Cause } from '../engine/events/event-kinds.js'
import { EventRecord } from '../engine/events/record.js'
import { Queues } from '../engine/queue/queues.js'
import { bytesText, MemoryBudget } from '../engine/store/memory-budget.js'
import { type QueratorError, usageError } from '../errors.js'
import { seededRandom } from '../ids/random.js'
import { type WireReply, type WireRequest, whenGone } from '../protocol/exchange.js'
import { METHODS, type MethodName } from '../protocol/methods.js'
import type { CallContext, WhenGone } from '../service/context.js'
import { SERVICE } from '../service/service.js'
import { type Activity, Handler } from '../transport/handler.js'
import { HttpServer } from '../transport/http/http-server.js'
import { knock } from '../transport/knock.js'
import { connectInMemory, refusedConnection } from '../transport/memory-connection.js'
import { namedIn } from '../transport/named-in-body.js'
import { type Listener, type ListenOptions, listen } from '../transport/tcp-listener.js'
import { type DaemonConfig, readConfig } from './config/config.js'
import { createDeclaredQueues } from './config/declared-queues.js'
import { withUnknownKeys } from './config/unknown-keys.js'
import { Inspector } from './inspector.js'
import { createLog, type Log } from './log.js'
import { usualMemoryLimit } from './memory-limit.js'
import { queueFigures } from './queue-figures.js'
import { RefusedCalls } from './refused-calls.js'
import { type RequestNotice, RequestTimes } from './request-times.js'
import { VERSION } from './version.js'

/** What a daemon is made of. */
export interface DaemonOptions {
  readonly clock: MovableClock
  /** Default: what an empty file gives. */
  readonly config?: DaemonConfig
  /** Default: writes nothing. */
  readonly log?: Log
  /** Whether keys and permissions count; default: what the configuration says. */
  readonly auth?: AuthBackend
  /** How many events are kept; default 0: none. */
  readonly events?: number
  /** Whether an open door is meant to be, and no warning; default no. */
  readonly opensDoor?: boolean
  /** The same seed gives the same ids and keys. Default: others each time. */
  readonly seed?: number | string
  /** What items and requests may take, in bytes. Default: half of what the process may use. */
  readonly memoryLimit?: number
}

/** Calls by the names that they have on the wire: `queue.produce`. */
const CALL_NAMES = Object.fromEntries(
  Object.entries(METHODS).map(([name, { path }]) => [name, path.slice('/v1/'.length)]),
) as Record<MethodName, string>

/** Said at the start with an auth backend (docs/protocol/admin.md §2.6). */
const OPEN_DOOR =
  "SYSTEM RUNNING IN OPEN DOOR MODE: whoever sends no key is an administrator, until the role binding of 'anonymous' to 'Admin' in '_system' is deleted"

/**
 * A daemon.
 *
 * States:
 * - running: from its creation on; it serves calls in memory, and over TCP once it listens
 * - stopping: `close` was called; whatever waits gets a 453, then connections end
 * - stopped: nothing is left; further requests reach nobody
 */
export class Daemon {
  readonly clock: MovableClock
  /** Whether keys and permissions count. */
  readonly auth: AuthBackend
  /** What happened. */
  readonly record: EventRecord
  /** How its queues stand. */
  readonly inspector: Inspector
  readonly #log: Log
  readonly #queues: Queues
  readonly #access: Access
  readonly #handler: Handler
  #state: 'running' | 'stopping' | 'stopped' = 'running'
  /** Serves pairs of streams in memory; made when the first is asked for. */
  #memoryServer: HttpServer | undefined
  #listening: Promise<Listener> | undefined
  #closing: Promise<void> | undefined
  readonly #connections = new Set<Duplex>()
  readonly #requestTimes: RequestTimes
  readonly #meter: MemoryBudget
  readonly #refused: RefusedCalls
  /** For a loop that goes on calling when the daemon is stopped. */
  readonly #brake = new Brake()

  constructor(options: DaemonOptions) {
    const config = options.config ?? readConfig()
    this.clock = options.clock
    this.#log = options.log ?? createLog({ now: realNow })
    const { auth = config.auth, seed } = options
    this.auth = auth
    const clock = this.clock.exact
    const now = clock.now()
    const random = seededRandom(seed ?? `${realNow()} ${process.pid} ${process.hrtime.bigint()}`)
    this.#access = new Access({ auth, random, seeded: seed !== undefined, now })
    this.record = new EventRecord(options.events ?? 0)
    this.#meter = this.#budget(options.memoryLimit ?? usualMemoryLimit())
    this.#queues = new Queues({
      record: this.record,
      memory: this.#meter,
      clock,
      random,
      storages: config.storages,
      warn: (message) => this.#log.write('warn', message),
    })
    this.inspector = new Inspector(this.#queues)
    this.#refused = new RefusedCalls({
      clock,
      record: this.record,
      log: this.#log,
      inspector: this.inspector,
    })
    this.#requestTimes = new RequestTimes({
      clock,
      moved: () => this.clock.moved,
      record: this.record,
      warn: (message) => this.#log.write('warn', message),
    })
    try {
      createDeclaredQueues(this.#queues, config.queues, now)
    } catch (error) {
      throw withUnknownKeys(error, config.unknownKeys)
    }
    for (const warning of config.warnings) this.#log.write('warn', warning)
    if (auth === 'internal') this.#log.write(options.opensDoor ? 'info' : 'warn', OPEN_DOOR)
    const queues = this.#queues
    const access = this.#access
    const { record } = this
    this.#handler = new Handler<Principal>({
      identify: (key) => identify(access, key, clock),
      call: (name, message, request, who) => {
        const gone: WhenGone = (listener) => whenGone(request, listener)
        const { permission } = METHODS[name]
        const mayIn = (namespace: string) => authorize(access, who, permission, namespace)
        const where = () => allowedIn(access, who, permission)
        const context = { clock, queues, access, authorize: mayIn, allowedIn: where, whenGone: gone }
        const cause = { call: CALL_NAMES[name], origin: request.origin }
        try {
          this.clock.beginCall()
          if (name === 'queueProduce' || name === 'queueRetry') this.#requestTimes.check(name, message, cause)
          // As record.during, without a closure for each call.
          record.cause = cause
          return carryOut(name, context, message)
        } finally {
          record.cause = BY_CLOCK
          this.clock.endCall()
        }
      },
      queueFigures: (who) => {
        const allowed = allowedIn(access, who, 'system.metrics')
        return queueFigures(queues.all().filter(({ config }) => allowed(config.namespace)))
      },
      health: () => ({ healthy: this.#state === 'running', version: VERSION, now: this.clock.now() }),
      refused: ({ path, name, request, named, error, field }) => {
        // What the harness asks for itself is nobody's call.
        if (request.isOwn) return
        const call = name === undefined ? path.replace(/^\/v1\//, '') : CALL_NAMES[name]
        const hints = { ...(field === '' ? {} : { field }), ...(request.headers.authorization ? {} : { key: 'none' }) }
        this.#refused.note({ call, origin: request.origin }, named, error, hints)
      },
      failed: (error, { method, path }) => this.#log.write('error', 'request failed', { method, path, error }),
    })
  }

  #budget(limit: number): MemoryBudget {
    return new MemoryBudget(limit, () => {
      this.#log.write(
        'warn',
        `most of the memory limit of ${bytesText(limit)} is in use; beyond it, produce and import are refused`,
      )
    })
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Answers a request in memory. @throws QueratorError when the daemon is stopped */
  async send(request: WireRequest): Promise<WireReply> {
    if (this.#state === 'stopped') {
      await this.#brake.hold()
      throw closedError()
    }
    // The call is carried out at once, only its answer waits: what a test sees next does not depend on the time.
    const reply = await this.#handler.handle(request)
    const turn = turnDue()
    if (turn === undefined) return reply
    const way = this.clock.way()
    way.begin()
    await turn
    way.close()
    return reply
  }

  /** A connection in memory, for HTTP clients that take a socket. It fails with an error when the daemon is closed. */
  connect(): Duplex {
    // Not thrown: a worker that catches everything would never let the event loop turn.
    if (this.closed) return refusedConnection(this.#brake.hold() ?? nextTurn(), closedError())
    this.#memoryServer ??= new HttpServer(this.#handler, this.clock.exact, this.#meter)
    const connection = connectInMemory(this.#memoryServer)
    this.#connections.add(connection)
    connection.once('close', () => this.#connections.delete(connection))
    return connection
  }

  /** Opens a TCP port, once; returns `host:port`. @throws QueratorError when it cannot, or the daemon is closed */
  async listen(options?: ListenOptions): Promise<string> {
    if (this.closed) throw closedError()
    this.#listening ??= listen(new HttpServer(this.#handler, this.clock.exact, this.#meter), options)
    try {
      return (await this.#listening).address
    } catch (error) {
      // Another address may work.
      this.#listening = undefined
      throw error
    }
  }

  /** Holds the requests of a queue, or lets them in. @throws QueratorError when there is none of that name */
  pause(name: string, on: boolean, origin?: Cause['origin']): void {
    const queue = this.inspector.queue(name)
    // As in a call: what is overdue happens first, and everything that is let in has one time.
    try {
      this.clock.beginCall()
      this.record.during({ call: on ? 'pause' : 'resume', origin }, () => queue.pause(on))
    } finally {
      this.clock.endCall()
    }
  }

  /** Calls that have come so far, and those that have no answer yet. */
  get activity(): Readonly<Activity> {
    return this.#handler.activity
  }

  /** Whether it has a port, so that other processes can reach it. */
  get listening(): boolean {
    return this.#listening !== undefined
  }

  /** Opens the door that this user has closed. */
  openDoor(closedBy: string): void {
    this.#access.openDoor(closedBy, this.clock.exact.now())
  }

  /** A test begins: warnings that come once a test may come again. */
  beginTest(): void {
    this.record.fence()
    this.#requestTimes.reset()
  }

  /** What was told of requests since the event of this number. */
  noticesSince(first: number): readonly RequestNotice[] {
    return this.#requestTimes.since(first)
  }

  /** Resolves when in-memory clients have the replies that were made so far. */
  async answered(): Promise<void> {
    await nextTurn()
    await this.clock.arrivals()
  }

  /** Ends the port, and connections to it; calls in memory go on. */
  async stopListening(): Promise<void> {
    const listener = await this.#listening?.catch(() => undefined)
    await listener?.close()
  }

  /** Resolves when the daemon has seen what clients of this process did to their sockets until now. */
  async settled(): Promise<void> {
    await nextTurn()
    if (this.#listening !== undefined) await knock((await this.#listening).address)
    await nextTurn()
  }

  /** Notes a request that a client of this process did not send. */
  notSent(name: MethodName, request: unknown, error: QueratorError, origin: Cause['origin']): void {
    this.#refused.note({ call: CALL_NAMES[name], origin }, namedIn(request), error)
  }

  /** Answers what waits with 453, then ends connections and timers. Calling it again waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // Calls that were made before this one are in the queues after this turn.
    await nextTurn()
    this.#state = 'stopping'
    this.#queues.stop()
    this.clock.stop()
    // Waiting requests get their replies in this turn. Replies on sockets are out when the clock says so.
    await nextTurn()
    await this.clock.arrivals()
    this.#state = 'stopped'
    for (const connection of this.#connections) connection.destroy()
    await this.stopListening()
    this.record.end()
  }
}

function carryOut<N extends MethodName>(name: N, context: CallContext, request: unknown): unknown {
  return SERVICE[name](context, request as never)
}

/** What a daemon that is closed answers to everything. */
export function closedError() {
  return usageError('the daemon is closed; start a new one with startTestDaemon(), or close it later')
}
