/** How a daemon goes down and comes up again. */
import { type Cause, KIND } from '../../engine/events/event-kinds.js'
import { usageError } from '../../errors.js'
import { CLIENT_GONE } from '../../protocol/exchange.js'
import type { Keeping } from '../lasting/keeping.js'
import type { Log } from '../log.js'
import type { ResetParts } from '../start-over.js'
import { downtimeOf } from './downtime.js'
import { decidedByEnd, decidedByStorages, keepsItems, keptQueues, type UsualKeeps } from './keeps.js'
import { goOn, goOnInMemory, type LastState, NO_ACCESS } from './next-life.js'
import { downError, type Presence } from './presence.js'

/** The parts of a daemon that go down with it. */
export interface MortalParts extends ResetParts {
  readonly presence: Presence
  readonly log: Log
  /** What it keeps unless it is told. */
  readonly keeps: UsualKeeps
  /** Where its state is kept. `undefined` in memory. */
  readonly keeping: Keeping | undefined
  /** Breaks all connections, and closes the port. */
  leave(): Promise<void>
  /** Opens the port again. @throws QueratorError if something else has it now */
  comeBack(): Promise<void>
  /** Resolves when clients have the replies that were made. */
  answered(): Promise<void>
}

/** The options of {@link Lives.restart}. */
export interface RestartOptions {
  /** Default: as configured. */
  readonly keeps: UsualKeeps | undefined
  /** How long it is down, by its clock: milliseconds or a duration. */
  readonly after: number | string
}

type Origin = Cause['origin']

/** The place of events that are about the daemon itself. */
const WHOLE = { queue: '', queueId: 0 }

/** Takes a daemon down and up again. Its record goes on, and so do the faults of a test. */
export class Lives {
  readonly #parts: MortalParts
  /** What it had when it went down, and why it did. */
  #last: LastState | undefined
  #ended: Cause = { call: 'start' }
  /** Resolves when what a crash broke off has ended. */
  #leaving: Promise<unknown> | undefined
  #restarting: Promise<void> | undefined

  constructor(parts: MortalParts) {
    this.#parts = parts
  }

  /** Starts for the first time, with what its storages have. @throws QueratorError that says what to do */
  async open(keeping: Keeping): Promise<void> {
    const kept = await keeping.open()
    const { during, clock, queues, random } = this.#parts
    random.beginLife(kept.life)
    try {
      during({ call: 'start' }, () => goOn(this.#parts, kept, [], this.#ended))
    } catch (error) {
      await keeping.abandon(error as Error)
      throw error
    }
    // As after a restart, also on a clock that stands still.
    if (queues.memory.used > 0 && !clock.followsRunner) await clock.advance(0)
  }

  /**
   * Ends it as SIGKILL would: connections break, and nobody gets a reply. See {@link Keeps} for what is left. Default: as configured.
   * @throws QueratorError if it is down, or storages decide what is left
   */
  async crash(given: UsualKeeps | undefined, origin: Origin): Promise<void> {
    const { faults, during, presence, keeping } = this.#parts
    const keeps = this.#kept(given)
    this.#assertUp()
    let abandoned: Promise<void> | undefined
    this.#ended = { call: 'crash', origin }
    during(this.#ended, () => {
      this.#note(KIND['daemon-crashed'])
      abandoned = keeping?.abandon(CLIENT_GONE as Error)
      this.#goDown(keeps, () => faults.hangUp())
    })
    presence.down = 'crashed'
    presence.life++
    this.#leaving = Promise.all([this.#parts.leave(), abandoned])
    await this.#leaving
  }

  /**
   * Starts it again. If it runs, it is stopped first, as by a signal. Before it starts, the clock moves by `after`.
   * @throws QueratorError if its port is taken, the clock cannot move by `after`, storages cannot be opened, or what is left is decided already
   */
  async restart(options: RestartOptions, origin: Origin): Promise<void> {
    if (this.#restarting !== undefined) throw downError('stopped')
    this.#restarting = this.#restart(options, origin).finally(() => {
      this.#restarting = undefined
    })
    await this.#restarting
  }

  /** Resolves when it neither goes down nor comes up. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#leaving, this.#restarting])
  }

  async #restart({ keeps: given, after }: RestartOptions, origin: Origin): Promise<void> {
    const { clock, presence } = this.#parts
    const keeps = this.#kept(given)
    if (given !== undefined && presence.down !== undefined) throw decidedByEnd(presence.down)
    const downtime = downtimeOf(clock, after)
    if (!presence.isDown) await this.#stop(keeps, origin)
    await this.#start(origin, downtime)
    // What was due meanwhile happens now. On a clock of the runner, it happens with the next call.
    if (!clock.followsRunner) await clock.advance(0)
  }

  /** Ends it as SIGTERM would: waiting requests get a 453, and then connections end. */
  async #stop(keeps: UsualKeeps, origin: Origin): Promise<void> {
    const { presence, queues, faults, keeping, log } = this.#parts
    this.#assertUp()
    presence.isStopping = true
    this.#ended = { call: 'restart', origin }
    this.#parts.during(this.#ended, () => {
      this.#note(KIND['daemon-stopped'])
      this.#goDown(keeps, () => {
        for (const fault of faults.open) fault.breakHeld()
        queues.stop()
      })
    })
    await keeping?.flush()
    await this.#parts.answered()
    presence.down = 'stopped'
    presence.isStopping = false
    presence.life++
    const unwritten = await keeping?.end()
    if (unwritten !== undefined) log.write('error', unwritten)
    await this.#parts.leave()
  }

  /** Brings it up again. @throws QueratorError if a storage cannot be opened, or its port is taken */
  async #start(origin: Origin, downtime: number): Promise<void> {
    const { presence, keeping, during } = this.#parts
    const last = this.#last
    if (!presence.isDown || last === undefined) throw usageError('the daemon is not down')
    await this.#leaving
    const kept = await keeping?.open()
    try {
      await this.#parts.comeBack()
      // Only now, so that another attempt does not move it again.
      if (downtime > 0) await this.#parts.clock.advance(downtime)
    } catch (error) {
      await keeping?.abandon(error as Error)
      throw error
    }
    during({ call: 'restart', origin }, () => {
      if (kept === undefined) goOnInMemory(this.#parts, last)
      else goOn(this.#parts, kept, last.queues, this.#ended)
      this.#note(KIND['daemon-restarted'])
    })
    this.#last = undefined
    presence.down = undefined
    // Competing consumers hold nothing for longer than a moment.
    this.#parts.conditions.current?.giveBack()
    this.#parts.record.wake()
  }

  /** Returns what is left. @throws QueratorError if storages decide that */
  #kept(given: UsualKeeps | undefined): UsualKeeps {
    const { keeping, keeps } = this.#parts
    if (given === undefined || keeping === undefined) return given ?? keeps
    throw decidedByStorages('keeps')
  }

  #assertUp(): void {
    this.#parts.presence.assertUp()
    if (this.#last !== undefined) throw downError('stopped')
  }

  #goDown(keeps: UsualKeeps, end: () => void): void {
    const { queues, access, keeping, config, faults } = this.#parts
    faults.partitions.leaveQueues()
    const isKept = keepsItems(keeps, config.lasting)
    // What a pause holds was not carried out, and is gone.
    const images = queues.images()
    this.#last = {
      queues: keeping === undefined ? keptQueues(images, keeps, isKept) : keptQueues(images, 'items', () => true),
      access: keeps === 'nothing' ? NO_ACCESS : access.image(),
    }
    end()
    // What storages lose is known when they are read again.
    if (keeping === undefined && keeps !== 'items') queues.lose(keeps === 'nothing', isKept)
    queues.crash()
  }

  #note(kind: number): void {
    const { record, clock } = this.#parts
    record.queue(kind, clock.exact.now(), WHOLE)
  }
}
