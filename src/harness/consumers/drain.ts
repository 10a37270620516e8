/** Works off a queue with a handler. */
import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { orGiveUp } from '../../clock/give-up.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import type { Daemon } from '../../daemon/daemon.js'
import { absenceLines } from '../../diagnosis/downtime.js'
import { explainQueue } from '../../diagnosis/explain.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import { Deadlines } from './deadlines.js'
import { deadLetteredSince, type Handled, handledOf } from './handled.js'
import { handlersError, runningText } from './handler-errors.js'
import { type DrainOptions, type Handler, handlerSettings } from './handler-options.js'
import { HandlerPool } from './handler-pool.js'
import { checkGoesOn, type MovingPlace, movingLimits, restLimits } from './moving.js'
import type { PoolPlace } from './pool-place.js'
import { Rest } from './rest.js'

/** The queue to work off. */
export interface DrainPlace extends PoolPlace {
  readonly test: MovingPlace['test']
  failure: MovingPlace['failure']
  passed: MovingPlace['passed']
  nextClientId(): string
  /** Returns the place of moves. @throws QueratorError on a server elsewhere */
  moving(what: string): MovingPlace
  /** Whether an item is free. */
  hasFree(): boolean | Promise<boolean>
}

/** How long a lease waits on a server elsewhere, where another consumer may have been faster. */
const SHORT_LEASE = '1s'

/** See `queue.drain`. */
export async function drain(place: DrainPlace, handler: Handler, options: DrainOptions): Promise<Handled> {
  const origin = originOf(drain)
  const settings = handlerSettings('drain', handler, options, place.nextClientId)
  const pool = new HandlerPool(place, handler, { ...settings, requestTimeout: SHORT_LEASE })
  const { within } = restLimits('drain', place, options)
  const first = (place.daemon?.record.count ?? 0) + 1
  const hasFree = () => {
    const failure = place.failure()
    if (failure !== undefined) throw failure
    return place.hasFree()
  }
  const { until = 'empty' } = options
  if (until === 'empty' && options.timers !== undefined) throw usageError('drain: timers needs until with a time')
  const work = until === 'empty' ? pool.workOff(hasFree) : workUntil(place, pool, hasFree, until, options)
  const late = () => {
    if (pool.broken !== undefined) throw pool.broken.error
    throw atCallSite(thrownFrom(lateError(place, pool, within), origin))
  }
  try {
    // Without a runner, nothing else keeps the process alive while a handler hangs.
    await orGiveUp(work, within, late, place.test.usual === undefined)
  } finally {
    pool.stop()
  }
  if (pool.errors.length > 0) throw handlersError(pool.errors)
  place.passed?.('drain', place.queueName, until !== 'empty')
  return handledOf(pool.handled, () => deadLetteredSince(place.moving('deadLettered').daemon, place.queueName, first))
}

/** Works off the queue whenever something comes due, until the clock was moved by this much. */
async function workUntil(
  place: DrainPlace,
  pool: HandlerPool,
  hasFree: () => boolean | Promise<boolean>,
  until: number | string,
  options: DrainOptions,
): Promise<void> {
  const moving = place.moving('drain with a time')
  const { settle, steps } = movingLimits('drain', moving, options)
  const { daemon } = moving
  const end = steps.now() + givenMilliseconds('drain: until', until)
  const rest = new Rest(moving, settle)
  const deadlines = new Deadlines(daemon)
  const isOver = () => {
    checkGoesOn(moving, `'${place.queueName}' was drained`)
    return pool.stopped
  }
  // With the runner's timers, handlers may sleep while the time is moved.
  const shift = new Shift(
    () => pool.workOff(hasFree),
    () => rest.bell.ring(),
  )
  for (;;) {
    shift.begin()
    // Other consumers may still work, and bring more.
    if (!(await rest.reached(isOver))) break
    if (!shift.isOn && (await hasFree())) continue
    const next = steps.next(deadlines.next(rest))
    if (next > end && steps.now() >= end) break
    await steps.to(Math.min(next, end))
  }
  await shift.end()
}

/** Work that goes on beside the moves of the clock, and is begun again when it has ended. */
class Shift {
  readonly #work: () => Promise<void>
  readonly #ended: () => void
  #on: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(work: () => Promise<void>, ended: () => void) {
    this.#work = work
    this.#ended = ended
  }

  get isOn(): boolean {
    return this.#on !== undefined
  }

  /** @throws what the work before threw */
  begin(): void {
    if (this.#failure !== undefined) throw this.#failure.error
    this.#on ??= this.#work()
      .catch((error: unknown) => {
        this.#failure = { error }
      })
      .finally(() => {
        this.#on = undefined
        this.#ended()
      })
  }

  /** Waits for the end of what is on. @throws what it threw */
  async end(): Promise<void> {
    await this.#on
    if (this.#failure !== undefined) throw this.#failure.error
  }
}

function lateError(place: DrainPlace, pool: HandlerPool, within: number): Error {
  const running = runningText(pool.running)
  const what = running.length > 0 ? 'the handlers of' : 'the items of'
  return usageError(
    [
      visible(`timed out after ${lengthOf(within)} waiting for ${what} '${place.queueName}' to be done`),
      ...running,
      ...stateOf(place.daemon, place),
    ].join('\n'),
  )
}

function stateOf(daemon: Daemon | undefined, { queueName, test }: DrainPlace): string[] {
  if (daemon === undefined) return []
  if (daemon.inspector.queueId(queueName) === undefined) return absenceLines(daemon, queueName)
  return [explainQueue(daemon, queueName, test.first)]
}
