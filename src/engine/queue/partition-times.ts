/** The next looks and due times of partitions. */
import { type Instant, NEVER } from '../../clock/instant.js'
import { Ranking } from '../serving/ranking.js'
import type { Partition } from '../store/partition.js'

/** The parts of a partition that are read here. */
export type Timed = Pick<Partition, 'number' | 'nextLook' | 'nextDue'>

/** The times of a partition when they were last read. */
interface Times<P> {
  readonly number: number
  readonly partition: P
  look: Instant
  due: Instant
}

/**
 * Finds the next look and the next scheduled item among the partitions of a queue. The cost depends on what has changed, not on the
 * number of partitions.
 */
export class PartitionTimes<P extends Timed = Partition> {
  /** Indexed by the number of the partition. */
  readonly #times: Times<P>[]
  readonly #byLook: Ranking<Times<P>>
  readonly #byDue: Ranking<Times<P>>

  constructor(partitions: readonly P[]) {
    this.#times = partitions.map((partition) => {
      const { number, nextLook, nextDue } = partition
      return { number, partition, look: nextLook, due: nextDue }
    })
    this.#byLook = new Ranking(this.#times, (a, b) => a.look < b.look || (a.look === b.look && a.number < b.number))
    this.#byDue = new Ranking(this.#times, (a, b) => a.due < b.due)
  }

  /** The earliest look, or `Infinity`. */
  get nextLook(): Instant {
    return this.#byLook.peek()?.look ?? NEVER
  }

  /** The earliest time at which a scheduled item comes due, or `Infinity`. */
  get nextDue(): Instant {
    return this.#byDue.peek()?.due ?? NEVER
  }

  /** Reads the times of changed partitions again. */
  update(changed: readonly P[]): void {
    for (const { number, nextLook, nextDue } of changed) {
      const times = this.#times[number] as Times<P>
      if (times.look !== nextLook) this.#setLook(times, nextLook)
      if (times.due !== nextDue) this.#setDue(times, nextDue)
    }
  }

  /** Returns the partitions of the earliest look, sorted by number. Their times must be read again afterwards. */
  takeLooks(): P[] {
    const time = this.nextLook
    const taken: P[] = []
    for (let first = this.#byLook.peek(); first?.look === time && time !== NEVER; first = this.#byLook.peek()) {
      taken.push(first.partition)
      this.#setLook(first, NEVER)
    }
    return taken
  }

  /** Returns the partitions with items that are due, sorted by number. Their times must be read again afterwards. */
  takeDue(now: Instant): P[] {
    const taken: P[] = []
    for (let first = this.#byDue.peek(); first !== undefined && first.due <= now; first = this.#byDue.peek()) {
      taken.push(first.partition)
      this.#setDue(first, NEVER)
    }
    return taken.sort((a, b) => a.number - b.number)
  }

  #setLook(times: Times<P>, look: Instant): void {
    times.look = look
    this.#byLook.moved(times)
  }

  #setDue(times: Times<P>, due: Instant): void {
    times.due = due
    this.#byDue.moved(times)
  }
}
