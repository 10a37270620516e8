/** A walk over crashes and restarts. */

import type { TestDaemon } from '../../src/index.js'
import { daemonOf } from '../support/lasting.js'
import { turn } from '../support/turns.js'
import { Clients } from './crash-clients.js'
import { Ledger } from './crash-ledger.js'
import { checkSame } from './crash-same.js'
import { readState, type ShownState } from './crash-state.js'
import { QUEUES, type QueueName, STORAGES, type Step, type StepOf } from './crash-steps.js'
import type { World } from './crash-worlds.js'

/** How often it tries to take everything out. */
const MOST_ROUNDS = 8
const START = Date.parse('2026-01-01T00:00:00Z')

/** Walks through a world, and ends when all items are worked off. */
export async function crashWalk(world: World, steps: readonly Step[]): Promise<void> {
  const walk = new CrashWalk(world, await world.start(START))
  try {
    for (const step of steps) await walk.step(step)
    await walk.end()
  } finally {
    await walk.close()
  }
}

class CrashWalk {
  readonly #world: World
  readonly #ledger = new Ledger()
  readonly #clients: Clients
  #daemon: TestDaemon
  #isTroubled = false
  #lastEvent = 0
  /** The latest time so far. Another daemon may have begun earlier. */
  #latest = START

  constructor(world: World, daemon: TestDaemon) {
    this.#world = world
    this.#daemon = daemon
    this.#clients = new Clients(daemon, this.#ledger)
  }

  async step(step: Step): Promise<void> {
    if (step.step === 'down') await this.#down(step)
    else if (step.step === 'trouble') this.#trouble(step)
    else if (step.step === 'settle') await this.#calm()
    else if (step.step === 'advance') await this.#daemon.clock.advance(step.seconds * 1000)
    else this.#send(step)
    this.#ledger.time(this.#daemon.clock.now())
    await turn()
  }

  /** Takes everything out. After one more crash, nothing is back. */
  async end(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      await this.#down({ step: 'down', how: 'crash', turns: 0, quiet: true, after: 0 })
      const { items } = await this.#state()
      if (items.length === 0 && round > 0) return
      // A lease that an overdue item hides ends after the next crash only.
      await this.#daemon.clock.advance(Math.max(this.#latest - this.#daemon.clock.now(), 0) + 120_000)
      for (const queue of QUEUES) await this.#drain(queue)
    }
    const { items } = await this.#state()
    throw new Error(`left: ${items.map(({ queue, all }) => `${queue} ${all}`).join('; ')}`)
  }

  async close(): Promise<void> {
    this.#heal()
    await this.#daemon.close()
  }

  #send(step: Exclude<Step, StepOf<'down' | 'trouble' | 'settle' | 'advance'>>): void {
    const clients = this.#clients as unknown as Record<string, (step: Step) => void>
    clients[step.step]?.call(this.#clients, step)
  }

  #trouble({ storage, how }: StepOf<'trouble'>): void {
    const { troubled } = this.#world
    const one = troubled[storage % Math.max(troubled.length, 1)]
    if (one === undefined) return
    this.#isTroubled = true
    if (how === 'hold') one.hold()
    else one.failNext(1_000_000, { kept: how === 'kept' })
  }

  #heal(): void {
    for (const storage of this.#world.troubled) storage.heal()
    this.#isTroubled = false
  }

  /** Everything gets its reply, and what is there is compared with that. */
  async #calm(): Promise<void> {
    // What failed is tried again only after a while.
    if (this.#isTroubled) return
    await this.#clients.answered()
    await this.#check()
  }

  async #down({ how, turns, quiet, after }: StepOf<'down'>): Promise<void> {
    const isQuiet = quiet && !this.#isTroubled
    if (isQuiet) await this.#clients.answered()
    const before = isQuiet ? await this.#state() : undefined
    for (let left = turns; left > 0; left--) await turn()
    await this.#goThrough(
      this.#world.replaces ? how : how === 'close' || how === 'restart' ? 'restart' : 'crash',
      after,
    )
    await this.#clients.ended()
    this.#lose()
    if (this.#world.keeps === 'nothing') this.#clients.create(0)
    await this.#clients.answered()
    const state = await this.#check()
    if (before !== undefined && after === 0) checkSame(before, state, this.#world)
  }

  async #goThrough(how: StepOf<'down'>['how'], after: number): Promise<void> {
    const daemon = daemonOf(this.#daemon)
    const keeps = this.#world.given
    const restart = (kept: typeof keeps) => daemon.restart({ keeps: kept, after: Math.max(after, 0) * 1000 })
    const now = this.#daemon.clock.now() + after * 1000
    this.#latest = Math.max(this.#latest, this.#daemon.clock.now())
    if (how === 'restart') return this.#healing(restart(keeps))
    if (how === 'crash') {
      await this.#healing(daemon.crash(keeps))
      return restart(undefined)
    }
    if (how === 'replace') await this.#healing(daemon.crash(keeps))
    this.#note()
    this.#lastEvent = 0
    await this.#healing(this.#daemon.close())
    this.#daemon = await this.#world.start(now)
    this.#clients.daemon = this.#daemon
  }

  /** What is on its way to a storage gets there after the daemon has begun to go down. */
  async #healing(down: Promise<void>): Promise<void> {
    const result = down.then(
      () => undefined,
      (error: unknown) => error,
    )
    await turn()
    this.#heal()
    const error = await result
    if (error !== undefined) throw error
  }

  #lose(): void {
    const { keeps, given } = this.#world
    if (given !== undefined && keeps !== 'items') this.#ledger.lost(keeps === 'queues' ? 'items' : 'all')
    else if (keeps === 'nothing') this.#ledger.lostAccess()
  }

  /** Learns what deadlines did, and what memory has forgotten. */
  #note(): void {
    for (const { number, kind, reference = '', queue, partition = 0 } of this.#daemon.events) {
      if (number <= this.#lastEvent) continue
      this.#lastEvent = number
      const isForgotten = kind === 'item-lost' && this.#world.forgets(storageOf(queue, partition))
      if (kind === 'item-expired' || kind === 'attempts-exhausted' || isForgotten) this.#ledger.ended(reference)
      if (kind === 'dead-lettered') this.#ledger.died(reference)
    }
  }

  async #check(): Promise<ShownState> {
    const state = await this.#state()
    this.#ledger.check(state)
    return state
  }

  async #state(): Promise<ShownState> {
    const state = await readState(this.#daemon.client, this.#daemon.clock.now())
    this.#note()
    return state
  }

  async #drain(queue: QueueName): Promise<void> {
    for (;;) {
      const counts = await this.#daemon
        .queue(queue)
        .counts()
        .catch(() => undefined)
      if (counts === undefined || counts.total === counts.leased) return
      await this.#clients.takeOut(queue)
    }
  }
}

/** The storage of a partition: those that are declared go round, and of two others each has one. */
function storageOf(queue: string, partition: number): string {
  return queue === 'd' ? 'b' : (STORAGES[partition % 2] as string)
}
