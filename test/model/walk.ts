/**
 * A random walk: sends the same commands to a daemon and to the model, and compares them after each. Where the contract
 * allows several outcomes, the daemon decides which worlds remain possible (`worlds.ts`).
 */
import { isQueratorError } from '../../src/index.js'
import { Ids } from './ids.js'
import { Reports, unsortedIds } from './walk-checks.js'
import type { Beginning, Command } from './walk-commands.js'
import { WalkDaemon } from './walk-daemon.js'
import { daemonPicture, isSame, modelPicture } from './walk-picture.js'
import { createQueue, deleteQueue, planOf } from './walk-plan.js'
import { readQueues, type Seen } from './walk-seen.js'
import type { DaemonResult, Plan } from './walk-situation.js'
import { eventLines, tellFailure } from './walk-story.js'
import { distinct, everyWay, refusalText, type World } from './worlds.js'

/** Runs a walk. @throws if the daemon does something that the model does not allow */
export async function walk(beginning: Beginning, commands: readonly Command[]): Promise<void> {
  const daemon = await WalkDaemon.start()
  try {
    const one = new Walk(daemon, beginning)
    await one.begin()
    for (const command of commands) await one.step(command)
    await one.end()
  } finally {
    await daemon.close()
  }
}

class Walk {
  readonly #side: WalkDaemon
  readonly #beginning: Beginning
  readonly #start: number
  #seen: Seen = new Map()
  #worlds: readonly World[]
  #names = 0
  readonly #story: string[] = []
  readonly #reports = new Reports()

  constructor(side: WalkDaemon, beginning: Beginning) {
    this.#side = side
    this.#beginning = beginning
    this.#start = side.clock.now()
    const state = { now: this.#start, ids: 0, queues: [], leases: [] }
    this.#worlds = [{ state, ids: new Ids(), answer: 'ok', events: [] }]
  }

  async begin(): Promise<void> {
    const { partitions, settings, hasDeadQueue } = this.#beginning
    await this.#carryOut(createQueue('d', this.#beginning.deadQueue, ''))
    await this.#carryOut(createQueue('q', { partitions, settings }, hasDeadQueue ? 'd' : ''))
  }

  async step(command: Command): Promise<void> {
    const plan = planOf(command, {
      now: this.#side.clock.now(),
      seen: this.#seen,
      waiting: this.#side.waiting(),
      deadQueue: this.#beginning.deadQueue,
      newName: (kind) => `${kind}${this.#names++}`,
    })
    if (plan !== undefined) await this.#carryOut(plan)
  }

  /** Deletes the queues, which ends waiting leases. */
  async end(): Promise<void> {
    for (const queue of ['q', 'd'] as const) if (this.#seen.has(queue)) await this.#carryOut(deleteQueue(queue))
  }

  async #carryOut(plan: Plan): Promise<void> {
    const now = this.#side.clock.now()
    const result = await this.#onDaemon(plan)
    const before = this.#seen
    this.#seen = await readQueues(this.#side.client)
    const answer = this.#side.takeRefusal() ?? result.answer ?? 'ok'
    this.#story.push(`+${now - this.#start}ms ${plan.told}: ${answer}`)
    const wrong = [
      ...unsortedIds(this.#seen),
      ...(result.fired ? this.#reports.missing(before, this.#seen, result.fired) : []),
    ]
    if (wrong.length > 0) throw new Error([...wrong, ...this.#story].join('\n'))
    this.#keepWorldsLike(plan, answer)
    this.#side.forgetAnswered()
  }

  async #onDaemon(plan: Plan): Promise<DaemonResult> {
    try {
      return (await plan.daemon(this.#side)) ?? {}
    } catch (error) {
      if (!isQueratorError(error)) throw error
      return { answer: refusalText(error) }
    }
  }

  #keepWorldsLike(plan: Plan, answer: string): void {
    const side = { start: this.#start, answer, seen: this.#seen, leases: this.#side.leases }
    const possible = this.#worlds.flatMap((world) => everyWay(world, plan.model))
    const alike = possible.filter((world) => isSame(modelPicture(world, this.#start), daemonPicture(side, world)))
    if (alike.length === 0) throw new Error(tellFailure(this.#story, this.#worlds, possible, side))
    for (const { state } of alike) state.leases = state.leases.filter(({ outcome }) => outcome === 'waiting')
    this.#worlds = distinct(alike)
    this.#story.push(...eventLines(alike[0] as World, this.#start))
  }
}
