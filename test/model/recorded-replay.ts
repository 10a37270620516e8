/** Replays a recorded scenario on the model and compares the replies that the model supports. */
import { expect } from 'vitest'
import { parseDuration } from '../../src/clock/parse-duration.js'
import type { RecordedReply, Scenario, Step } from '../contract/recording.js'
import { Ids } from './ids.js'
import { QueueModel } from './model.js'
import type { ModelLease } from './model-state.js'
import { type Answer, CALLS, type Json, leaseAnswer, leaseRequest, refusal } from './recorded-calls.js'

const START = Date.parse('2026-01-01T00:00:00Z')
const TOKEN = /<id \d+>/g
const ONLY_TOKEN = /^<id \d+>$/

/**
 * What the model leaves out: calls that it does not support, bodies refused for their form (455), requests refused for
 * their values (limits, timeouts, empty lists), and the stats of a paused queue.
 */
const FOR_WHAT_THEY_ASK = /^(request timeout|queue name|ids|items|invalid (client id|batch size|clear request))/

/** A call that was started and not joined yet. */
type Started = () => Answer | undefined

/** One replay. */
export class RecordedReplay {
  readonly model = new QueueModel({ now: START, ids: 0, queues: [], leases: [] })
  /** How many replies were compared. */
  compared = 0
  readonly #ids = new Ids()
  readonly #started = new Map<string, Started>()
  /** Calls that were started while their queue was paused. */
  readonly #held = new Map<string, Step[]>()

  /** Returns itself. @throws if a reply differs from the recording */
  run(scenario: Scenario): this {
    for (const [index, step] of scenario.steps.entries()) {
      try {
        this.#step(step)
      } catch (error) {
        if (error instanceof Error) error.message = `step ${index} ${JSON.stringify(step)}\n${error.message}`
        throw error
      }
    }
    return this
  }

  #step(step: Step): void {
    if (step.advance !== undefined) this.model.advance(Number(parseDuration(step.advance).ns) / 1e6)
    else if (step.pause !== undefined) this.#pause(step.pause, step.on === true)
    else if (step.waits !== undefined) expect(this.#answerOf(step.waits), `${step.waits} waits`).toBeUndefined()
    else if (step.abort !== undefined) this.model.abandon(step.abort)
    else if (step.join !== undefined) this.#compare(step.reply, this.#answerOf(step.join))
    else if (this.#leavesOut(step)) return
    else if (step.start !== undefined) this.#start(step, step.start)
    else this.#compare(step.reply, this.#answer(step)())
  }

  #leavesOut({ call = 'raw', body, reply }: Step): boolean {
    if (!(call === 'queue.lease' || call in CALLS) || reply?.status === 455) return true
    if (call === 'queue.stats' && this.#held.has((body as { queueName: string }).queueName)) return true
    return reply?.status === 400 && FOR_WHAT_THEY_ASK.test((reply.body as { message: string }).message)
  }

  #start(step: Step, name: string): void {
    const held = this.#held.get((step.body as { queueName: string }).queueName)
    if (held !== undefined) held.push(step)
    else this.#started.set(name, this.#answer(step))
  }

  /** Held leases come last, all at once. */
  #pause(queue: string, on: boolean): void {
    if (on) {
      this.#held.set(queue, [])
      return
    }
    const held = this.#held.get(queue) ?? []
    this.#held.delete(queue)
    for (const step of held) if (!isLease(step)) this.#started.set(step.start as string, this.#answer(step))
    const leases = held.filter(isLease)
    const asked = leases.map((step) => leaseRequest(step.start as string, this.#bodyOf(step)))
    for (const lease of this.model.lease(queue, ...asked)) this.#started.set(lease.key, () => leaseAnswer(lease))
  }

  #answer(step: Step): Started {
    const body = this.#bodyOf(step)
    try {
      if (isLease(step)) {
        const [lease] = this.model.lease(body.queueName as string, leaseRequest(step.start ?? 'at once', body))
        return () => leaseAnswer(lease as ModelLease)
      }
      const answer = CALLS[step.call as string]?.(this.model, body as never)
      return () => answer
    } catch (error) {
      const refused = refusal(error)
      return () => refused
    }
  }

  #answerOf(name: string): Answer | undefined {
    return this.#started.get(name)?.()
  }

  #bodyOf(step: Step): Json {
    return JSON.parse(JSON.stringify(step.body ?? {}).replace(TOKEN, (token) => this.#ids.ours(token)))
  }

  #compare(recorded: RecordedReply | undefined, answer: Answer | undefined): void {
    expect(answer, 'an answer').toBeDefined()
    const { status, body } = withoutAges(recorded) as unknown as Answer
    expect(this.#translated({ status, body }, answer)).toEqual({ status, body })
    this.compared++
  }

  /** The reply of the model, with its ids replaced by the tokens of the recording. */
  #translated(recorded: unknown, ours: unknown): unknown {
    if (recorded === '<any>') return recorded
    if (typeof ours === 'string') {
      if (typeof recorded === 'string' && ONLY_TOKEN.test(recorded)) this.#ids.pair(ours, recorded)
      return this.#ids.theirs(ours)
    }
    if (Array.isArray(ours)) {
      return ours.map((entry, index) => this.#translated((recorded as unknown[] | undefined)?.[index], entry))
    }
    if (typeof ours !== 'object' || ours === null) return ours
    const fields = Object.entries(ours).map(([key, value]) => [key, this.#translated((recorded as Json)?.[key], value)])
    return Object.fromEntries(fields)
  }
}

function isLease(step: Step): boolean {
  return step.call === 'queue.lease'
}

/** A recorded reply without the fields that the model does not have. */
function withoutAges(recorded: RecordedReply | undefined): Json {
  return JSON.parse(JSON.stringify(recorded), (key, value) => (key.startsWith('average_') ? undefined : value))
}
