/**
 * A small model of a queue, written from the contract and not from the engine: plain arrays, everything by scanning.
 * Items are known by their reference. It leaves out the end of an item's life (`expire_timeout`).
 */

/** An item of the model. */
export interface ModelItem {
  readonly reference: string
  attempts: number
  /** When its lease ends; undefined while it is free or scheduled. */
  leasedUntil: number | undefined
  enqueueAt: number
}

/** A lease that waits, or what it got. */
export interface ModelLease {
  readonly client: string
  readonly batchSize: number
  readonly deadline: number
  outcome: 'waiting' | 'timeout' | 'gone' | 'deleted' | { partition: number; references: string[] }
}

/** One partition: what is queued, in order, and what is scheduled, in the order of its id. */
export interface ModelPartition {
  readonly number: number
  queued: ModelItem[]
  scheduled: ModelItem[]
}

/** See the head of this file. */
export class QueueModel {
  now = 0
  leaseTimeout = 60_000
  maxAttempts = 0
  readonly partitions: ModelPartition[]
  /** Partitions by load, ties staying as they were. */
  order: ModelPartition[]
  waiting: ModelLease[] = []
  /** References in the dead letter queue, in order. */
  dead: string[] = []
  readonly hasDeadQueue: boolean
  /** Ids only grow: the order in which scheduled items got theirs. */
  #births = new Map<ModelItem, number>()
  #born = 0

  constructor(partitions: number, hasDeadQueue: boolean) {
    this.partitions = Array.from({ length: partitions }, (_, number) => ({ number, queued: [], scheduled: [] }))
    this.order = [...this.partitions]
    this.hasDeadQueue = hasDeadQueue
  }

  produce(items: readonly { reference: string; delay: number }[]): void {
    const target = this.order[0] as ModelPartition
    for (const { reference, delay } of items) {
      const item: ModelItem = { reference, attempts: 0, leasedUntil: undefined, enqueueAt: this.now + delay }
      if (delay >= 100) this.#schedule(target, item)
      else this.#append(target, item)
    }
    this.#sort()
    this.#serve()
  }

  lease(client: string, batchSize: number, timeout: number): ModelLease | 'duplicate' {
    if (this.waiting.some((lease) => lease.client === client)) return 'duplicate'
    const lease: ModelLease = { client, batchSize, deadline: this.now + timeout, outcome: 'waiting' }
    this.waiting.push(lease)
    this.#serve()
    return lease
  }

  abandon(lease: ModelLease): void {
    if (lease.outcome !== 'waiting') return
    lease.outcome = 'gone'
    this.waiting = this.waiting.filter((one) => one !== lease)
  }

  complete(partition: ModelPartition, item: ModelItem): void {
    partition.queued = partition.queued.filter((one) => one !== item)
    this.#sort()
  }

  retry(partition: ModelPartition, item: ModelItem, how: { delay: number; dead: boolean }): void {
    partition.queued = partition.queued.filter((one) => one !== item)
    item.leasedUntil = undefined
    if (!how.dead && how.delay >= 100) {
      item.enqueueAt = this.now + how.delay
      partition.scheduled.push(item)
      // It keeps its id, and with it its place among the scheduled ones.
      partition.scheduled.sort((a, b) => this.#birth(a) - this.#birth(b))
    } else if (!how.dead) this.#append(partition, item)
    this.#sort()
    this.#serve()
  }

  clear(what: 'free' | 'scheduled' | 'all'): void {
    for (const partition of this.partitions) {
      if (what !== 'free') partition.scheduled = []
      if (what === 'all') partition.queued = []
      if (what === 'free') partition.queued = partition.queued.filter((item) => item.leasedUntil !== undefined)
    }
    this.#sort()
  }

  advance(duration: number): void {
    this.now += duration
    for (;;) {
      // Of what is due, the earliest; at the same time leases end first, and nobody is sent away before the rest.
      const next = [
        { at: Math.min(...this.#leaseEnds()), happen: () => this.#endLeases() },
        { at: Math.min(...this.#dueTimes()), happen: () => this.#enqueueDue() },
        { at: Math.min(...this.waiting.map((lease) => lease.deadline)), happen: () => this.#endWaiting() },
      ].reduce((first, event) => (event.at < first.at ? event : first))
      if (next.at > this.now) return
      next.happen()
    }
  }

  #leaseEnds(): number[] {
    return this.partitions.flatMap(({ queued }) => queued.map((item) => item.leasedUntil ?? Number.POSITIVE_INFINITY))
  }

  #dueTimes(): number[] {
    return this.partitions.flatMap(({ scheduled }) => scheduled.map((item) => item.enqueueAt))
  }

  /** Each partition is looked at by itself: one whose leases end later comes later, in turn with what comes due. */
  #endLeases(): void {
    const firstEnd = ({ queued }: ModelPartition) =>
      Math.min(...queued.map((item) => item.leasedUntil ?? Number.POSITIVE_INFINITY))
    const first = Math.min(...this.partitions.map(firstEnd))
    for (const partition of this.partitions.filter((one) => firstEnd(one) === first)) {
      const ended = partition.queued.filter((item) => (item.leasedUntil ?? Number.POSITIVE_INFINITY) <= this.now)
      for (const item of ended) {
        partition.queued = partition.queued.filter((one) => one !== item)
        item.leasedUntil = undefined
        if (this.maxAttempts === 0 || item.attempts < this.maxAttempts) this.#append(partition, item)
        else if (this.hasDeadQueue) this.dead.push(item.reference)
      }
    }
    this.#sort()
    this.#serve()
  }

  #enqueueDue(): void {
    for (const partition of this.partitions) {
      const due = partition.scheduled.filter((item) => item.enqueueAt <= this.now)
      due.sort((a, b) => a.enqueueAt - b.enqueueAt)
      partition.scheduled = partition.scheduled.filter((item) => !due.includes(item))
      for (const item of due) this.#append(partition, item)
    }
    this.#sort()
    this.#serve()
  }

  #endWaiting(): void {
    for (const lease of this.waiting) if (lease.deadline <= this.now) lease.outcome = 'timeout'
    this.waiting = this.waiting.filter((lease) => lease.outcome === 'waiting')
  }

  #serve(): void {
    const left = new Map(this.partitions.map((partition) => [partition, this.#free(partition).length]))
    const takers = new Map<ModelPartition, ModelLease[]>()
    for (const lease of this.waiting) {
      const most = Math.max(...left.values())
      const chosen = this.order.findLast((partition) => left.get(partition) === most) as ModelPartition
      left.set(chosen, Math.max(0, most - lease.batchSize))
      takers.set(chosen, [...(takers.get(chosen) ?? []), lease])
      this.#sort((partition) => partition.scheduled.length + (left.get(partition) ?? 0))
    }
    for (const [partition, leases] of takers) this.#share(partition, leases)
    this.waiting = this.waiting.filter((lease) => lease.outcome === 'waiting')
    this.#sort()
  }

  /** One item each, round after round. */
  #share(partition: ModelPartition, leases: readonly ModelLease[]): void {
    const got = leases.map((lease) => ({ lease, references: [] as string[] }))
    for (const item of this.#free(partition)) {
      const hungry = got.filter(({ lease, references }) => references.length < lease.batchSize)
      if (hungry.length === 0) break
      const fewest = Math.min(...hungry.map(({ references }) => references.length))
      const taker = hungry.find(({ references }) => references.length === fewest) as (typeof got)[number]
      taker.references.push(item.reference)
      item.attempts++
      item.leasedUntil = this.now + this.leaseTimeout
    }
    for (const { lease, references } of got) {
      if (references.length > 0) lease.outcome = { partition: partition.number, references }
    }
  }

  #free(partition: ModelPartition): ModelItem[] {
    return partition.queued.filter((item) => item.leasedUntil === undefined)
  }

  #append(partition: ModelPartition, item: ModelItem): void {
    this.#births.set(item, this.#born++)
    partition.queued.push(item)
  }

  #schedule(partition: ModelPartition, item: ModelItem): void {
    this.#births.set(item, this.#born++)
    partition.scheduled.push(item)
  }

  #birth(item: ModelItem): number {
    return this.#births.get(item) ?? 0
  }

  #sort(load = (partition: ModelPartition) => partition.scheduled.length + this.#free(partition).length): void {
    this.order = [...this.order].sort((a, b) => load(a) - load(b))
  }
}
