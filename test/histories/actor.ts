/** A client of a history. It runs its steps in order and records each call and its result. */
import { errorAnswer, leaseAnswer, listAnswer, statsAnswer } from './answers.js'
import type { Output } from './calls.js'
import type { Client } from './clients.js'
import type { NewInput, Recorded } from './recorder.js'
import type { Doing, FreeDoing, HeldDoing, Step } from './script.js'
import type { Stage } from './stage.js'
import { turn } from './turn.js'

type DoingOf<D extends Doing['do']> = Extract<Doing, { do: D }>
type Options = { readonly signal?: AbortSignal }
type GivesUp = number | undefined

/** Runs the steps of one client. */
export class Actor {
  readonly #stage: Stage
  readonly #name: string
  readonly #client: Client
  #leases = 0
  #pauses = false
  #waits = false

  constructor(stage: Stage, name: string, client: Client) {
    this.#stage = stage
    this.#name = name
    this.#client = client
  }

  /** Runs all steps. */
  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      await turn(step.turns)
      await this.perform(step, this.#stage.queues[step.queue] as string, step.givesUp)
    }
    this.#stage.leaves()
  }

  /** Runs one step. `slot` numbers the steps that run at once. */
  perform(doing: Doing, queue: string, givesUp?: number, slot = 0): Promise<unknown> {
    switch (doing.do) {
      case 'produce':
        return this.#produce(doing, queue, givesUp)
      case 'lease':
        return this.#lease(doing, queue, givesUp, slot)
      case 'complete':
        return this.#complete(doing, queue, givesUp)
      case 'retry':
        return this.#retry(doing, queue, givesUp)
      case 'at once':
        return this.#atOnce(doing.crowd, queue)
      case 'paused':
        return this.#paused(doing, queue)
      default:
        return this.#performFree(doing, queue)
    }
  }

  /** Deletes a queue. */
  delete(queue: string): Promise<unknown> {
    const { calls } = this.#client
    return this.#call({ do: 'delete', queue }, undefined, () =>
      ok(calls.queuesDelete({ queueName: queue, force: true })),
    )
  }

  #performFree(doing: FreeDoing, queue: string): Promise<unknown> {
    const { calls } = this.#client
    const queueName = queue
    if (doing.do === 'advance') return this.#stage.advance(this.#name, doing.by)
    if (doing.do === 'list' || doing.do === 'scheduled') return this.#list(doing, queue)
    if (doing.do === 'stats') {
      return this.#call({ do: 'stats', queue }, undefined, () => calls.queueStats({ queueName }).then(statsAnswer))
    }
    const { what } = doing as DoingOf<'clear'>
    const flags = { queue: what !== 'scheduled', scheduled: what === 'scheduled', destructive: what === 'all' }
    return this.#call({ do: 'clear', queue, what }, undefined, () => ok(calls.queueClear({ queueName, ...flags })))
  }

  async #list(doing: DoingOf<'list' | 'scheduled'>, queue: string): Promise<void> {
    const { calls } = this.#client
    const request = { queueName: queue, partition: doing.partition % this.#stage.script.partitions }
    const input: NewInput = { do: doing.do, queue, partition: request.partition }
    const output = await this.#call(input, undefined, () => {
      const listing = doing.do === 'list' ? calls.storageItemsList(request) : calls.storageScheduledList(request)
      return listing.then(listAnswer)
    })
    // Another step may try to complete this item although it is not leased.
    if (isObject(output) && 'listed' in output) {
      this.#stage.hold(
        queue,
        request.partition,
        output.listed.slice(0, 1).map(({ id }) => id),
      )
    }
  }

  #produce({ delays }: DoingOf<'produce'>, queue: string, givesUp: GivesUp): Promise<unknown> {
    const now = this.#stage.daemon.clock.now()
    const items = delays.map((delay) => {
      return { reference: this.#stage.newReference(), enqueueAt: delay === 0 ? 0 : now + delay }
    })
    const sent = items.map(({ reference, enqueueAt }) => {
      return { reference, utf8: reference, ...(enqueueAt === 0 ? {} : { enqueueAt: new Date(enqueueAt) }) }
    })
    return this.#call({ do: 'produce', queue, items }, givesUp, (options) => {
      return ok(this.#client.calls.queueProduce({ queueName: queue, requestTimeout: '1m', items: sent }, options))
    })
  }

  async #lease(doing: DoingOf<'lease'>, queue: string, givesUp: GivesUp, slot: number): Promise<void> {
    const { batchSize, timeout, shared } = doing
    const clientId = shared ? 'shared' : `${this.#name}/${slot}`
    const request = { queueName: queue, clientId, batchSize, requestTimeout: `${timeout}ms` }
    this.#waitsFor(1)
    const output = await this.#call({ do: 'lease', queue, clientId, batchSize, timeout }, givesUp, (options) => {
      return this.#client.calls.queueLease(request, options).then(leaseAnswer)
    })
    this.#waitsFor(-1)
    if (!isObject(output) || !('leased' in output)) return
    this.#stage.hold(
      queue,
      output.partition,
      output.leased.map(({ id }) => id),
    )
  }

  async #complete({ which, count, again }: DoingOf<'complete'>, queue: string, givesUp: GivesUp): Promise<void> {
    const picked = this.#stage.pick(queue, which, count, again)
    if (picked === undefined) return
    await this.#call({ do: 'complete', queue, ...picked }, givesUp, (options) => {
      const request = { queueName: queue, requestTimeout: '1m', ...picked }
      return ok(this.#client.calls.queueComplete(request, options))
    })
  }

  async #retry({ which, count, again, how }: DoingOf<'retry'>, queue: string, givesUp: GivesUp): Promise<void> {
    const picked = this.#stage.pick(queue, which, count, again)
    if (picked === undefined) return
    const { partition, ids } = picked
    const retryAt = typeof how === 'number' ? this.#stage.daemon.clock.now() + how : undefined
    const items = ids.map((id) => ({ id, dead: how === 'dead', retryAt }))
    await this.#call({ do: 'retry', queue, partition, items }, givesUp, (options) => {
      const sent = items.map((item) => ({ ...item, retryAt: retryAt === undefined ? undefined : new Date(retryAt) }))
      return ok(this.#client.calls.queueRetry({ queueName: queue, partition, items: sent }, options))
    })
  }

  #atOnce(crowd: readonly HeldDoing[], queue: string): Promise<unknown> {
    return Promise.all(crowd.map((doing, slot) => this.perform(doing, queue, undefined, slot)))
  }

  async #paused({ crowd, inside }: DoingOf<'paused'>, queue: string): Promise<void> {
    const { recorder } = this.#stage
    const pausing = recorder.begin(this.#name, { do: 'pause', queue })
    this.#pauses = true
    this.#stage.pause(queue, true)
    recorder.end(pausing, 'ok')
    const held = this.#atOnce(crowd, queue)
    for (const { turns, ...doing } of inside) {
      await turn(turns)
      await this.#performFree(doing, queue)
    }
    const resuming = recorder.begin(this.#name, { do: 'resume', queue })
    this.#stage.pause(queue, false)
    recorder.end(resuming, 'ok')
    this.#pauses = false
    this.#waitsFor(0)
    await held
  }

  /** Counts open leases. A client that pauses a queue does not count as waiting, since it will resume it. */
  #waitsFor(more: number): void {
    this.#leases += more
    const waits = this.#leases > 0 && !this.#pauses
    if (waits === this.#waits) return
    this.#waits = waits
    if (waits) this.#stage.waits()
    else this.#stage.goesOn()
  }

  /** Makes a call and records its begin and end. Returns undefined if its effect is unknown. */
  async #call(
    input: NewInput,
    givesUp: GivesUp,
    make: (options: Options) => Promise<Output>,
  ): Promise<Output | undefined> {
    const { recorder } = this.#stage
    const abort = new AbortController()
    const operation = recorder.begin(this.#name, input, this.#client.seen !== undefined)
    const answering = make(givesUp === undefined ? {} : { signal: abort.signal })
    let stay = () => {}
    if (givesUp === 0) this.#giveUp(operation, abort)
    else if (givesUp !== undefined) stay = recorder.after(givesUp, () => this.#giveUp(operation, abort))
    const output = await answering.catch((error: unknown) => errorAnswer(error) ?? unknownAfter(abort, error))
    stay()
    if (output !== undefined) recorder.end(operation, output)
    else {
      await this.#settle()
      // Reading stats now reveals the effect. Otherwise the search would have to try very many orders.
      await this.#performFree({ do: 'stats' }, input.queue)
    }
    return output
  }

  /** Aborts a call before it ends. */
  #giveUp(operation: Recorded, abort: AbortController): void {
    const { recorder } = this.#stage
    const { do: what, queue, call } = operation.input
    recorder.giveUp(operation)
    if (what !== 'lease') {
      abort.abort()
      return
    }
    recorder.giveUp(recorder.begin(this.#name, { do: 'abandon', queue, lease: call }))
    abort.abort()
  }

  /** By now the daemon knows that this client went away. Calls held by a pause may still take effect. */
  async #settle(): Promise<void> {
    await this.#client.seen?.()
    this.#stage.recorder.settle(({ caller, input }) => {
      if (caller !== this.#name) return false
      return input.do === 'lease' || input.do === 'abandon' || !this.#stage.isPaused(input.queue)
    })
  }
}

function isObject(output: Output | undefined): output is Exclude<Output, string> {
  return typeof output === 'object'
}

/** The effect of an aborted call is unknown. Any other failure counts as a result, which no model allows. */
function unknownAfter(abort: AbortController, error: unknown): Output | undefined {
  return abort.signal.aborted ? undefined : { error: String(error) }
}

async function ok(answering: Promise<void>): Promise<Output> {
  await answering
  return 'ok'
}
