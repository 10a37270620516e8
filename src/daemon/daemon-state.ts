/** The state of a daemon: its clock, queues and access control, what is recorded of it, and what goes wrong with it. */
import { Access, type AuthBackend } from '../access/access.js'
import type { MovableClock } from '../clock/movable-clock.js'
import { realNow } from '../clock/real-time.js'
import type { Cause } from '../engine/events/event-kinds.js'
import { EventRecord } from '../engine/events/record.js'
import { AllSurprises } from '../engine/lifecycle/surprises.js'
import type { LogicalQueue } from '../engine/queue/logical-queue.js'
import { Queues } from '../engine/queue/queues.js'
import type { MemoryBudget } from '../engine/store/memory-budget.js'
import { RestartedRandom } from '../ids/random.js'
import { CallNotices } from './call-notices.js'
import { CallRunner } from './call-runner.js'
import { ConditionsInForce } from './conditions/conditions-in-force.js'
import { type DaemonConfig, readConfig } from './config/config.js'
import type { DaemonOptions } from './daemon-options.js'
import type { DaemonDump } from './dump/daemon-dump.js'
import { readDump } from './dump/read-dump.js'
import { dumpOf } from './dump/write-dump.js'
import { Faults } from './faults/faults.js'
import { Inspector } from './inspector.js'
import { Keeping } from './lasting/keeping.js'
import { LateKeeper } from './lasting/late-keeper.js'
import { isLasting, keepsOf } from './lasting/storage-spec.js'
import { type DaemonImage, lookedAtOnce } from './lives/daemon-image.js'
import { decidedByStorages, keepsItems, type UsualKeeps } from './lives/keeps.js'
import { Losses } from './lives/losses.js'
import { Presence } from './lives/presence.js'
import { putQueuesBack } from './lives/put-queues-back.js'
import { createLog, type Log } from './log.js'
import { memoryBudget } from './memory-limit.js'
import type { Notices } from './notices.js'
import { RefusedCalls } from './refused-calls.js'
import type { ResetParts } from './start-over.js'

/** What a daemon holds, without the ways into it. */
export class DaemonState {
  readonly clock: MovableClock
  /** Whether keys and permissions are checked. */
  readonly auth: AuthBackend
  /** What it keeps when it crashes or restarts, unless a call says otherwise. */
  readonly keeps: UsualKeeps
  /** The record of events. */
  readonly record: EventRecord
  /** Reads the state of its queues. */
  readonly inspector: Inspector
  readonly faults: Faults
  readonly conditions: ConditionsInForce
  /** Whether it is there, or has crashed. */
  readonly presence = new Presence(() => this.losses.endSite)
  /** What it lost when it went down. */
  readonly losses: Losses
  /** Where its state is kept. `undefined` in memory. */
  readonly keeping: Keeping | undefined
  protected readonly config: DaemonConfig
  readonly #from: DaemonImage | undefined
  protected readonly log: Log
  protected readonly memory: MemoryBudget
  protected readonly queues: Queues
  protected readonly access: Access
  protected readonly noticed: CallNotices
  protected readonly random: RestartedRandom

  constructor(options: DaemonOptions) {
    const { config = readConfig(), clock, events = 0, seed } = options
    this.config = config
    this.#from = options.from
    this.clock = clock
    this.auth = options.auth ?? config.auth
    this.keeps = options.keeps ?? keepsOf(config.lasting)
    this.record = new EventRecord(events)
    this.log = options.log ?? createLog({ now: realNow })
    const warn = (message: string) => this.log.write('warn', message)
    this.random = new RestartedRandom(seed)
    const { draw } = this.random
    this.memory = memoryBudget(options.memoryLimit, this.log)
    const now = clock.exact.now()
    const isKept = options.storage !== 'memory' && isLasting(config.lasting)
    if (isKept && options.keeps !== undefined) throw decidedByStorages('the option keeps')
    if (isKept && options.from !== undefined) throw decidedByStorages('the option from')
    this.keeping = isKept
      ? new Keeping(config.lasting, (kind, id) => this.access.find(kind, id), { ...options, log: this.log })
      : undefined
    const { keeping } = this
    const keeper = keeping?.keeper
    if (keeping !== undefined) this.memory.elsewhere = () => ` in memory (${keeping.onDisk})`
    this.access = new Access({ auth: this.auth, random: draw, seeded: seed !== undefined, now, keeper })
    const { record, memory } = this
    const { storages } = config
    const surprises = new AllSurprises(warn)
    const added = (queue: LogicalQueue) => this.faults.partitions.meet(queue)
    this.queues = new Queues({ record, memory, clock: clock.exact, random: draw, storages, surprises, keeper, added })
    this.losses = new Losses(record, options.siteOf ?? (() => ''), keeping?.specs)
    this.inspector = new Inspector(this.queues, this.presence, this.losses)
    const { inspector, losses, queues } = this
    this.noticed = new CallNotices({ mode: options.notices, clock, record, inspector, losses, warn })
    const broke = () => this.broke()
    const trouble = { clock: clock.exact, queues, record, broke, during: this.during }
    this.faults = new Faults(trouble, this.presence)
    this.conditions = new ConditionsInForce({ ...trouble, faults: this.faults }, options.conditions, seed)
  }

  /** Returns whether it still has the items of a storage after a crash. */
  itemsKept(keeps: UsualKeeps): (storage: string) => boolean {
    return keepsItems(keeps, this.config.lasting)
  }

  /** Returns its state, to make another daemon like it. Takes time in proportion to the number of items. @throws QueratorError if it is down */
  image(): DaemonImage {
    this.presence.assertUp()
    return {
      now: this.clock.exact.now(),
      frozen: this.clock.frozen,
      random: this.random.state,
      queues: this.queues.images(),
      access: this.access.image(),
    }
  }

  /**
   * Returns what a dump holds. `source` is where it comes from, for errors.
   * @throws QueratorError with the field if the dump is damaged, or does not fit the configuration
   */
  read(dump: unknown, source: string): DaemonImage {
    return readDump(dump, source, this.config.storages)
  }

  /** Puts what a dump holds in place of everything, as {@link read} and {@link become} do. */
  async load(dump: unknown, source: string): Promise<void> {
    this.presence.assertUp()
    await this.become(this.read(dump, source))
  }

  /** Puts what was {@link read} in place of everything. Resolves when storages have it. @throws QueratorError if the daemon is down */
  async become({ now, queues: given, access }: DaemonImage): Promise<void> {
    this.presence.assertUp()
    this.queues.assertRunning()
    // Times of the lifecycle that are yet to come mean nothing here.
    const queues = now <= this.clock.exact.now() ? given : lookedAtOnce(given)
    this.during({ call: 'load' }, () => {
      this.faults.partitions.leaveQueues()
      const replaceQueues = () => {
        this.queues.clear()
        this.queues.restore(queues, false)
      }
      const keeper = this.keeping?.keeper ?? new LateKeeper()
      keeper.replace(replaceQueues, () => this.access.restore(access, this.clock.exact.now(), false))
      this.queues.tell()
    })
    await this.keeping?.written()
  }

  /** Puts queues back, see {@link putQueuesBack}, and with `access` users and keys. */
  putBack({
    queues,
    access,
  }: Pick<DaemonImage, 'queues'> & { readonly access: DaemonImage['access'] | undefined }): void {
    this.presence.assertUp()
    this.during({ call: 'put back' }, () => {
      if (access !== undefined) this.access.restore(access, this.clock.exact.now(), false)
      this.presence.replaced++
      putQueuesBack(queues, this.queues, this.faults.partitions)
    })
  }

  /** Returns what carries out its calls. */
  protected newCallRunner(isHealthy: () => boolean): CallRunner {
    const { clock, record, inspector, log, queues, access, faults, keeping, losses } = this
    const { requestTimes, consumers } = this.noticed
    const refusedCalls = new RefusedCalls({ clock: clock.exact, record, log, inspector })
    return new CallRunner({
      clock,
      record,
      refusedCalls,
      queues,
      access,
      faults,
      requestTimes,
      consumers,
      log,
      keeping,
      isHealthy,
      lostQueue: (name) => losses.queueText(name),
      emptied: (name) => losses.know(name),
    })
  }

  /** Returns its state as plain values. Takes time in proportion to the number of items. @throws QueratorError if it is down */
  dump(): DaemonDump {
    return dumpOf(this.image())
  }

  /** Pauses or resumes a queue. @throws QueratorError if no queue has this name */
  pause(name: string, on: boolean, origin?: Cause['origin']): void {
    const queue = this.inspector.queue(name)
    this.during({ call: on ? 'pause' : 'resume', origin }, () => queue.pause(on))
  }

  /** Lets callers without a key in again, after the user `closedBy` locked them out. */
  openDoor(closedBy: string): void {
    this.access.openDoor(closedBy, this.clock.exact.now())
  }

  /** Call when a test begins. Warnings that are logged once per test may come again. */
  beginTest(): void {
    this.record.fence()
    this.noticed.reset()
    this.conditions.beginTest()
  }

  /** What was noticed about callers. */
  get notices(): Notices {
    return this.noticed.notices
  }

  /** As in a call, overdue deadlines fire first, and everything has the same time. */
  protected readonly during = (cause: Cause, work: () => void): void => {
    try {
      this.clock.beginCall()
      this.record.during(cause, work)
    } finally {
      this.clock.endCall()
    }
  }

  /** The parts that start again. */
  protected get resetParts(): ResetParts {
    const { config, random, clock, record, queues, access, faults, conditions, during } = this
    return { config, from: this.#from, random, clock, record, queues, access, faults, conditions, during }
  }

  /** Called when connections break. */
  protected broke(): void {}
}
