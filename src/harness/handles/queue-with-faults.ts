/** The faults of a queue. */
import { type Origin, originOf } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import type { Fault } from '../faults/fault.js'
import {
  type OutageOptions,
  outageOf,
  QUEUE_FAULT_OPTIONS,
  type QueueFaultOptions,
  specOf,
} from '../faults/fault-options.js'
import { QueuePartition } from '../faults/queue-partition.js'
import type { QueueHome } from './queue-home.js'

/** The calls of a queue, without `queue.` in front. */
export type QueueCall = 'produce' | 'lease' | 'complete' | 'retry' | 'stats' | 'clear' | 'reload'

/** A queue whose calls can be made to fail. */
export class QueueWithFaults {
  /** The name of the queue. */
  readonly name: string
  readonly #home: QueueHome

  /** @internal */
  constructor(home: QueueHome, name: string) {
    this.#home = home
    this.name = name
  }

  /**
   * Makes calls of this queue fail, as `daemon.fault()` does.
   *
   *     using fault = queue.fault('complete', { do: 'lose-reply' })
   *
   * @throws QueratorError on a server elsewhere without a control plane, if an option is wrong, or if the fault could never act beside an earlier one
   */
  fault(call: QueueCall, options: QueueFaultOptions): Fault {
    checkOptions('queue.fault', options, QUEUE_FAULT_OPTIONS)
    const origin = this.#origin(this.fault)
    return this.#home.fault(specOf({ ...options, call: `queue.${call}`, queue: this.name }, origin))
  }

  /** Returns a partition of this queue, by its number from 0. */
  partition(number: number): QueuePartition {
    return new QueuePartition(number, (options: OutageOptions, caller) => {
      return this.#home.fault(
        outageOf({ kind: 'partition-outage', partition: number }, this.name, options, this.#origin(caller)),
      )
    })
  }

  #origin(caller: Parameters<typeof originOf>[0]): Origin {
    return originOf(caller, this.#home.callSites)
  }
}
