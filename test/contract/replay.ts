/** Replays a scenario against a server, through one door and in one encoding, and compares every reply. */
import { expect } from 'vitest'
import type { TestDaemon } from '../../src/index.js'
import type { Encoding } from '../../src/protocol/content-type.js'
import type { Door, RawReply } from '../support/doors.js'
import { until } from '../support/turns.js'
import { type Compare, compareReply } from './compare.js'
import { DIFFERENCES } from './differences.js'
import type { RecordedReply, Scenario, Step } from './recording.js'
import { formOf, requestOf } from './request.js'
import { emptyTally, howMuch } from './tally.js'
import { Tokens } from './tokens.js'

/** What a replay needs of the server besides a door. */
export interface Server {
  advance(by: string): Promise<void>
  pause(queue: string, on: boolean): void
  /** How many calls on a queue are pending. */
  inFlight(queue: string): Promise<number>
}

/** A daemon as the server of a replay. */
export function serverOf(daemon: TestDaemon): Server {
  return {
    async advance(by) {
      await daemon.clock.advance(by)
    },
    pause: (queue, on) => (on ? daemon.pause(queue) : daemon.resume(queue)),
    async inFlight(queueName) {
      const { logicalQueues } = await daemon.client.queueStats({ queueName })
      return logicalQueues[0]?.inFlight ?? 0
    },
  }
}

/** A started call. It is open until its client has the reply or goes away. */
interface Started {
  readonly step: Step
  readonly queue: string
  readonly controller: AbortController
  readonly reply: Promise<RawReply>
  state: 'open' | 'answered' | 'joined' | 'aborted'
}

/** One replay. */
export class Replay {
  readonly tally = emptyTally()
  readonly #tokens = new Tokens()
  readonly #started = new Map<string, Started>()

  constructor(
    readonly scenario: Scenario,
    readonly server: Server,
    readonly door: Door,
    readonly encoding: Encoding,
    readonly compare: Compare = compareReply,
  ) {}

  /** @throws if a reply differs from the recording */
  async run(): Promise<void> {
    for (const index of this.scenario.steps.keys()) await this.step(index)
    this.end()
  }

  /** Runs one step. @throws as {@link run} does */
  async step(index: number): Promise<void> {
    const step = this.scenario.steps[index] as Step
    try {
      await this.#step(step, index)
    } catch (error) {
      if (error instanceof Error)
        error.message = `step ${index} ${JSON.stringify(step).slice(0, 300)}\n${error.message}`
      throw error
    }
  }

  /** @throws if the reply to a call was never compared */
  end(): void {
    const left = [...this.#started].filter(([, { state }]) => state === 'open' || state === 'answered')
    expect(
      left.map(([name]) => name),
      'calls that were started and never joined',
    ).toEqual([])
  }

  async #step(step: Step, index: number): Promise<void> {
    if (step.advance !== undefined) await this.server.advance(step.advance)
    else if (step.pause !== undefined) this.server.pause(step.pause, step.on === true)
    else if (step.waits !== undefined) await this.#waits(step.waits)
    else if (step.abort !== undefined) await this.#abort(step.abort)
    else if (step.join !== undefined) await this.#join(step.join, step.reply, index)
    else if (step.start !== undefined) await this.#start(step.start, step, index)
    else this.#compare(step.reply, await this.#send(step, index), index, step)
  }

  async #send(step: Step, index: number, signal?: AbortSignal): Promise<RawReply> {
    const form = formOf(this.scenario.title, index, step, this.encoding)
    const { reply: _, ...asked } = step
    const request = requestOf(this.#tokens.fill(asked), form, this.encoding)
    this.tally.sent[form]++
    return this.door(signal === undefined ? request : { ...request, signal })
  }

  #call(name: string): Started {
    const started = this.#started.get(name)
    if (started === undefined) throw new Error(`no call was started as ${name}`)
    return started
  }

  async #start(name: string, step: Step, index: number): Promise<void> {
    const queue = (step.body as { queueName: string }).queueName
    const before = await this.server.inFlight(queue)
    const controller = new AbortController()
    const reply = this.#send(step, index, controller.signal)
    const started: Started = { step, queue, controller, reply, state: 'open' }
    const answered = () => {
      if (started.state === 'open') started.state = 'answered'
    }
    reply.then(answered, answered)
    this.#started.set(name, started)
    // On a socket the call must arrive before the next step. The server says when it has.
    await until(`${name} has arrived`, async () => {
      return started.state !== 'open' || (await this.server.inFlight(queue)) !== before
    })
  }

  /** Checks that the server has as many open calls as the client. A reply may still be on a socket. */
  async #waits(name: string): Promise<void> {
    const { queue } = this.#call(name)
    const open = () => [...this.#started.values()].filter((one) => one.queue === queue && one.state === 'open').length
    await until(`${name} and the server know of the same calls`, async () => {
      return (await this.server.inFlight(queue)) === open()
    })
    expect(this.#call(name).state, `the state of ${name}`).toBe('open')
  }

  async #join(name: string, recorded: RecordedReply | undefined, index: number): Promise<void> {
    const started = this.#call(name)
    await until(`${name} is answered`, () => started.state !== 'open')
    expect(started.state, `the state of ${name}`).toBe('answered')
    started.state = 'joined'
    this.#compare(recorded, await started.reply, index, started.step)
  }

  async #abort(name: string): Promise<void> {
    const started = this.#call(name)
    expect(started.state, `the state of ${name}`).toBe('open')
    const before = await this.server.inFlight(started.queue)
    started.state = 'aborted'
    started.controller.abort()
    this.tally.compared['not at all']++
    await until(`${name} was noticed to be gone`, async () => (await this.server.inFlight(started.queue)) !== before)
  }

  #compare(recorded: RecordedReply | undefined, actual: RawReply, index: number, step: Step): void {
    if (recorded === undefined) throw new Error('no reply was recorded')
    const asked = { step, encoding: this.encoding }
    const difference = DIFFERENCES[this.scenario.title]?.[index]
    if (difference === undefined) {
      this.tally.compared[howMuch(recorded)]++
      this.compare(recorded, actual, asked, this.#tokens)
      return
    }
    this.tally.compared['with a difference']++
    const unneeded = 'the reply matches the recording: remove it from the list of differences'
    expect(() => compareReply(recorded, actual, asked, this.#tokens.copy()), unneeded).toThrow()
    this.compare(difference.instead, actual, asked, this.#tokens)
  }
}
