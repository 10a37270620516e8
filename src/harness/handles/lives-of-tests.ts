/** Crashes and restarts of a daemon, and what comes back when the test is over. */
import type { Origin } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import type { Daemon } from '../../daemon/daemon.js'
import { checkedKeeps, type Keeps, type UsualKeeps } from '../../daemon/lives/keeps.js'
import { downText } from '../../diagnosis/downtime.js'
import { messageOf, type QueratorError, usageError } from '../../errors.js'
import type { Backing } from '../backing/backing.js'
import { type Loss, lostQueues } from './lost-queues.js'
import type { TestUsers } from './test-users.js'

/** Options of `daemon.crash()`. */
export interface CrashOptions {
  /**
   * What is left when the daemon is up again: `'items'`, `'queues'` or `'nothing'`. Default: the option `keeps` of the daemon, or else what a
   * server with the storages of its `config` has. Without both, that is `'nothing'`: set `'items'` if your production has its storages on disk.
   * Not with storages that last: they decide.
   */
  readonly keeps?: Keeps
}

/** Options of `daemon.restart()`. */
export interface RestartOptions {
  /**
   * How long the daemon is down, by its clock, which is moved: milliseconds, or a duration such as `'30s'`. Whole milliseconds, 0 or more. What
   * comes due meanwhile happens when it is up. Default 0. With `clock: 'runner'`, move the fake timers instead.
   */
  readonly after?: number | string
  /** As in `crash()`, for a daemon that runs. After a crash, the crash has decided what is left, and this option is refused. */
  readonly keeps?: Keeps
}

/** The state of a daemon when a test begins. */
export interface LifeMark {
  readonly losses: number
  /** Queues with a higher number are of the test, and so are items. */
  readonly lastQueue: number
  readonly lastItem: number
  readonly isDown: boolean
}

/** How the daemon came up at the end of a test. Empty if it was not down. */
export interface BroughtUp {
  /** What to tell about it. */
  readonly story?: string
  /** The number of the last event before it came up. */
  readonly lastEvent?: number
  /** Why it cannot. */
  readonly error?: QueratorError
}

/** The tests of the daemon. */
interface TestsOfDaemon {
  /** Whether a test runs that will end. */
  readonly isAny: boolean
  readonly areConcurrent: boolean
}

/** Takes a daemon down and up again for tests, one after the other. */
export class LivesOfTests {
  readonly #backing: Backing
  readonly #users: TestUsers
  readonly #tests: TestsOfDaemon
  #losses: Loss[] = []
  #pending = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(backing: Backing, users: TestUsers, tests: TestsOfDaemon) {
    this.#backing = backing
    this.#users = users
    this.#tests = tests
  }

  /** See `daemon.crash`. */
  async crash(options: CrashOptions, origin: Origin | undefined): Promise<void> {
    const daemon = this.#backing.embedded('crash')
    checkOptions('crash', options, ['keeps'])
    const keeps = keepsOf('crash', options.keeps, daemon)
    this.#check('crash')
    await this.#inTurn(() => this.#goDown(daemon, keeps, () => daemon.crash(keeps, origin)))
  }

  /** See `daemon.restart`. */
  async restart(options: RestartOptions, origin: Origin | undefined): Promise<void> {
    const daemon = this.#backing.embedded('restart')
    checkOptions('restart', options, ['after', 'keeps'])
    const { after = 0 } = options
    const keeps = keepsOf('restart', options.keeps, daemon)
    this.#check('restart')
    await this.#inTurn(() => {
      if (daemon.presence.isDown) return daemon.restart({ keeps: options.keeps, after }, origin)
      return this.#goDown(daemon, keeps, () => daemon.restart({ keeps, after }, origin))
    })
  }

  /** Returns the state to which {@link restore} leads back. */
  mark(): LifeMark {
    const { isEmbedded } = this.#backing
    if (!isEmbedded) return { losses: 0, lastQueue: 0, lastItem: 0, isDown: false }
    const { inspector, presence, record } = this.#backing.embedded('observe')
    const numbers = inspector.queueNames().map((name) => inspector.queueId(name) ?? 0)
    return {
      losses: this.#losses.length,
      lastQueue: Math.max(0, ...numbers),
      lastItem: record.lastItem,
      isDown: presence.isDown,
    }
  }

  /** Brings the daemon up if a test has left it down. Never rejects. */
  async bringUp({ isDown }: LifeMark): Promise<BroughtUp> {
    await this.settled()
    if (!this.#backing.isEmbedded || isDown) return {}
    const daemon = this.#backing.embedded('observe')
    const down = daemon.closed ? undefined : downText(daemon)
    if (down === undefined) return {}
    const { count } = daemon.record
    try {
      await this.#inTurn(() => daemon.restart({ keeps: undefined, after: 0 }))
      return {
        lastEvent: count,
        story: down.replace('is down', 'was down when the test ended').replace(/; await .*$/, ''),
      }
    } catch (error) {
      return { error: usageError(`the daemon could not start again after the test: ${messageOf(error)}`, error) }
    }
  }

  /** Puts back what went down with the daemon since then, as far as it was there before. */
  async restore(mark: LifeMark): Promise<void> {
    await this.settled()
    const daemon = this.#losses.length <= mark.losses ? undefined : this.#backing.embedded('observe')
    if (daemon === undefined || daemon.closed || daemon.presence.isDown) return
    const lost = this.#losses.splice(mark.losses)
    const queues = lostQueues(lost, mark)
    const first = lost.find(({ access }) => access !== undefined)
    if (queues.length === 0 && first === undefined) return
    daemon.putBack({ queues, access: first?.access })
    if (first !== undefined) this.#users.putBack(first.door)
    // What came due while they were away happens now, as after a restart.
    if (!daemon.clock.followsRunner) await daemon.clock.advance(0)
  }

  /** Whether the daemon is down. */
  get isDown(): boolean {
    return this.#backing.isEmbedded && this.#backing.embedded('observe').presence.isDown
  }

  /** Resolves when what was begun is over. Never rejects. */
  async settled(): Promise<void> {
    while (this.#pending > 0) await this.#last
  }

  /** @throws QueratorError while several tests run at the same time */
  #check(what: string): void {
    if (!this.#tests.areConcurrent) return
    throw usageError(
      `${what}: several tests run at the same time, and it would break the calls of all of them; run this test by itself, or give it a daemon of its own with startTestDaemon()`,
    )
  }

  /** Does it at once unless something is on already. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const begin = async () => {
      this.#backing.checkOpen()
      await work()
    }
    const turn = this.#pending++ === 0 ? begin() : this.#last.then(begin)
    this.#last = turn.then(ignored, ignored).finally(() => this.#pending--)
    return turn
  }

  async #goDown(daemon: Daemon, given: UsualKeeps | undefined, end: () => Promise<void>): Promise<void> {
    const keeps = given ?? daemon.keeps
    // What is kept does not have to be put back, nor what storages decide.
    const isKept = keeps === 'items' || given === undefined
    const image = isKept || !this.#tests.isAny ? undefined : daemon.image()
    const door = this.#users.door
    const life = daemon.presence.life
    const ending = end()
    try {
      await ending
    } finally {
      if (daemon.presence.life !== life) {
        this.#users.wentDown(keeps !== 'nothing')
        if (image !== undefined) {
          const areLost = keeps === 'nothing'
          const { queues, access } = image
          this.#losses.push({
            queues,
            areLost,
            isKept: daemon.itemsKept(keeps),
            access: areLost ? access : undefined,
            door,
          })
        }
      }
    }
  }
}

/** Returns what is left. Undefined if the storages of the daemon decide that. @throws QueratorError if it is none of the values */
function keepsOf(taker: string, given: Keeps | undefined, { keeps, keeping }: Daemon): UsualKeeps | undefined {
  if (given !== undefined) return checkedKeeps(`${taker}: keeps`, given)
  return keeping === undefined ? keeps : undefined
}

function ignored(): void {}
