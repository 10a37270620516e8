/** Where a history is played: a daemon with its queues, the recorded history, and what the clients share. */
import type { TestDaemon } from '../../src/index.js'
import { until } from '../support/turns.js'
import { statsAnswer } from './answers.js'
import { inputText } from './calls.js'
import { Recorder } from './recorder.js'
import type { Script } from './script.js'
import { turn } from './turn.js'

/**
 * How far the clock advances when everybody waits, and how often in a row. Together this is longer than any lease
 * waits.
 */
const JUMP = 30_000
const MOST_JUMPS = 20

/** An id that a client has seen. */
interface Holding {
  readonly queue: string
  readonly partition: number
  readonly id: string
}

/** A daemon and what the clients of a history share. */
export class Stage {
  readonly recorder = new Recorder()
  readonly daemon: TestDaemon
  readonly script: Script
  readonly queues: readonly string[]
  readonly #paused = new Set<string>()
  readonly #holdings: Holding[] = []
  /** How many clients are not done, and how many of those do not wait for an item. */
  #there: number
  #active: number
  #moving: Promise<void> = Promise.resolve()
  #gaveUp: (reason: unknown) => void = () => {}
  /** Rejects when everybody waits for ever. */
  readonly #stuck: Promise<never> = new Promise((_, reject) => {
    this.#gaveUp = reject
  })
  #references = 0
  /** Whether it gave up waiting. */
  #isOver = false

  constructor(daemon: TestDaemon, script: Script, queues: readonly string[]) {
    this.daemon = daemon
    this.script = script
    this.queues = queues
    this.#there = script.clients.length
    this.#active = script.clients.length
  }

  /** Returns a reference that no other item has. */
  newReference(): string {
    return `i${++this.#references}`
  }

  /** Remembers ids that a client has seen. */
  hold(queue: string, partition: number, ids: readonly string[]): void {
    this.#holdings.push(...ids.map((id) => ({ queue, partition, id })))
  }

  /** Picks ids of one partition, starting at `which`. With `again` they can be picked once more. */
  pick(queue: string, which: number, count: number, again: boolean): { partition: number; ids: string[] } | undefined {
    const own = this.#holdings.filter((one) => one.queue === queue)
    const first = own[which % (own.length || 1)]
    if (first === undefined) return undefined
    const { partition } = first
    const picked = own.slice(own.indexOf(first)).filter((one) => one.partition === partition)
    const taken = picked.slice(0, count)
    if (!again) for (const one of taken) this.#holdings.splice(this.#holdings.indexOf(one), 1)
    return { partition, ids: taken.map(({ id }) => id) }
  }

  /** Advances the clock. */
  async advance(caller: string, by: number): Promise<void> {
    const operation = this.recorder.begin(caller, { do: 'advance', queue: '', by })
    await this.daemon.clock.advance(by)
    this.recorder.end(operation, 'ok')
  }

  /** Pauses or resumes a queue. */
  pause(queue: string, on: boolean): void {
    if (on) this.#paused.add(queue)
    else this.#paused.delete(queue)
    if (on) this.daemon.pause(queue)
    else this.daemon.resume(queue)
  }

  isPaused(queue: string): boolean {
    return this.#paused.has(queue)
  }

  /** Notes that a client waits for an item. When all do, only an advance helps. */
  waits(): void {
    this.#active--
    this.#check()
  }

  /** Notes that a client no longer waits. */
  goesOn(): void {
    this.#active++
  }

  /** Notes that a client is done. */
  leaves(): void {
    this.#active--
    this.#there--
    this.#check()
  }

  /** Waits for the clients. @throws if they never end, or if advancing does not help */
  async ended(work: Promise<unknown>): Promise<void> {
    let over = false
    const done = Promise.race([work, this.#stuck]).finally(() => {
      over = true
    })
    done.catch(() => undefined)
    await until('every call is answered', () => over).catch((error: Error) => {
      this.#isOver = true
      throw new Error(`${error.message}; open are:\n${this.#openCalls().join('\n')}`)
    })
    await done
    await this.#moving
  }

  #check(): void {
    if (this.#allWait()) this.#moving = this.#moving.then(() => this.#moveOn())
    this.#moving.catch(this.#gaveUp)
  }

  async #moveOn(): Promise<void> {
    let open = this.#open()
    for (let jumps = 0; this.#allWait(); jumps++) {
      // A client that was answered may have called again, and waits anew.
      const now = this.#open()
      if (now.some((one) => !open.includes(one))) [open, jumps] = [now, 0]
      // Only a call that is cut off is left. That takes as long as its socket does on a busy machine, and no jump helps.
      if (now.length === 0 && !this.#isOver) jumps = 0
      // A reply may still be on a socket.
      await turn(4)
      if (!this.#allWait()) return
      if (jumps === MOST_JUMPS) throw new Error(`these calls are never answered:\n${this.#openCalls().join('\n')}`)
      await this.advance('clock', JUMP)
      for (const queue of this.queues) await this.#count(queue)
    }
  }

  /** Reads stats to see who still waits. Otherwise a late result would contradict nothing. */
  async #count(queue: string): Promise<void> {
    const operation = this.recorder.begin('clock', { do: 'stats', queue })
    this.recorder.end(operation, statsAnswer(await this.daemon.client.queueStats({ queueName: queue })))
  }

  #allWait(): boolean {
    return this.#active === 0 && this.#there > 0
  }

  #open() {
    return this.recorder.operations.filter((one) => one.returned === Number.POSITIVE_INFINITY && !one.optional)
  }

  #openCalls(): string[] {
    return this.#open().map(({ caller, input }) => `${caller}: ${inputText(input)}`)
  }
}
