/** What each call does to the queue of the model, at its moment (docs/protocol/queue.md §3, §5, §6, §10, §11). */
import { type AnsweredItem, type Counts, type GivenBack, type Input, type Output, outputText } from './calls.js'
import { sortByLoad } from './queue-serving.js'
import {
  addScheduled,
  appendItem,
  contradict,
  type Draft,
  freeItems,
  type HeldCall,
  learnId,
  type ModelItem,
  type ModelPartition,
} from './queue-state.js'

/** A time less than this many milliseconds ahead means now. */
const NEAR = 100

/** Reports a contradiction if the real result differs. */
export function answer(draft: Draft, output: Output | undefined, expected: Output): void {
  if (output === undefined || JSON.stringify(output) === JSON.stringify(expected)) return
  contradict(draft, `the answer would have been: ${outputText(expected)}`)
}

/** Runs a produce, complete or retry. */
export function enter(draft: Draft, input: HeldCall['input'], output: Output | undefined): void {
  if (input.do === 'produce') {
    produce(draft, input.items)
    answer(draft, output, 'ok')
  } else {
    const partition = draft.partitions[input.partition] as ModelPartition
    const ids = input.do === 'complete' ? input.ids.map((id) => ({ id, completed: true })) : input.items
    answer(draft, output, giveBack(draft, partition, ids))
  }
  sortByLoad(draft)
}

function produce(draft: Draft, items: readonly { reference: string; enqueueAt: number }[]): void {
  const partition = draft.partitions[draft.order[0] as number] as ModelPartition
  const { now } = draft
  const expires = now + draft.setup.expireTimeout
  for (const { reference, enqueueAt } of items) {
    const item: ModelItem = {
      reference,
      birth: 0,
      id: undefined,
      attempts: 0,
      leasedUntil: undefined,
      due: 0,
      created: now,
      expires,
    }
    if (enqueueAt - now < NEAR) {
      appendItem(draft, partition, item)
      continue
    }
    item.due = enqueueAt
    addScheduled(draft, partition, item)
  }
  partition.nextLook = Math.min(partition.nextLook, expires)
}

/** Ends leases one by one, up to the first invalid id. */
function giveBack(
  draft: Draft,
  partition: ModelPartition,
  items: readonly (GivenBack & { completed?: boolean })[],
): Output {
  for (const { id, retryAt, dead, completed } of items) {
    const item = partition.queued.find((one) => one.id === id)
    if (item === undefined) return { error: `400 invalid storage id; '${id}' does not exist` }
    if (item.leasedUntil === undefined) {
      const done = completed ? 'completed' : 'retried'
      return { error: `400 item(s) cannot be ${done}; '${id}' is not marked as leased` }
    }
    const waits = retryAt !== undefined && retryAt - draft.now >= NEAR
    if (!dead && !completed && !waits) appendItem(draft, partition, item)
    else partition.queued = partition.queued.filter((one) => one !== item)
    if (!dead && waits) schedule(partition, item, retryAt)
  }
  return 'ok'
}

/** The item keeps its id, and so its place among scheduled items. */
function schedule(partition: ModelPartition, item: ModelItem, due: number): void {
  item.leasedUntil = undefined
  item.due = due
  partition.scheduled.push(item)
  partition.scheduled.sort((a, b) => a.birth - b.birth)
}

/** Removes items from all partitions. */
export function clear(draft: Draft, what: 'free' | 'scheduled' | 'all'): void {
  for (const partition of draft.partitions) {
    if (what !== 'free') partition.scheduled = []
    if (what === 'all') partition.queued = []
    if (what === 'free') partition.queued = partition.queued.filter((item) => item.leasedUntil !== undefined)
  }
}

/** Compares a list with the partition, and learns the ids. */
export function listed(
  draft: Draft,
  input: Extract<Input, { do: 'list' | 'scheduled' }>,
  output: Output | undefined,
): void {
  const partition = draft.partitions[input.partition] as ModelPartition
  const items = input.do === 'list' ? partition.queued : partition.scheduled
  const got = typeof output === 'object' && 'listed' in output ? output.listed : undefined
  const expected = items.map((item, place): AnsweredItem => {
    const { reference, attempts, leasedUntil, created, expires } = item
    return { reference, id: got?.[place]?.id ?? '', attempts, leasedUntil, created, expires }
  })
  answer(draft, output, { listed: expected })
  if (got === undefined || draft.conflict !== undefined) return
  for (const [place, item] of items.entries()) learnId(draft, partition, item, got[place]?.id ?? '')
}

/** The stats of the queue. */
export function counts(draft: Draft): Counts {
  const held = (kind: HeldCall['input']['do']) => draft.held.filter(({ input }) => input.do === kind).length
  return {
    partitions: draft.partitions.map((partition) => ({
      total: partition.queued.length,
      leased: partition.queued.length - freeItems(partition).length,
      scheduled: partition.scheduled.length,
    })),
    leaseWaiting: draft.waiting.length,
    produceWaiting: held('produce'),
    completeWaiting: held('complete'),
    inFlight: draft.waiting.length + draft.held.length,
  }
}
