/**
 * The model of the queues of a daemon: each call, and the passing of time. It follows the contract, queue.md §3 to §12.
 */
import { serve, sortByLoad } from './model-choice.js'
import { append, postpone, release, remove, schedule } from './model-lifecycle.js'
import { type Imported, type LeaseRequest, type Produced, Refused, type Settings } from './model-requests.js'
import {
  type ModelItem,
  type ModelLease,
  type ModelPartition,
  type ModelQueue,
  type ModelState,
  NO_TIME,
  newPartition,
  waitingLeases,
} from './model-state.js'
import { type Choose, type ModelEvent, passTime } from './model-time.js'

/** A scheduled time closer than this many milliseconds means now. */
const NEAR = 100
/** What an import stores for a missing time. */
const MISSING_TIME = 0

/** The queues of one daemon. A call throws {@link Refused} where the daemon returns an error. */
export class QueueModel {
  constructor(
    readonly state: ModelState,
    readonly choose: Choose = () => 0,
  ) {}

  queue(name: string): ModelQueue {
    const queue = this.state.queues.find((one) => one.name === name)
    if (queue === undefined) throw new Refused(400, `queue does not exist; no such queue named '${name}'`)
    return queue
  }

  partition(name: string, number: number): ModelPartition {
    const partition = this.queue(name).partitions[number]
    if (partition === undefined) throw new Refused(400, `partition is invalid; '${number}' is not a valid partition`)
    return partition
  }

  createQueue(name: string, settings: Settings, partitions: number): void {
    const taken = this.state.queues.some((one) => one.name === name)
    if (taken) throw new Refused(400, `invalid queue; '${name}' already exists`)
    this.#checkDeadQueue(settings.deadQueue)
    if (settings.leaseTimeout > settings.expireTimeout) throw new Refused(400, 'lease timeout is too long')
    const made = Array.from({ length: partitions }, (_, number) => newPartition(number, this.state.now))
    this.state.queues.push({ name, ...settings, partitions: made, order: [...made] })
  }

  /** A timeout of 0 keeps the old one. `deadQueue` and `maxAttempts` are always replaced (admin.md §10.3). */
  updateQueue(name: string, settings: Settings): void {
    const queue = this.queue(name)
    const { leaseTimeout, expireTimeout } = settings
    this.#checkDeadQueue(settings.deadQueue)
    if ((expireTimeout !== 0 && leaseTimeout > expireTimeout) || leaseTimeout > queue.expireTimeout) {
      throw new Refused(400, 'lease timeout is too long')
    }
    if (leaseTimeout !== 0) queue.leaseTimeout = leaseTimeout
    if (expireTimeout !== 0) queue.expireTimeout = expireTimeout
    queue.maxAttempts = settings.maxAttempts
    queue.deadQueue = settings.deadQueue
  }

  deleteQueue(name: string): void {
    const queue = this.queue(name)
    for (const lease of waitingLeases(this.state, name)) lease.outcome = 'deleted'
    this.state.queues = this.state.queues.filter((one) => one !== queue)
  }

  produce(name: string, items: readonly Produced[]): void {
    const queue = this.queue(name)
    const { state } = this
    const partition = queue.order[0] as ModelPartition
    const expireDeadline = state.now + queue.expireTimeout
    for (const { reference, content = {}, enqueueAt = 0 } of items) {
      const item: ModelItem = { ...newItem(state, reference, content), expireDeadline }
      if (enqueueAt < state.now + NEAR) append(state, partition, item)
      else schedule(state, partition, { ...item, enqueueAt })
    }
    // R1
    partition.next = Math.min(partition.next, expireDeadline)
    this.#changed(queue)
  }

  /** Takes several requests because they arrive together when a pause ends. */
  lease(name: string, ...requests: readonly LeaseRequest[]): ModelLease[] {
    const queue = this.queue(name)
    const leases = requests.map(({ key, clientId, batchSize, timeout }) => {
      if (waitingLeases(this.state, name).some((lease) => lease.clientId === clientId)) {
        const why = 'a client cannot make multiple leased requests to the same queue'
        throw new Refused(400, `duplicate client id; ${why}`)
      }
      const deadline = this.state.now + timeout
      const lease: ModelLease = { key, queue: name, clientId, batchSize, deadline, outcome: 'waiting' }
      this.state.leases.push(lease)
      return lease
    })
    this.#changed(queue)
    return leases
  }

  /** Ends the lease of a client that goes away (D2). */
  abandon(key: string): void {
    for (const lease of this.state.leases) if (lease.key === key && lease.outcome === 'waiting') lease.outcome = 'gone'
  }

  complete(name: string, number: number, ids: readonly string[]): void {
    const partition = this.partition(name, number)
    for (const id of ids) {
      remove(partition, [heldItem(partition, id, 'completed')])
    }
  }

  retry(name: string, number: number, items: readonly { id: string; retryAt?: number; dead?: boolean }[]): void {
    const partition = this.partition(name, number)
    try {
      for (const { id, retryAt = 0, dead = false } of items) {
        const item = heldItem(partition, id, 'retried')
        if (dead) remove(partition, [item])
        else if (retryAt < this.state.now + NEAR) release(this.state, partition, item)
        else postpone(partition, item, retryAt)
      }
    } finally {
      // Items before an invalid one have already been retried.
      this.#changed(this.queue(name))
    }
  }

  clear(name: string, flags: { queue?: boolean; scheduled?: boolean; destructive?: boolean }): void {
    const queue = this.queue(name)
    const everything = flags.queue === true && flags.destructive === true
    for (const partition of queue.partitions) {
      const gone = [
        ...(flags.queue ? partition.queued.filter((item) => everything || !item.leased) : []),
        ...(flags.scheduled || everything ? partition.scheduled : []),
      ]
      remove(partition, gone)
    }
    this.#changed(queue)
  }

  /** Returns what was stored for each item, or undefined if its source id was taken. */
  importItems(name: string, number: number, items: readonly Imported[]): (ModelItem | undefined)[] {
    const partition = this.partition(name, number)
    const stored = items.map((sent) => {
      const { reference, content = {}, sourceId = '', attempts = 0, leased = false } = sent
      if (partition.takenSourceIds.has(sourceId)) return undefined
      if (sourceId !== '') partition.takenSourceIds.add(sourceId)
      const { leaseDeadline = MISSING_TIME, expireDeadline = MISSING_TIME } = sent
      const item = {
        ...newItem(this.state, reference, content),
        sourceId,
        attempts,
        leased,
        leaseDeadline,
        expireDeadline,
      }
      append(this.state, partition, item)
      return item
    })
    // Return copies, because the items may be leased at once.
    const copies = stored.map((item) => item && { ...item })
    this.#changed(this.queue(name))
    return copies
  }

  /** Ignores unknown ids. */
  deleteItems(name: string, number: number, ids: readonly string[]): void {
    const partition = this.partition(name, number)
    for (const id of ids) {
      checkForm(id)
      const gone = [...partition.queued, ...partition.scheduled].filter((item) => item.id === id)
      remove(partition, gone)
    }
    this.#changed(this.queue(name))
  }

  /** Advances the clock in one step, and returns what happened. */
  advance(duration: number): ModelEvent[] {
    this.state.now += duration
    return passTime(this.state, this.choose)
  }

  /** Ends and begins again with everything: nobody waits any more, and the lifecycle looks at once (§8). */
  restart(): ModelEvent[] {
    for (const queue of this.state.queues) {
      for (const lease of waitingLeases(this.state, queue.name)) lease.outcome = 'deleted'
      for (const partition of queue.partitions) partition.next = this.state.now
      queue.order = [...queue.partitions]
      sortByLoad(queue)
    }
    return passTime(this.state, this.choose)
  }

  #checkDeadQueue(name: string): void {
    if (name === '' || this.state.queues.some((one) => one.name === name)) return
    throw new Refused(400, `dead_queue does not exist; '${name}' was not found, create it first`)
  }

  #changed(queue: ModelQueue): void {
    sortByLoad(queue)
    serve(queue, waitingLeases(this.state, queue.name), this.state.now)
  }
}

function newItem(state: ModelState, reference: string, content: Record<string, string>): ModelItem {
  return {
    id: '',
    reference,
    content,
    sourceId: '',
    createdAt: state.now,
    expireDeadline: 0,
    attempts: 0,
    leased: false,
    leaseDeadline: NO_TIME,
  }
}

function heldItem(partition: ModelPartition, id: string, purpose: 'completed' | 'retried'): ModelItem {
  checkForm(id)
  const item = partition.queued.find((one) => one.id === id)
  if (item === undefined) throw new Refused(400, `invalid storage id; '${id}' does not exist`)
  if (!item.leased) throw new Refused(400, `item(s) cannot be ${purpose}; '${id}' is not marked as leased`)
  return item
}

/** Accepts an id of the model, or a string with the length of an id. */
function checkForm(id: string): void {
  if (id.startsWith('#') || id.length === 27) return
  throw new Refused(400, `invalid storage id; '${id}': Valid encoded KSUIDs are 27 characters`)
}
