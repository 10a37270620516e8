/** The daemon: queues, service, handler and listeners, started and stopped together. */
import type { Duplex } from 'node:stream'
import { Access, type AuthBackend } from '../access/access.js'
import { Brake } from '../clock/event-loop.js'
import type { MovableClock } from '../clock/movable-clock.js'
import { nextTurn, realNow } from '../clock/real-time.js'
import type { Cause } from '../engine/events/event-kinds.js'
import { EventRecord } from '../engine/events/record.js'
import { Queues } from '../engine/queue/queues.js'
import type { QueratorError } from '../errors.js'
import { RestartedRandom } from '../ids/random.js'
import type { WireReply, WireRequest } from '../protocol/exchange.js'
import type { MethodName } from '../protocol/methods.js'
import { type Activity, Handler, type OtherRoutes } from '../transport/handler.js'
import { refusedConnection } from '../transport/memory-connection.js'
import type { ListenOptions } from '../transport/tcp-listener.js'
import { CallNotices } from './call-notices.js'
import { CallRunner } from './call-runner.js'
import { closedError } from './closed-error.js'
import { ConditionsInForce } from './conditions/conditions-in-force.js'
import { readConfig } from './config/config.js'
import type { DaemonOptions } from './daemon-options.js'
import { Faults } from './faults/faults.js'
import { Inspector } from './inspector.js'
import { Listeners } from './listeners.js'
import { createLog, type Log } from './log.js'
import { memoryBudget } from './memory-limit.js'
import { MemoryWay } from './memory-way.js'
import type { Notices } from './notices.js'
import { OPEN_DOOR } from './open-door.js'
import { RefusedCalls } from './refused-calls.js'
import { beginAsConfigured, type ResetParts, startOver } from './start-over.js'

/**
 * A Querator daemon.
 *
 * States:
 * - running: from creation on. It serves calls in memory, and over TCP once it listens
 * - stopping: `close` was called. Waiting requests get a 453, then connections end
 * - stopped: everything has ended. Further requests fail
 */
export class Daemon {
  readonly clock: MovableClock
  /** Whether keys and permissions are checked. */
  readonly auth: AuthBackend
  /** The record of events. */
  readonly record: EventRecord
  /** Reads the state of its queues. */
  readonly inspector: Inspector
  readonly faults: Faults
  readonly conditions: ConditionsInForce
  readonly #log: Log
  readonly #parts: ResetParts
  readonly #queues: Queues
  readonly #access: Access
  readonly #calls: CallRunner
  readonly #handler: Handler
  readonly #listeners: Listeners
  readonly #noticed: CallNotices
  readonly #memoryWay: MemoryWay
  #state: 'running' | 'stopping' | 'stopped' = 'running'
  #closing: Promise<void> | undefined
  readonly #brake = new Brake()

  constructor(options: DaemonOptions) {
    const { config = readConfig(), clock, events = 0, seed } = options
    this.clock = clock
    this.auth = options.auth ?? config.auth
    this.record = new EventRecord(events)
    this.#log = options.log ?? createLog({ now: realNow })
    const warn = (message: string) => this.#log.write('warn', message)
    const now = clock.exact.now()
    const random = new RestartedRandom(seed)
    const memory = memoryBudget(options.memoryLimit, this.#log)
    this.#access = new Access({ auth: this.auth, random: random.draw, seeded: seed !== undefined, now })
    this.#queues = new Queues({
      record: this.record,
      memory,
      clock: clock.exact,
      random: random.draw,
      storages: config.storages,
      warn,
    })
    this.inspector = new Inspector(this.#queues)
    const { record, inspector } = this
    this.#noticed = new CallNotices({ mode: options.notices, clock, record, inspector, warn })
    const [queues, access] = [this.#queues, this.#access]
    const broke = () => this.#listeners.resetConnections()
    const trouble = { clock: clock.exact, queues, record, broke, during: this.#during }
    this.faults = new Faults(trouble)
    this.conditions = new ConditionsInForce({ ...trouble, faults: this.faults }, options.conditions, seed)
    this.#calls = this.#callRunner()
    const { faults, conditions } = this
    this.#parts = { config, random, clock, record, queues, access, faults, conditions, during: this.#during }
    this.#handler = new Handler(this.#calls)
    this.#memoryWay = new MemoryWay(this.#handler, clock, this.faults)
    this.#listeners = new Listeners(this.faults, this.#handler, clock.exact, memory)
    beginAsConfigured(this.#queues, config, now)
    for (const warning of config.warnings) warn(warning)
    if (this.auth === 'internal') this.#log.write(options.opensDoor ? 'info' : 'warn', OPEN_DOOR)
  }

  #callRunner(): CallRunner {
    const { clock, record, inspector } = this
    const refusedCalls = new RefusedCalls({ clock: clock.exact, record, log: this.#log, inspector })
    return new CallRunner({
      clock,
      record,
      refusedCalls,
      queues: this.#queues,
      access: this.#access,
      faults: this.faults,
      requestTimes: this.#noticed.requestTimes,
      consumers: this.#noticed.consumers,
      log: this.#log,
      isHealthy: () => this.#state === 'running',
    })
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Replies to an in-memory request. @throws QueratorError if the daemon is stopped */
  send(request: WireRequest): Promise<WireReply> {
    // Not async, because each promise around another costs turns.
    return this.#state === 'stopped' ? this.#refuse() : this.#memoryWay.send(request)
  }

  async #refuse(): Promise<never> {
    await this.#brake.hold()
    throw closedError()
  }

  /** Opens an in-memory connection for HTTP clients that take a socket. It emits an error if the daemon is closed. */
  connect(): Duplex {
    // Not thrown: a worker that catches every error would never let the event loop turn.
    if (this.closed) return refusedConnection(this.#brake.hold() ?? nextTurn(), closedError())
    return this.#listeners.connect()
  }

  /** Opens a TCP port once and returns `host:port`. @throws QueratorError if it cannot, or the daemon is closed */
  async listen(options?: ListenOptions): Promise<string> {
    if (this.closed) throw closedError()
    return this.#listeners.listen(options)
  }

  /** Pauses or resumes a queue. @throws QueratorError if no queue has this name */
  pause(name: string, on: boolean, origin?: Cause['origin']): void {
    const queue = this.inspector.queue(name)
    this.#during({ call: on ? 'pause' : 'resume', origin }, () => queue.pause(on))
  }

  /** As in a call, overdue deadlines fire first, and everything has the same time. */
  readonly #during = (cause: Cause, work: () => void): void => {
    try {
      this.clock.beginCall()
      this.record.during(cause, work)
    } finally {
      this.clock.endCall()
    }
  }

  /**
   * Deletes everything, and starts again as configured: clock, declared queues, access, ids. Waiting leases get a 453. The record goes on.
   * @throws QueratorError if the daemon is closed
   */
  reset(): void {
    if (this.closed) throw closedError()
    startOver(this.#parts)
    this.#noticed.reset()
  }

  /** Serves further routes beside those of the protocol, on every way into the daemon. */
  serve(routes: OtherRoutes): void {
    this.#handler.others = routes
  }

  /** The number of calls so far, and of those without a reply yet. */
  get activity(): Readonly<Activity> {
    return this.#handler.activity
  }

  /** Whether it has a port, so that other processes can reach it. */
  get listening(): boolean {
    return this.#listeners.listening
  }

  /** Lets callers without a key in again, after the user `closedBy` locked them out. */
  openDoor(closedBy: string): void {
    this.#access.openDoor(closedBy, this.clock.exact.now())
  }

  /** Call when a test begins. Warnings that are logged once per test may come again. */
  beginTest(): void {
    this.record.fence()
    this.#noticed.reset()
    this.conditions.beginTest()
  }

  /** What was noticed about callers. */
  get notices(): Notices {
    return this.#noticed.notices
  }

  /** Resolves when in-memory clients have all replies made so far. */
  async answered(): Promise<void> {
    await nextTurn()
    await this.clock.arrivals()
  }

  /** Closes the port and its connections. Calls in memory go on. */
  async stopListening(): Promise<void> {
    await this.#listeners.stopListening()
  }

  /** Resolves when the daemon has seen what clients of this process have done to their sockets. */
  async settled(): Promise<void> {
    await this.#listeners.settled()
  }

  /** Records a request that a client of this process did not send. */
  notSent(name: MethodName, request: unknown, error: QueratorError, origin: Cause['origin']): void {
    this.#calls.notSent(name, request, error, origin)
  }

  /** Replies to waiting requests with 453, then ends connections and timers. Calling it again awaits the first call. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // After this turn, the queues have all calls made before this one.
    await nextTurn()
    this.#state = 'stopping'
    this.#queues.stop()
    this.faults.end()
    this.clock.stop()
    // Waiting requests get their replies, and then streams of events their end.
    await this.answered()
    this.#state = 'stopped'
    this.record.end()
    await this.answered()
    await this.#listeners.close()
  }
}
