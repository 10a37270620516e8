/**
 * Notices of what consumers often do wrong: they give up a lease too early, work longer than their lease lasts, or share a client id.
 * Nothing here costs a call more than a comparison, unless it waits or is refused.
 */

import { formatMilliseconds } from '../clock/duration.js'
import type { MovableClock } from '../clock/movable-clock.js'
import { parseDuration } from '../clock/parse-duration.js'
import { passedNow } from '../clock/real-time.js'
import { type Cause, isMadeUp, type RecordedEvent } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'
import { STOPPED_BY_HARNESS } from '../protocol/aborts.js'
import { type WireRequest, whenGone } from '../protocol/exchange.js'
import type { RequestOf } from '../protocol/methods.js'
import type { Named } from '../transport/named-in-body.js'
import type { Inspector } from './inspector.js'
import type { Losses } from './lives/losses.js'
import type { Notices } from './notices.js'

/** A client that waits for less real time than this did not run into a timeout of its own, in milliseconds. It was stopped. */
const SHORTEST_TIMEOUT = 100
/** How many clients that gave up are remembered. */
const MOST_GONE = 100

/** An item id as it appears in errors. */
const QUOTED_ID = /'([0-9A-Za-z]{27})'/

/** The parts of the daemon that are needed. */
interface Surroundings {
  readonly clock: MovableClock
  readonly record: EventRecord
  readonly inspector: Inspector
  readonly losses: Losses
  readonly notices: Notices
}

/** A waiting lease. */
interface Waiting {
  readonly request: WireRequest
  readonly lease: RequestOf<'queueLease'>
  readonly cause: Cause
}

/** A lease that its client gave up. */
interface GivenUp {
  readonly lease: RequestOf<'queueLease'>
  readonly cause: Cause
  /** How long it waited by the real clock, and how long it asked to wait, in milliseconds. */
  readonly waited: number
  readonly asked: number
}

/** Notices what consumers do wrong. */
export class ConsumerNotices {
  readonly #around: Surroundings
  /** Leases that were given up in this test, by queue and client. */
  readonly #givenUp = new Map<string, GivenUp>()
  #movedBefore = 0

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Call when a test begins. */
  reset(): void {
    this.#givenUp.clear()
    this.#movedBefore = this.#around.clock.moved
  }

  /** Whether a client gave up a lease. Only then {@link leasing} has something to do. */
  get someGaveUp(): boolean {
    return this.#givenUp.size > 0
  }

  /** Looks at a lease before it is carried out. A client that comes back was not stopped: it ran into its own timeout. */
  leasing({ queueName, clientId }: RequestOf<'queueLease'>): void {
    const key = this.#keyOf(queueName, clientId)
    const before = this.#givenUp.get(key)
    if (before === undefined) return
    this.#givenUp.delete(key)
    const had = (text: string) => `${text} and leased again, but had asked to wait`
    this.#gaveUp(before, had, 'if its HTTP timeout is shorter than its request_timeout, an')
  }

  /** Does what `whenGone` of protocol/exchange.ts does, and remembers who gave up. */
  whenGone(waiting: Waiting, listener: () => void): () => void {
    const began = passedNow()
    return whenGone(waiting.request, () => {
      listener()
      this.#gone(waiting, passedNow() - began)
    })
  }

  /** Looks at a call that was refused. */
  refused(cause: Cause, named: Named, message: string): void {
    if (cause.call === 'queue.lease') this.#sharedId(cause, named, message)
    else if (cause.call === 'queue.complete' || cause.call === 'queue.retry') this.#tooLate(cause, named, message)
  }

  #gone({ request: { signal }, lease, cause }: Waiting, waited: number): void {
    // Without a name of its own, it is not a consumer but the test.
    if (isMadeUp(lease.clientId) || isStopped(signal?.reason)) return
    const asked = Number(parseDuration(lease.requestTimeout).ns ?? 0n) / 1e6
    if (waited >= asked || !this.#around.notices.mayCome('given-up')) return
    const gone = { lease, cause, waited, asked }
    if (nameOf(signal?.reason) === 'TimeoutError') {
      const but = (text: string) => `${text}, but asked to wait`
      this.#gaveUp(gone, but, 'its HTTP timeout is shorter than its request_timeout, and an')
    } else if (waited >= SHORTEST_TIMEOUT && this.#givenUp.size < MOST_GONE) {
      this.#givenUp.set(this.#keyOf(lease.queueName, lease.clientId), gone)
    }
  }

  #gaveUp({ lease, cause, waited, asked }: GivenUp, but: (text: string) => string, why: string): void {
    const { queueName, clientId } = lease
    const gaveUp = but(`${clientId} gave up its lease in '${queueName}' after ${roughly(waited)}`)
    const text = `${gaveUp} ${length(asked)}: ${why} item that is leased at that moment is lost until its lease runs out. Let the HTTP client wait longer than that`
    this.#around.notices.add('given-up', { queueName, text, cause }, true)
  }

  /** A consumer completed or retried an item whose lease had run out. */
  #tooLate(cause: Cause, { queueName, partition, ids }: Named, message: string): void {
    const { clock, record, inspector, losses, notices } = this.#around
    if (!notices.mayCome('too-late')) return
    const id = QUOTED_ID.exec(message)?.[1]
    const sequence = id !== undefined && ids.includes(id) ? inspector.sequenceOf(queueName, partition, id) : undefined
    const queueId = inspector.queueId(queueName)
    if (sequence === undefined || queueId === undefined) return
    const [leased, expired, ...later] = record.sinceLease({ queueId, partition }, sequence)
    if (leased === undefined || expired?.kind !== 'lease-expired') return
    // A fault ended the lease. The test wants that.
    if (expired.time < leased.until) return
    // The test took the daemon down while the lease ran. The work need not have been too long.
    const end = losses.endBetween(leased.number, expired.number)
    if (end !== undefined) {
      this.#outlivedByEnd(cause, queueName, leased, end)
      return
    }
    const next = later.find(({ kind }) => kind === 'leased')?.consumer?.clientId
    const taken = next === undefined ? '' : `, and ${next} had leased it meanwhile`
    const [took, lasted] = [clock.exact.now() - leased.time, length(leased.until - leased.time)]
    const { clientId = '' } = leased.consumer ?? {}
    const worked = `${clientId} worked ${roughly(took) === lasted ? length(took) : roughly(took)}`
    const text = `${worked} on ${leased.reference || id}, longer than its lease of ${lasted}: its ${cause.call} came too late${taken}. Make the leaseTimeout of '${queueName}' longer, or the work shorter`
    // A test that moves the clock past a lease does so by design. Otherwise the work itself took too long, which may differ from run to run.
    const isByItself = clock.runsByItself && clock.moved === this.#movedBefore
    notices.add('too-late', { queueName, text, cause }, isByItself && !isMadeUp(clientId))
  }

  /** A consumer held an item while the daemon was down, and its lease ran out. */
  #outlivedByEnd(cause: Cause, queueName: string, leased: RecordedEvent, end: string): void {
    const { consumer, reference, id, until, time } = leased
    const whose = `the lease of ${consumer?.clientId} on ${reference || id}`
    const text = `${whose}, which began before the ${end}, ran out after its ${length(until - time)}: ${cause.call} was refused, and the item comes again. Work that is done twice must do no harm`
    this.#around.notices.add('over-with-daemon', { queueName, text, cause }, false)
  }

  /** A client waits already. The server refuses its second lease (docs/protocol/queue.md §4). */
  #sharedId(cause: Cause, { queueName, clientId }: Named, message: string): void {
    const { inspector, notices } = this.#around
    if (!message.startsWith('duplicate client id') || !notices.mayCome('shared-id')) return
    const text = `a lease of ${clientId} waited in '${queueName}' already, so its next one was refused: give each consumer a client id of its own, and each of the leases that one worker keeps open`
    const earlier = inspector.callOfWaiting(queueName, clientId)
    notices.add('shared-id', { queueName, text, cause, earlier }, false)
  }

  /** Tells queues of the same name apart. */
  #keyOf(queueName: string, clientId: string): string {
    return `${this.#around.inspector.queueId(queueName)} ${clientId}`
  }
}

/** Whether the harness stopped the worker that waited. */
function isStopped(reason: unknown): boolean {
  return (Object(reason) as { [STOPPED_BY_HARNESS]?: unknown })[STOPPED_BY_HARNESS] === true
}

/** Returns the name of an error of any realm. */
function nameOf(reason: unknown): unknown {
  return (Object(reason) as { name?: unknown }).name
}

function length(ms: number): string {
  return formatMilliseconds(Math.round(ms))
}

/** Returns a measured time as text, without digits that nobody needs. */
function roughly(ms: number): string {
  return length(ms < 1000 ? Math.max(1, ms) : Math.round(ms / 100) * 100)
}
