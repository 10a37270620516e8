/** The times of partitions. */
import { type Instant, NEVER } from '../../clock/instant.js'
import { Ranking } from '../serving/ranking.js'
import type { Partition } from '../store/partition.js'

/** What the clock asks of a partition. */
export type Timed = Pick<Partition, 'number' | 'nextLook' | 'nextDue'>

/** A partition as it was when its times were read last. */
interface Times<P> {
  readonly number: number
  readonly partition: P
  look: Instant
  due: Instant
}

/**
 * When the clock has something to do in the partitions of a queue: the next look of each, and its next scheduled item. Costs what changes,
 * however many partitions there are.
 */
export class PartitionTimes<P extends Timed = Partition> {
  /** By the number of the partition. */
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

  /** The earliest look; `Infinity` when there is none. */
  get nextLook(): Instant {
    return this.#byLook.peek()?.look ?? NEVER
  }

  /** When the next scheduled item comes due; `Infinity` when there is none. */
  get nextDue(): Instant {
    return this.#byDue.peek()?.due ?? NEVER
  }

  /** Reads the times of partitions again. */
  update(changed: readonly P[]): void {
    for (const { number, nextLook, nextDue } of changed) {
      const times = this.#times[number] as Times<P>
      if (times.look !== nextLook) this.#setLook(times, nextLook)
      if (times.due !== nextDue) this.#setDue(times, nextDue)
    }
  }

  /** Takes the partitions that the earliest look is for, by their numbers; each has to be read again afterwards. */
  takeLooks(): P[] {
    const time = this.nextLook
    const taken: P[] = []
    for (let first = this.#byLook.peek(); first?.look === time && time !== NEVER; first = this.#byLook.peek()) {
      taken.push(first.partition)
      this.#setLook(first, NEVER)
    }
    return taken
  }

  /** Takes the partitions with items that are due, by their numbers; each has to be read again afterwards. */
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
