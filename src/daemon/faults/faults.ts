/** The faults of a daemon. Every call passes here while there are any. */
import type { Clock } from '../../clock/clock.js'
import type { Cause } from '../../engine/events/event-kinds.js'
import type { EventRecord } from '../../engine/events/record.js'
import type { Queues } from '../../engine/queue/queues.js'
import type { QueratorError } from '../../errors.js'
import { CLIENT_GONE, type WireRequest } from '../../protocol/exchange.js'
import type { MethodName } from '../../protocol/methods.js'
import { Presence } from '../lives/presence.js'
import { actAfter, actBefore, CLOSED_FIRST, itemsMet, type Tampering, underFaults } from './acting.js'
import { actingOn, checkConflicts, placeOf } from './conflicts.js'
import { AFTER_LEASE, BREAKS_REPLY, type FaultKind, type FaultSpec } from './fault-spec.js'
import type { Wait } from './holding.js'
import { type Held, OpenFault } from './open-fault.js'
import { PartitionOutages } from './partition-outages.js'
import { readAway, type SeenCall, seenCall } from './seen-call.js'

/** The parts of the daemon that faults need. */
export interface FaultSurroundings {
  readonly clock: Clock
  readonly queues: Queues
  readonly record: EventRecord
  /** Called when the daemon is away from now on: breaks its connections. */
  broke(): void
  /** Runs `work` at one time, as the cause of its events. */
  during(cause: Cause, work: () => void): void
}

/** How often a kind of fault acted on a call. */
export interface FaultCount {
  readonly kind: FaultKind
  readonly call: string
  readonly count: number
}

/** The faults of a daemon. */
export class Faults {
  /** Whether there is any that may act. */
  inForce = false
  readonly presence: Presence
  /** The partitions that faults take away. */
  readonly partitions: PartitionOutages
  readonly #around: FaultSurroundings
  #open: OpenFault[] = []
  #outage: OpenFault | undefined
  readonly #counts = new Map<string, { kind: FaultKind; call: string; count: number }>()

  constructor(around: FaultSurroundings, presence = new Presence()) {
    this.#around = around
    this.presence = presence
    this.partitions = new PartitionOutages(around, presence)
  }

  /** The faults that are not closed, in the order in which they were made. */
  get open(): readonly OpenFault[] {
    return this.#open
  }

  /** Whether nothing reaches the daemon. */
  get isAway(): boolean {
    return this.#outage !== undefined || this.presence.isDown
  }

  /** @throws QueratorError if it could never act because of an earlier one, or names a queue or partition that does not exist */
  add(spec: FaultSpec): OpenFault {
    checkConflicts(this.#open, spec)
    const { act } = spec
    if (act.kind === 'partition-outage') this.partitions.begin(spec, act.partition)
    const fault = new OpenFault(spec, (ended) => this.#ended(ended))
    this.#open.splice(placeOf(this.#open, spec), 0, fault)
    this.inForce = true
    if (act.kind === 'outage') this.#begin(fault)
    return fault
  }

  /** Carries out a call under the faults that match it. */
  through(
    name: MethodName,
    message: unknown,
    request: WireRequest,
    carryOut: (tampering?: Tampering) => unknown,
  ): unknown {
    const call = seenCall(this.#around.queues, name, message, request)
    const acting = actingOn(this.#open, call)
    return acting.length === 0 ? carryOut() : this.#carryOut(call, acting, carryOut)
  }

  /** Counts a request that found the daemon away. `undefined` stands for a connection without one. */
  turnedAway(request?: WireRequest): void {
    const fault = this.#outage
    if (fault === undefined) return
    fault.met(1)
    const { call, queueName, clientId } = readAway(request)
    const seen = { queue: this.#around.queues.find(queueName), queueName, clientId }
    this.#note(fault, call, request?.origin, seen, [])
  }

  /** How many calls wait for a fault to be closed, or for the clock. Nothing else moves them. */
  get held(): number {
    return this.#open.reduce((sum, { held, spec }) => (spec.condition === undefined ? sum + held : sum), 0)
  }

  /** How often each kind of fault acted on each call. */
  get counts(): readonly FaultCount[] {
    return [...this.#counts.values()]
  }

  /** Closes all faults, but not those of conditions. What they hold goes on, or loses its connection. */
  end(held?: keyof Held): void {
    for (const fault of [...this.#open]) {
      if (fault.spec.condition === undefined) fault.close(held)
      else if (held === 'break') fault.breakHeld()
      else fault.release()
    }
  }

  /** A call is over. Calls need not pass faults that will not act again. */
  #settle(call: SeenCall, acting: readonly OpenFault[], unchanged: ReadonlyMap<OpenFault, string>): void {
    for (const fault of acting) fault.settle(call, unchanged.get(fault))
    if (!acting.some(({ isOver }) => isOver)) return
    this.#open = this.#open.filter((fault) => !fault.isOver)
    this.inForce = this.#open.length > 0
  }

  async #carryOut(
    call: SeenCall,
    acting: readonly OpenFault[],
    carryOut: (tampering?: Tampering) => unknown,
  ): Promise<unknown> {
    const unchanged = new Map<OpenFault, string>()
    try {
      return await this.#actOn(call, acting, carryOut, unchanged)
    } finally {
      this.#settle(call, acting, unchanged)
    }
  }

  /** Adds the faults that did not change anything in the end to `unchanged`, with the reason. */
  async #actOn(
    call: SeenCall,
    acting: readonly OpenFault[],
    carryOut: (tampering?: Tampering) => unknown,
    unchanged: Map<OpenFault, string>,
  ): Promise<unknown> {
    const { clock } = this.#around
    // Which items a lease is about is known when it has them.
    const late = call.name === 'queueLease' ? acting.filter(({ spec }) => AFTER_LEASE.has(spec.act.kind)) : []
    let response: unknown
    let failed: { error: unknown } | undefined
    try {
      const before = (fault: OpenFault, tampering: Tampering) => {
        return this.#before(fault, call, tampering, late.includes(fault))
      }
      response = await underFaults(call, acting, { before, carryOut, unchanged })
    } catch (error) {
      failed = { error }
    }
    const isGone = failed?.error === CLIENT_GONE
    const items = this.#leasedItems(call, response)
    for (const fault of late) {
      const breaks = BREAKS_REPLY.has(fault.spec.act.kind)
      if (isGone) unchanged.set(fault, 'the client gave up first')
      else if (!fault.actsOn(call)) unchanged.set(fault, CLOSED_FIRST)
      else if (!breaks && items.length === 0) unchanged.set(fault, 'it got no items')
      else this.#noteCall(fault, call, items)
    }
    for (const fault of acting) if (isCrowd(fault) && !unchanged.has(fault)) this.#noteCall(fault, call, [])
    if (isGone) throw CLIENT_GONE
    for (const fault of acting) if (fault.actsOn(call)) response = await actAfter(fault, call, clock, response)
    if (failed !== undefined) throw failed.error
    return response
  }

  #before(fault: OpenFault, call: SeenCall, tampering: Tampering, isLate: boolean): Wait | undefined {
    const items = () => itemsMet(fault, call).map(({ serial }) => serial)
    if (!isLate && !isCrowd(fault)) this.#noteCall(fault, call, items())
    return actBefore(fault, call, this.#around.clock, tampering)
  }

  /** Returns the numbers of the items of a response to a lease. */
  #leasedItems({ queue }: SeenCall, response: unknown): number[] {
    const { items = [], partition = 0 } = Object(response) as { items?: readonly { id: string }[]; partition?: number }
    return items.flatMap(({ id }) => queue?.partitions[partition]?.find(id)?.serial ?? [])
  }

  #noteCall(fault: OpenFault, call: SeenCall, items: readonly number[]): void {
    this.#note(fault, call.wireName, call.request.origin, call, items)
  }

  #note(
    { spec: { act } }: OpenFault,
    call: string,
    origin: Cause['origin'],
    seen: Pick<SeenCall, 'queue' | 'queueName' | 'clientId'>,
    items: readonly number[],
  ): void {
    const { record, clock } = this.#around
    const key = `${act.kind} ${call}`
    const counted = this.#counts.get(key) ?? { kind: act.kind, call, count: 0 }
    counted.count++
    this.#counts.set(key, counted)
    const address = seen.queue?.address ?? { queue: seen.queueName, queueId: 0 }
    const note = { fault: act.kind, clientId: seen.clientId, items, times: 1 }
    record.fault({ call, origin }, clock.now(), address, note)
  }

  #begin(fault: OpenFault): void {
    this.#outage = fault
    this.#around.broke()
    fault.met(this.hangUp())
  }

  /** Breaks all calls that wait in a queue, or for a fault: calls in memory have no connection that could break. Returns how many there were. */
  hangUp(): number {
    const inQueues = this.#around.queues.all().map((queue) => queue.faults.hangUp(() => CLIENT_GONE as QueratorError))
    return [...inQueues, ...this.#open.map((fault) => fault.breakHeld())].reduce((sum, count) => sum + count, 0)
  }

  #ended(fault: OpenFault): void {
    this.#open = this.#open.filter((one) => one !== fault)
    this.inForce = this.#open.length > 0
    this.partitions.end(fault.spec)
    if (fault === this.#outage) this.#outage = undefined
  }
}

/** Whether it is known only afterwards that it acted. */
function isCrowd({ spec }: OpenFault): boolean {
  return spec.act.kind === 'crowd'
}
