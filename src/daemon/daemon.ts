/** The daemon: queues, service, handler and listeners, started and stopped together. */
import type { Duplex } from 'node:stream'
import { anotherClock } from '../clock/another-clock.js'
import { Brake } from '../clock/event-loop.js'
import { nextTurn } from '../clock/real-time.js'
import type { Cause } from '../engine/events/event-kinds.js'
import { type QueratorError, usageError } from '../errors.js'
import type { WireReply, WireRequest } from '../protocol/exchange.js'
import type { MethodName } from '../protocol/methods.js'
import { type Activity, Handler, type OtherRoutes } from '../transport/handler.js'
import { refusedConnection } from '../transport/memory-connection.js'
import type { ListenOptions } from '../transport/tcp-listener.js'
import type { CallRunner } from './call-runner.js'
import { closedError } from './closed-error.js'
import type { DaemonOptions } from './daemon-options.js'
import { DaemonState } from './daemon-state.js'
import type { Keeping } from './lasting/keeping.js'
import { Listeners } from './listeners.js'
import type { UsualKeeps } from './lives/keeps.js'
import { Lives, type RestartOptions } from './lives/lives.js'
import { MemoryWay } from './memory-way.js'
import { OPEN_DOOR } from './open-door.js'
import { begin, startOver, warningsOf } from './start-over.js'

/**
 * A Querator daemon.
 *
 * States:
 * - running: from creation on. It serves calls in memory, and over TCP once it listens
 * - down: crashed, or about to start again. Connections break, and calls find nobody
 * - stopping: `close` was called. Waiting requests get a 453, then connections end
 * - stopped: everything has ended. Further requests fail
 */
export class Daemon extends DaemonState {
  readonly #options: DaemonOptions
  readonly #calls: CallRunner
  readonly #handler: Handler
  readonly #listeners: Listeners
  readonly #lives: Lives
  readonly #memoryWay: MemoryWay
  #state: 'running' | 'stopping' | 'stopped' = 'running'
  #closing: Promise<void> | undefined
  #closedBy: Cause['origin']
  #opening: Promise<void> | undefined
  readonly #brake = new Brake()

  constructor(options: DaemonOptions) {
    super(options)
    this.#options = options
    this.#calls = this.newCallRunner(() => this.#state === 'running')
    this.#handler = new Handler(this.#calls, this.presence)
    this.#memoryWay = new MemoryWay(this.#handler, this.clock, this.faults)
    this.#listeners = new Listeners(this.faults, this.#handler, this.clock.exact, this.memory)
    this.#lives = this.#newLives()
    if (this.keeping !== undefined) this.#open(this.keeping)
    else begin(this.resetParts)
    for (const warning of warningsOf(this.config, options)) this.log.write('warn', warning)
    if (this.auth === 'internal') this.log.write(options.opensDoor ? 'info' : 'warn', OPEN_DOOR)
  }

  /** Opens the storages. Requests wait until they are open, and get the error if they cannot be. */
  #open(keeping: Keeping): void {
    const { presence } = this
    presence.notYet = {}
    this.#opening = this.#lives.open(keeping).then(() => {
      presence.notYet = undefined
      this.#opening = undefined
    })
    // Nobody may ask.
    this.#opening.catch((error: Error) => {
      presence.notYet = { error }
    })
  }

  /** Resolves when its storages are open. @throws QueratorError that says what to do */
  opened(): Promise<void> {
    return this.#opening ?? Promise.resolve()
  }

  #newLives(): Lives {
    return new Lives({
      ...this.resetParts,
      presence: this.presence,
      log: this.log,
      keeps: this.keeps,
      keeping: this.keeping,
      leave: () => this.#listeners.leave(),
      comeBack: () => this.#listeners.comeBack(),
      answered: () => this.answered(),
    })
  }

  protected override broke(): void {
    this.#listeners.resetConnections()
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Replies to an in-memory request. @throws QueratorError if the daemon is stopped */
  send(request: WireRequest): Promise<WireReply> {
    // Not async, because each promise around another costs turns.
    if (this.#opening !== undefined) return this.#openedSlowly(this.#opening).then(() => this.send(request))
    return this.#state === 'stopped' ? this.#refuse() : this.#memoryWay.send(request)
  }

  /** @throws the error with which storages could not be opened, and not at once: see {@link connect} */
  async #openedSlowly(opening: Promise<void>): Promise<void> {
    try {
      await opening
    } catch (error) {
      await this.#brake.hold()
      throw error
    }
  }

  async #refuse(): Promise<never> {
    await this.#brake.hold()
    throw this.#closedError()
  }

  /** Opens an in-memory connection for HTTP clients that take a socket. It emits an error if the daemon is closed. What it sends waits for open storages. */
  connect(): Duplex {
    // Not thrown: a worker that catches every error would never let the event loop turn.
    if (this.closed) return refusedConnection(this.#brake.hold() ?? nextTurn(), this.#closedError())
    return this.#listeners.connect(this.#opening && this.#openedSlowly(this.#opening))
  }

  /** Returns another daemon in memory that goes on where this one stands. Takes time in proportion to the number of items. @throws QueratorError if it is down or closed, or has not opened its storages yet */
  fork(): Daemon {
    this.assertOpen()
    const { conditions: _, makeStorages: __, ...options } = this.#options
    const { config, clock, keeps } = this
    const from = { ...this.image(), isWhole: true }
    return new Daemon({ ...options, config, clock: anotherClock(clock), storage: 'memory', keeps, from })
  }

  /** See {@link Lives.crash}. @throws QueratorError if it is closed */
  async crash(keeps: UsualKeeps | undefined, origin?: Cause['origin']): Promise<void> {
    await this.#onceUp()
    return this.#lives.crash(keeps, origin)
  }

  /** See {@link Lives.restart}. @throws QueratorError if it is closed */
  async restart(options: RestartOptions, origin?: Cause['origin']): Promise<void> {
    await this.#onceUp()
    return this.#lives.restart(options, origin)
  }

  async #onceUp(): Promise<void> {
    this.assertOpen()
    return this.#opening
  }

  /** @throws QueratorError if it is closed */
  assertOpen(): void {
    if (this.closed) throw this.#closedError()
  }

  #closedError(): QueratorError {
    return closedError(this.#options.siteOf?.(this.#closedBy))
  }

  /** Opens a TCP port once and returns `host:port`. @throws QueratorError if it cannot, or the daemon is closed */
  async listen(options?: ListenOptions): Promise<string> {
    this.assertOpen()
    if (this.#opening !== undefined) await this.#opening
    this.presence.assertUp()
    return this.#listeners.listen(options)
  }

  /**
   * Deletes everything, and starts again as configured: clock, declared queues, access, ids. Waiting leases get a 453. The record goes on.
   * @throws QueratorError if the daemon is closed or down, or has not opened its storages yet
   */
  reset(): void {
    this.assertOpen()
    this.presence.assertUp()
    this.keeping?.keeper.current?.forgetLeft()
    startOver(this.resetParts)
    this.noticed.reset()
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

  /** Replies to waiting requests with 453, then ends connections and timers. Calling it again awaits the first call. `origin` is where it was made. */
  close(origin?: Cause['origin']): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    this.#closedBy = origin
    this.#closing = this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // After this turn, the queues have all calls made before this one.
    await nextTurn()
    await this.#opening?.catch(() => undefined)
    await this.#lives.settled()
    this.#state = 'stopping'
    this.queues.stop()
    this.faults.end()
    this.clock.stop()
    await this.keeping?.flush()
    // Waiting requests get their replies, and then streams of events their end.
    await this.answered()
    this.#state = 'stopped'
    this.record.end()
    await this.answered()
    const unwritten = await this.keeping?.end()
    await this.#listeners.close()
    if (unwritten !== undefined) throw usageError(unwritten)
  }
}
