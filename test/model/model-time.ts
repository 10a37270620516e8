/**
 * What happens when the clock is advanced: looks, scheduled items that come due, leases that time out. Everything
 * happens at the time after the advance, in the order in which it was due.
 *
 * The contract does not say which of two queues is looked at first when both are due at the same time. Either is right,
 * so {@link Choose} decides. It also does not say whether events due at different times within one advance happen
 * together. In this model, the scheduled items of a queue do, and so do its timed out leases, but its looks do not.
 */
import { serve, sortByLoad } from './model-choice.js'
import { enqueueDue, look } from './model-lifecycle.js'
import { type ModelQueue, type ModelState, NEVER, waitingLeases } from './model-state.js'

/** Decides which of `count` things happens first. */
export type Choose = (count: number) => number

/** Describes something that happened during an advance. */
export interface ModelEvent {
  /** When it was due. */
  readonly at: number
  readonly what: string
}

interface Kind {
  readonly timesOf: (state: ModelState, queue: ModelQueue) => number[]
  readonly happen: (state: ModelState, queue: ModelQueue, at: number) => string
}

/** R0 to R5. Looks at all partitions of a queue that are due at the same time, then serves leases. */
const LOOKS: Kind = {
  timesOf: (_, queue) => queue.partitions.map(({ next }) => next),
  happen: (state, queue, at) => {
    const others = state.queues.filter((other) => other !== queue)
    const found = queue.partitions
      .filter(({ next }) => next === at)
      .map((partition) => {
        const what = look(state, queue, partition)
        settle(state, others)
        return `look at ${queue.name}/${partition.number}: ${what.join(', ') || 'nothing'}`
      })
    settle(state, [queue])
    return found.join('; ')
  },
}

const DUE_ITEMS: Kind = {
  timesOf: (_, queue) =>
    queue.partitions.flatMap(({ scheduled }) => scheduled.map(({ enqueueAt = NEVER }) => enqueueAt)),
  happen: (state, queue) => {
    const due = queue.partitions.flatMap((partition) => enqueueDue(state, partition))
    settle(state, [queue])
    return `due: ${due.map(({ reference }) => reference).join(', ')}`
  },
}

const TIMEOUTS: Kind = {
  timesOf: (state, queue) => waitingLeases(state, queue.name).map(({ deadline }) => deadline),
  happen: (state, queue) => {
    const ended = waitingLeases(state, queue.name).filter(({ deadline }) => deadline <= state.now)
    for (const lease of ended) lease.outcome = 'timeout'
    return `timed out: ${ended.map(({ key }) => key).join(', ')}`
  },
}

/** At the same time, looks come first and timeouts last. */
const KINDS = [LOOKS, DUE_ITEMS, TIMEOUTS]

/** Does everything that is due by now. */
export function passTime(state: ModelState, choose: Choose): ModelEvent[] {
  const happened: ModelEvent[] = []
  for (;;) {
    const due = KINDS.flatMap((kind) =>
      state.queues.map((queue) => ({ kind, queue, at: Math.min(NEVER, ...kind.timesOf(state, queue)) })),
    )
    const at = Math.min(NEVER, ...due.map((one) => one.at))
    const equals = due.filter((one) => one.at === at)
    const looks = equals.filter(({ kind }) => kind === LOOKS)
    const first = looks.length > 1 ? looks[choose(looks.length)] : equals[0]
    if (at > state.now || first === undefined) return happened
    happened.push({ at, what: first.kind.happen(state, first.queue, at) })
  }
}

function settle(state: ModelState, queues: readonly ModelQueue[]): void {
  for (const queue of queues) {
    sortByLoad(queue)
    serve(queue, waitingLeases(state, queue.name), state.now)
  }
}
