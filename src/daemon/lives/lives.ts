/** How a daemon goes down and comes up again. */

import { type Cause, KIND } from '../../engine/events/event-kinds.js'
import { usageError } from '../../errors.js'
import { createDeclaredQueues } from '../config/declared-queues.js'
import type { ResetParts } from '../start-over.js'
import type { DaemonImage } from './daemon-image.js'
import { type Keeps, keptQueues } from './keeps.js'
import { downError, type Presence } from './presence.js'

/** The parts of a daemon that go down with it. */
export interface MortalParts extends ResetParts {
  readonly presence: Presence
  /** Breaks all connections, and closes the port. */
  leave(): Promise<void>
  /** Opens the port again. @throws QueratorError if something else has it now */
  comeBack(): Promise<void>
  /** Resolves when clients have the replies that were made. */
  answered(): Promise<void>
}

type Origin = Cause['origin']

/** The place of events that are about the daemon itself. */
const WHOLE = { queue: '', queueId: 0 }

/** Takes a daemon down and up again. Its record goes on, and so do the faults of a test. */
export class Lives {
  readonly #parts: MortalParts
  /** What it had when it went down. */
  #last: DaemonImage | undefined

  constructor(parts: MortalParts) {
    this.#parts = parts
  }

  /**
   * Ends it as SIGKILL would: connections break, and nobody gets a reply.
   * @throws QueratorError if it is down
   */
  async crash(keeps: Keeps, origin: Origin): Promise<void> {
    const { faults, during } = this.#parts
    this.#assertUp()
    during({ call: 'crash', origin }, () => {
      this.#note(KIND['daemon-crashed'])
      this.#goDown('crashed', keeps, () => faults.hangUp())
    })
    await this.#parts.leave()
  }

  /** Ends it as SIGTERM would: waiting requests get a 453, and then connections end. @throws QueratorError if it is down */
  async stop(keeps: Keeps, origin: Origin): Promise<void> {
    const { presence, queues, faults, during, answered, leave } = this.#parts
    this.#assertUp()
    during({ call: 'restart', origin }, () => {
      this.#note(KIND['daemon-stopped'])
      this.#goDown('stopped', keeps, () => {
        for (const fault of faults.open) fault.breakHeld()
        queues.stop()
      })
    })
    await answered()
    presence.down = 'stopped'
    presence.life++
    await leave()
  }

  /** Brings it up again. @throws QueratorError if it is not down, or its port is taken */
  async start(origin: Origin): Promise<void> {
    const { presence, comeBack, during } = this.#parts
    if (!presence.isDown || this.#last === undefined) throw usageError('the daemon is not down')
    await comeBack()
    during({ call: 'restart', origin }, () => this.#begin(this.#last as DaemonImage))
    this.#last = undefined
    presence.down = undefined
  }

  #assertUp(): void {
    this.#parts.presence.assertUp()
    if (this.#last !== undefined) throw downError('stopped')
  }

  #goDown(why: 'crashed' | 'stopped', keeps: Keeps, end: () => void): void {
    const { presence, clock, queues, access, random } = this.#parts
    // What a pause holds was not carried out, and is gone.
    const images = queues.images()
    this.#last = {
      now: clock.exact.now(),
      frozen: clock.frozen,
      random: random.state,
      queues: keptQueues(images, keeps),
      access: keeps === 'nothing' ? NO_ACCESS : access.image(),
    }
    end()
    if (keeps !== 'items') queues.lose(keeps === 'nothing')
    queues.crash()
    if (why === 'stopped') return
    presence.down = why
    presence.life++
  }

  #begin({ queues: images, access: records }: DaemonImage): void {
    const { clock, queues, access, config } = this.#parts
    const now = clock.exact.now()
    queues.start()
    access.restore(records, now, false)
    queues.restore(images, false)
    const missing = config.queues.filter(({ name }) => queues.find(name) === undefined)
    createDeclaredQueues(queues, missing, now)
    this.#note(KIND['daemon-restarted'])
  }

  #note(kind: number): void {
    const { record, clock } = this.#parts
    record.queue(kind, clock.exact.now(), WHOLE)
  }
}

const NO_ACCESS = { namespaces: [], users: [], apiKeys: [], roles: [], bindings: [] }
