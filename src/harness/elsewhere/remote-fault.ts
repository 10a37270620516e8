/** A fault on a server elsewhere, over its control plane. */
import type { FaultAct, FaultSpec } from '../../daemon/faults/fault-spec.js'
import { wireName } from '../../daemon/faults/seen-call.js'
import { usageError } from '../../errors.js'
import type { ControlClient } from '../backing/control-client.js'
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
  #number: number | undefined
  /** Why the server did not add it. */
  #refused: { readonly error: unknown } | undefined
  /** How it was when it was removed. */
  #last: FaultState | undefined

  constructor(control: ControlClient, spec: FaultSpec) {
    this.#control = control
    this.spec = spec
    control.begin(async ({ post }) => {
      try {
        this.#number = (await post<SentFault>(...additionOf(spec))).fault
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
    const { faults } = await this.#control.get<{ faults: readonly SentFault[] }>('/test/faults')
    if (this.#refused !== undefined) throw this.#refused.error
    const found = faults.find(({ fault }) => fault === this.#number)
    const state = this.#last ?? (found && stateOf(found))
    if (state === undefined) throw usageError('fault.read: the server no longer has this fault, because it was reset')
    return { fired: state.fired, isOpen: state.isOpen }
  }

  close(): void {
    this.#control.begin(async ({ post }) => {
      if (this.#number === undefined || this.#last !== undefined) return
      const state = stateOf(await post<SentFault>('/test/faults/remove', { fault: this.#number }))
      this.#last = { ...state, isOpen: false }
    })
  }

  async end(): Promise<FaultState> {
    await this.#control.settled()
    if (this.#refused !== undefined) throw this.#refused.error
    if (this.#last !== undefined) return this.#last
    const removal = { fault: this.#number, breakCalls: true }
    return stateOf(await this.#control.post<SentFault>('/test/faults/remove', removal))
  }
}

function stateOf({ text, fired, matched, open, nearest }: SentFault): FaultState {
  return { text, fired, matched, isOpen: open, nearest }
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
