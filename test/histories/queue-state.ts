/**
 * The state of the model's queue, as plain values. A step copies it and changes the copy, the draft. A contradiction to
 * a real result is noted in the draft and makes the step impossible.
 */
import type { Input, Output } from './calls.js'
import { type ForeseenIds, placeName } from './foresight.js'

/** The settings of the queue. Times are milliseconds. */
export interface QueueSetup {
  readonly partitions: number
  readonly leaseTimeout: number
  readonly expireTimeout: number
  /** 0 means no limit. */
  readonly maxAttempts: number
  /** When it is created. */
  readonly now: number
  /** The ids under which items will be seen. */
  readonly foreseen?: ForeseenIds
}

/** An item. */
export interface ModelItem {
  readonly reference: string
  /** Its place in the order of the partition. It changes when the item moves to the tail. */
  birth: number
  /** Its id at this place, if anybody sees it there. */
  id: string | undefined
  attempts: number
  leasedUntil: number | undefined
  /** When it comes due. Valid only while it is scheduled. */
  due: number
  readonly created: number
  readonly expires: number
}

/** A partition. */
export interface ModelPartition {
  readonly number: number
  queued: ModelItem[]
  /** In order of their births. */
  scheduled: ModelItem[]
  births: number
  /** When the lifecycle looks at the partition next (docs/protocol/queue.md §8). */
  nextLook: number
  /** The last birth whose id is known. Ids are in order of births. */
  seen: { readonly birth: number; readonly id: string } | undefined
}

/** A waiting lease. */
export interface WaitingLease {
  readonly call: number
  readonly clientId: string
  readonly batchSize: number
  readonly deadline: number
  /** Its real result. */
  readonly output: Output | undefined
}

/** A call held by a pause. */
export interface HeldCall {
  readonly input: Extract<Input, { do: 'produce' | 'complete' | 'retry' }>
  readonly output: Output | undefined
}

/** The state of the model. */
export interface QueueState {
  now: number
  status: 'running' | 'paused' | 'deleted'
  partitions: ModelPartition[]
  /** The numbers of the partitions by load (docs/protocol/queue.md §7). */
  order: number[]
  waiting: WaitingLease[]
  held: HeldCall[]
}

/** A state that is being changed. */
export interface Draft extends QueueState {
  readonly setup: QueueSetup
  /** The contradiction to a real result, if any. */
  conflict: string | undefined
}

/** An empty queue. */
export function emptyQueue(setup: QueueSetup): QueueState {
  const numbers = Array.from({ length: setup.partitions }, (_, number) => number)
  return {
    now: setup.now,
    status: 'running',
    // R0: the first look is due at once, and comes with the first advance.
    partitions: numbers.map((number) => {
      return { number, queued: [], scheduled: [], births: 0, nextLook: setup.now, seen: undefined }
    }),
    order: numbers,
    waiting: [],
    held: [],
  }
}

/** A copy to change. */
export function draftOf(state: QueueState, setup: QueueSetup): Draft {
  const copied = (item: ModelItem) => ({ ...item })
  const partitions = state.partitions.map((partition) => {
    return { ...partition, queued: partition.queued.map(copied), scheduled: partition.scheduled.map(copied) }
  })
  const { now, status, order, waiting, held } = state
  return {
    now,
    status,
    partitions,
    order: [...order],
    waiting: [...waiting],
    held: [...held],
    setup,
    conflict: undefined,
  }
}

/** Notes that the step contradicts a result. The first reason stays. */
export function contradict(draft: Draft, why: string): void {
  draft.conflict ??= why
}

/** The free items of a partition, in order. */
export function freeItems(partition: ModelPartition): ModelItem[] {
  return partition.queued.filter((item) => item.leasedUntil === undefined)
}

/** Puts an item at the tail, where it gets a new place and a new id. */
export function appendItem(draft: Draft, partition: ModelPartition, item: ModelItem): void {
  partition.queued = partition.queued.filter((one) => one !== item)
  partition.scheduled = partition.scheduled.filter((one) => one !== item)
  item.leasedUntil = undefined
  partition.queued.push(item)
  place(draft, partition, item, item.attempts)
}

/** Adds a new scheduled item. */
export function addScheduled(draft: Draft, partition: ModelPartition, item: ModelItem): void {
  partition.scheduled.push(item)
  place(draft, partition, item, 'scheduled')
}

/** Gives an item the next place. If anybody will see its id, this checks that ids are in order. */
function place(draft: Draft, partition: ModelPartition, item: ModelItem, attempts: number | 'scheduled'): void {
  item.birth = partition.births++
  item.id = undefined
  const id = draft.setup.foreseen?.get(placeName(item.reference, attempts))
  if (id !== undefined) learnId(draft, partition, item, id)
}

/** Notes the id under which an item is seen. It must always be the same, and in order of births. */
export function learnId(draft: Draft, partition: ModelPartition, item: ModelItem, id: string): void {
  if (item.id === id) return
  if (item.id !== undefined) contradict(draft, `the id of ${item.reference} is another one`)
  const known = [...partition.queued, ...partition.scheduled, ...(partition.seen === undefined ? [] : [partition.seen])]
  for (const other of known) {
    if (other.id === undefined || other.birth === item.birth) continue
    if (other.birth < item.birth !== other.id < id) contradict(draft, `the id of ${item.reference} is not in order`)
  }
  item.id = id
  if (partition.seen === undefined || partition.seen.birth < item.birth) partition.seen = { birth: item.birth, id }
}

/** A text that is equal only for equal states. */
export function stateKey({ now, status, partitions, order, waiting, held }: QueueState): string {
  const parts = partitions.map(({ queued, scheduled, births, nextLook, seen }) => {
    return `${queued.map(itemKey)}/${scheduled.map(itemKey)}/${births}/${nextLook - now}/${seen?.birth}/${seen?.id}`
  })
  const line = waiting.map(({ call, deadline }) => `${call}:${deadline - now}`)
  return `${now} ${status} ${parts.join('|')} ${order} ${line} ${held.map(({ input }) => input.call)}`
}

function itemKey({ reference, birth, id, attempts, leasedUntil, due, created, expires }: ModelItem): string {
  return `${reference}:${birth}:${id ?? ''}:${attempts}:${leasedUntil ?? ''}:${due}:${created}:${expires}`
}
