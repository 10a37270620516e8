/** A partition of a queue, as a test holds it. */
import { inspect } from 'node:util'
import { usageError } from '../../errors.js'
import type { Fault } from './fault.js'
import type { OutageOptions } from './fault-options.js'

type Caller = (...args: never[]) => unknown

/** A partition of a queue. `queue.partition(n)` returns one. */
export class QueuePartition {
  /** Its number, from 0. */
  readonly number: number
  readonly #fail: (options: OutageOptions, caller: Caller) => Fault

  /** @internal */
  constructor(number: number, fail: (options: OutageOptions, caller: Caller) => Fault) {
    if (!Number.isInteger(number) || number < 0) {
      throw usageError(`queue.partition takes the number of a partition, from 0; got ${inspect(number, { depth: 0 })}`)
    }
    this.number = number
    this.#fail = fail
  }

  /**
   * Takes the partition away until the fault is closed. Its items stay, and their deadlines pass. Produces and leases use the other
   * partitions; calls that name this one, and all of them if there is no other, get a 453 `queue has no available partitions`.
   * @throws QueratorError on a server elsewhere without a control plane, if the queue has no such partition, or if it is away already
   */
  outage(options: OutageOptions = {}): Fault {
    return this.#fail(options, this.outage)
  }
}
