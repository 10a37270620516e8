/** A fault on a server elsewhere, over its control plane. */
import type { FaultAct, FaultSpec } from '../../daemon/faults/fault-spec.js'
import { wireName } from '../../daemon/faults/seen-call.js'
import { messageOf, usageError } from '../../errors.js'
import type { ControlCalls, ControlClient } from '../backing/control-client.js'
import { ALL_CALLS } from '../faults/fault-options.js'
import type { FaultReading, FaultSide, FaultState } from '../faults/fault-side.js'
import { noSync } from './remote-clock.js'

/** What the server says of a fault. */
interface SentFault {
  readonly fault: number
  readonly text: string
  readonly fired: number
  readonly matched: number
  readonly open: boolean
  readonly nearest: readonly string[]
}

/** A fault that is added without an `await`. What follows waits for it. */
export class RemoteFault implements FaultSide {
  readonly spec: FaultSpec
  readonly #control: ControlClient
  /** Its number on the server. Undefined until it is there. */
  #number: number | undefined
  /** Why the server did not add it. */
  #refused: { readonly error: unknown } | undefined
  #isClosed = false
  /** Whether the server has ended it. */
  #isRemoved = false
  /** How it was when the server last told. */
  #known: FaultState | undefined

  constructor(control: ControlClient, spec: FaultSpec) {
    this.#control = control
    this.spec = spec
    control.begin(this.#queue, async ({ post }) => {
      try {
        this.#learn(await post<SentFault>(...additionOf(spec)))
      } catch (error) {
        this.#refused = { error }
        throw error
      }
    })
  }

  now(what: string): FaultReading {
    throw noSync(`fault.${what}`, `const { ${what} } = await fault.read()`)
  }

  async read(): Promise<FaultReading> {
    const { begun, own } = this.#control
    await begun.carriedOut()
    if (this.#refused !== undefined) {
      begun.told(this.#refused.error)
      throw this.#refused.error
    }
    begun.hear(() => this.#queue)
    const state = await this.#ask(own)
    if (state === undefined) throw usageError('fault.read: the server no longer has this fault, because it was reset')
    return { fired: state.fired, isOpen: state.isOpen }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#control.begin(this.#queue, async (calls) => {
      if (this.#number !== undefined) await this.#remove(calls, false)
    })
  }

  async end(): Promise<FaultState | undefined> {
    const { begun, own } = this.#control
    await begun.carriedOut()
    this.#isClosed = true
    if (this.#number === undefined) return undefined
    const before = this.#isRemoved ? undefined : await this.#remove(own, true)
    return before ?? (await this.#ask(own)) ?? { ...(this.#known as FaultState), isOpen: false, isLost: true }
  }

  get #queue(): string {
    return this.spec.queue ?? ''
  }

  /** Returns how it was before. Undefined if the server does not have it any more, because it was reset. */
  async #remove({ post }: ControlCalls, breakCalls: boolean): Promise<FaultState | undefined> {
    try {
      const before = this.#learn(await post<SentFault>('/test/faults/remove', { fault: this.#number, breakCalls }))
      this.#isRemoved = true
      return before
    } catch (error) {
      if (!messageOf(error).startsWith(`there is no fault ${this.#number};`)) throw error
      this.#isRemoved = true
      return undefined
    }
  }

  /** Returns how it is. After its removal, a call may still end that it did not change. Undefined if the server does not have it any more. */
  async #ask({ get }: ControlCalls): Promise<FaultState | undefined> {
    const { faults } = await get<{ faults: readonly SentFault[] }>('/test/faults', { fault: this.#number })
    const [found] = faults
    return found && this.#learn(found)
  }

  #learn({ fault, text, fired, matched, open, nearest }: SentFault): FaultState {
    this.#number = fault
    this.#known = { text, fired, matched, isOpen: open, nearest }
    return this.#known
  }
}

/** Returns the route that adds a fault, and its fields. */
function additionOf({
  act,
  call,
  queue,
  clientId,
  reference,
  nth,
  times,
}: FaultSpec): [string, Record<string, unknown>] {
  if (act.kind === 'outage') return ['/test/outage', {}]
  if (act.kind === 'partition-outage') return ['/test/outage', { queue, partition: act.partition }]
  const fields = {
    call: call && wireName(call),
    do: actionOf(act),
    queue,
    clientId,
    reference,
    ...(nth === 1 ? {} : { nth }),
    ...(nth === 1 && times === Number.POSITIVE_INFINITY ? {} : { times: Math.min(times, ALL_CALLS) }),
  }
  return ['/test/faults', fields]
}

function actionOf(act: FaultAct): unknown {
  switch (act.kind) {
    case 'refuse':
      return { refuse: { code: act.code, message: act.message } }
    case 'delay':
      return { delay: act.ms, when: act.when }
    case 'first':
      return { first: act.count }
    case 'clock-skew':
      return { clockSkew: act.ms }
    default:
      return act.kind
  }
}
