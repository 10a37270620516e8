/** What a look at a partition does with its items (§8). R0 to R7 are the rules of the contract. */
import { type ModelItem, type ModelPartition, type ModelQueue, type ModelState, NEVER, NO_TIME } from './model-state.js'

/** Puts an item at the tail under a new id. */
export function append(state: ModelState, partition: ModelPartition, item: ModelItem): void {
  item.id = newId(state)
  partition.queued.push(item)
}

/** Adds a new scheduled item. */
export function schedule(state: ModelState, partition: ModelPartition, item: ModelItem): void {
  item.id = newId(state)
  partition.scheduled.push(item)
}

/** Frees a leased item and puts it at the tail. */
export function release(state: ModelState, partition: ModelPartition, item: ModelItem): void {
  take(partition, [item])
  item.leased = false
  item.leaseDeadline = NO_TIME
  append(state, partition, item)
}

/** Frees a leased item and schedules it. It keeps its id, and so its place among scheduled items. */
export function postpone(partition: ModelPartition, item: ModelItem, until: number): void {
  take(partition, [item])
  partition.scheduled.push(Object.assign(item, { leased: false, leaseDeadline: NO_TIME, enqueueAt: until }))
  partition.scheduled.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
}

/** Removes items and frees their source ids. */
export function remove(partition: ModelPartition, gone: readonly ModelItem[]): void {
  take(partition, gone)
  for (const { sourceId } of gone) partition.takenSourceIds.delete(sourceId)
}

/** R4, R5: looks at a partition. Returns descriptions of what it found. */
export function look(state: ModelState, queue: ModelQueue, partition: ModelPartition): string[] {
  const found: string[] = []
  const dead: ModelItem[] = []
  for (const item of partition.queued) {
    const ranOut = item.leased && item.leaseDeadline <= state.now
    const exhausted = queue.maxAttempts > 0 && item.attempts >= queue.maxAttempts
    if (ranOut && !exhausted) {
      release(state, partition, item)
      found.push(`the lease of ${item.reference} ran out`)
    } else if (ranOut || item.expireDeadline <= state.now) dead.push(item)
  }
  found.push(...bury(state, queue, partition, dead))
  partition.next = nextLook(partition, state.now)
  return found
}

/** Deletes dead items or moves them to the dead letter queue. They stay if that queue was deleted. */
function bury(state: ModelState, queue: ModelQueue, from: ModelPartition, dead: readonly ModelItem[]): string[] {
  if (queue.deadQueue === '') {
    // Their source ids stay taken (admin.md §11).
    take(from, dead)
    return dead.map(({ reference }) => `${reference} is dead: deleted`)
  }
  const deadQueue = state.queues.find(({ name }) => name === queue.deadQueue)
  if (deadQueue === undefined) return dead.map(({ reference }) => `${reference} is dead: stays, for the queue is gone`)
  copy(state, dead, deadQueue)
  const staying = dead.findIndex((item) => !item.leased)
  const gone = staying === -1 ? dead : dead.slice(0, staying)
  remove(from, gone)
  const fate = (item: ModelItem) => (gone.includes(item) ? 'moved' : 'copied, stays')
  return dead.map((item) => `${item.reference} is dead: ${fate(item)}`)
}

/** R7: copies items to the first partition of the dead letter queue, without requesting a look there. */
function copy(state: ModelState, dead: readonly ModelItem[], deadQueue: ModelQueue): void {
  const to = deadQueue.partitions[0] as ModelPartition
  for (const item of dead) {
    if (to.takenSourceIds.has(item.id)) continue
    to.takenSourceIds.add(item.id)
    append(state, to, {
      ...item,
      sourceId: item.id,
      createdAt: state.now,
      expireDeadline: state.now + deadQueue.expireTimeout,
      attempts: 0,
      leased: false,
      leaseDeadline: NO_TIME,
    })
  }
}

/** R4: an overdue item that stays hides later deadlines of the same kind. */
function nextLook(partition: ModelPartition, now: number): number {
  const leases = partition.queued.filter((item) => item.leased).map((item) => item.leaseDeadline)
  const lives = partition.queued.map((item) => item.expireDeadline)
  const ahead = [Math.min(...leases), Math.min(...lives)].filter((deadline) => deadline > now)
  return Math.min(NEVER, ...ahead)
}

/** Makes due scheduled items leasable, in order of their times. */
export function enqueueDue(state: ModelState, partition: ModelPartition): ModelItem[] {
  const timeOf = ({ enqueueAt = NEVER }: ModelItem) => enqueueAt
  const due = partition.scheduled.filter((item) => timeOf(item) <= state.now).sort((a, b) => timeOf(a) - timeOf(b))
  take(partition, due)
  for (const item of due) {
    delete item.enqueueAt
    append(state, partition, item)
  }
  return due
}

function take(partition: ModelPartition, gone: readonly ModelItem[]): void {
  partition.queued = partition.queued.filter((item) => !gone.includes(item))
  partition.scheduled = partition.scheduled.filter((item) => !gone.includes(item))
}

function newId(state: ModelState): string {
  state.ids++
  return `#${state.ids}`
}
