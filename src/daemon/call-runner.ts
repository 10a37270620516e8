/** Carries out the calls of a daemon. */
import type { Access } from '../access/access.js'
import { allowedIn, authorize, identify, type Principal } from '../access/principal.js'
import type { MovableClock } from '../clock/movable-clock.js'
import { parseDuration } from '../clock/parse-duration.js'
import { BY_CLOCK, type Cause } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'
import type { Queues } from '../engine/queue/queues.js'
import type { Choice } from '../engine/serving/waiting-leases.js'
import type { QueratorError } from '../errors.js'
import type { WireRequest } from '../protocol/exchange.js'
import { METHODS, type MethodName, type RequestOf } from '../protocol/methods.js'
import type { CallContext, WhenGone } from '../service/context.js'
import { SERVICE } from '../service/service.js'
import type { FaultFigures, MemoryFigures, QueueFigures } from '../transport/figures.js'
import type { Backend, RefusedCall } from '../transport/handler.js'
import type { Health } from '../transport/health.js'
import { namedIn } from '../transport/named-in-body.js'
import type { ConsumerNotices } from './consumer-notices.js'
import type { Tampering } from './faults/acting.js'
import type { Faults } from './faults/faults.js'
import { wireName } from './faults/seen-call.js'
import { HandledItems } from './handled-items.js'
import type { Keeping } from './lasting/keeping.js'
import type { Log } from './log.js'
import { queueFigures } from './queue-figures.js'
import type { RefusedCalls } from './refused-calls.js'
import type { RequestTimes } from './request-times.js'
import { VERSION } from './version.js'

/** The names of calls on the wire, such as `queue.produce`. */
const CALL_NAMES = Object.fromEntries(
  Object.keys(METHODS).map((name) => [name, wireName(name as MethodName)]),
) as Record<MethodName, string>

/** How long a call waits for a storage, in milliseconds: without a timeout of its own, and at least. A worker may poll with 20 ms. */
const USUAL_PATIENCE = 60_000
const LEAST_PATIENCE = 100

/** The parts of the daemon that calls need. */
export interface RunsOn {
  readonly clock: MovableClock
  readonly queues: Queues
  readonly access: Access
  readonly record: EventRecord
  readonly faults: Faults
  readonly refusedCalls: RefusedCalls
  readonly requestTimes: RequestTimes
  readonly consumers: ConsumerNotices
  readonly log: Log
  /** Where the state is kept. `undefined` in memory. */
  readonly keeping: Keeping | undefined
  /** Says how the daemon lost a queue. `undefined` if it did not. */
  readonly lostQueue: CallContext['lostQueue']
  readonly emptied: CallContext['emptied']
  /** Whether the daemon is running. */
  isHealthy(): boolean
}

/** Carries out calls on a daemon's queues and access stores. Each call has one time, and is the cause of its events in the record. */
export class CallRunner implements Backend<Principal> {
  readonly #on: RunsOn
  readonly #handledItems: HandledItems

  constructor(on: RunsOn) {
    this.#on = on
    this.#handledItems = new HandledItems(on.queues, on.record)
  }

  identify(key: string | undefined): Principal {
    return identify(this.#on.access, key, this.#on.clock.exact)
  }

  call(name: MethodName, message: unknown, request: WireRequest, who: Principal): unknown {
    const { keeping } = this.#on
    if (keeping === undefined) return this.#call(name, message, request, who)
    // What a reply tells is kept before anybody hears it.
    return keeping.keeper.after(
      () => this.#call(name, message, request, who),
      () => patienceOf(message),
    )
  }

  #call(name: MethodName, message: unknown, request: WireRequest, who: Principal): unknown {
    const { faults } = this.#on
    if (!faults.inForce || request.isOwn) return this.#carryOut(name, message, request, who)
    return faults.through(name, message, request, (tampering) => this.#carryOut(name, message, request, who, tampering))
  }

  #carryOut(name: MethodName, message: unknown, request: WireRequest, who: Principal, tampering?: Tampering): unknown {
    const { clock, record, requestTimes, consumers } = this.#on
    const cause = this.#causeOf(name, request)
    const context = this.#contextOf(name, request, who, { cause, message, choice: tampering?.choice })
    try {
      clock.beginCall()
      if (name === 'queueProduce' || name === 'queueRetry') requestTimes.check(name, message, cause)
      if (consumers.someGaveUp && name === 'queueLease') consumers.leasing(message as RequestOf<'queueLease'>)
      // Does what record.during does, without a closure for each call.
      record.cause = cause
      tampering?.before?.()
      if (tampering?.around !== undefined) return tampering.around(() => carryOut(name, context, message))
      return carryOut(name, context, message)
    } finally {
      record.cause = BY_CLOCK
      clock.endCall()
    }
  }

  queueFigures(who: Principal): readonly QueueFigures[] {
    const { access, queues } = this.#on
    const allowed = allowedIn(access, who, 'system.metrics')
    return queueFigures(queues.all().filter(({ config }) => allowed(config.namespace)))
  }

  faultFigures(): readonly FaultFigures[] {
    return this.#on.faults.counts
  }

  async memoryFigures(): Promise<MemoryFigures> {
    const { queues, keeping } = this.#on
    return { used: queues.memory.used, limit: queues.memory.limit, storages: (await keeping?.sizes()) ?? [] }
  }

  health(): Health {
    return { healthy: this.#on.isHealthy(), version: VERSION, now: this.#on.clock.now() }
  }

  refused({ path, name, request, named, error, field }: RefusedCall): void {
    // The harness's own calls are not recorded.
    if (request.isOwn) return
    const call = name === undefined ? path.replace(/^\/v1\//, '') : CALL_NAMES[name]
    const hints = { ...(field === '' ? {} : { field }), ...(request.headers.authorization ? {} : { key: 'none' }) }
    const cause = { call, origin: request.origin }
    this.#on.refusedCalls.note(cause, named, error, hints)
    this.#on.consumers.refused(cause, named, error.message)
  }

  /** Records a request that a client of this process did not send. */
  notSent(name: MethodName, request: unknown, error: QueratorError, origin: Cause['origin']): void {
    this.#on.refusedCalls.note({ call: CALL_NAMES[name], origin }, namedIn(request), error)
  }

  failed(error: unknown, { method, path }: { method: string; path: string }): void {
    this.#on.log.write('error', 'request failed', { method, path, error })
  }

  #causeOf(name: MethodName, { origin, handling }: WireRequest): Cause {
    const call = CALL_NAMES[name]
    if (handling === undefined || name !== 'queueProduce') return { call, origin }
    return { call, origin, handled: this.#handledItems.of(handling) }
  }

  #contextOf(
    name: MethodName,
    request: WireRequest,
    who: Principal,
    { cause, message, choice }: { cause: Cause; message: unknown; choice: Choice | undefined },
  ): CallContext {
    const { clock, queues, access, consumers, lostQueue, emptied } = this.#on
    const { permission } = METHODS[name]
    // Only a lease that waits asks for it.
    const gone: WhenGone = (listener) =>
      consumers.whenGone({ request, lease: message as RequestOf<'queueLease'>, cause }, listener)
    const mayIn = (namespace: string) => authorize(access, who, permission, namespace)
    const where = () => allowedIn(access, who, permission)
    const isOfTest = request.from === 'queue'
    const may = { authorize: mayIn, allowedIn: where }
    return { clock: clock.exact, queues, access, ...may, whenGone: gone, choice, isOfTest, lostQueue, emptied }
  }
}

/** How long the client of a call waits for a storage, in milliseconds. */
function patienceOf(message: unknown): number {
  const { requestTimeout } = message as { requestTimeout?: string }
  const { ns } = parseDuration(requestTimeout ?? '')
  return ns === undefined || ns <= 0n ? USUAL_PATIENCE : Math.max(Number(ns) / 1e6, LEAST_PATIENCE)
}

function carryOut<N extends MethodName>(name: N, context: CallContext, request: unknown): unknown {
  return SERVICE[name](context, request as never)
}
