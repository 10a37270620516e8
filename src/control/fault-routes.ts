/** The routes that make calls fail. */

import type { FaultSpec } from '../daemon/faults/fault-spec.js'
import type { OpenFault } from '../daemon/faults/open-fault.js'
import { badRequest, isQueratorError } from '../errors.js'
import { type FaultOptions, outageOf, specOf } from '../harness/faults/fault-options.js'
import { given } from './fields.js'
import { assertQueue } from './queue-names.js'
import { type ControlledDaemon, type Route, route } from './route.js'

/** How many removed faults are kept. A call that was under way may still show that a fault did not change it. */
const MOST_REMOVED = 1000

const FAULTS = route({
  method: 'GET',
  path: '/test/faults',
  summary: 'Returns the faults that were added here since the last reset, without those that were removed.',
  fields: {
    fault: { type: 'ordinal', text: 'The number of a fault: returns this one, also if it was removed. Default: all.' },
  },
  reply: 'Faults',
  run: ({ faults }, { fault: wanted }) => {
    const found = [...faults].filter(([number, fault]) => (wanted === undefined ? !fault.isClosed : number === wanted))
    return { faults: found.map(([number, fault]) => shown(number, fault)) }
  },
})

const ADD = route({
  method: 'POST',
  path: '/test/faults',
  summary: 'Makes calls fail, until the fault is removed or has acted as often as it should.',
  fields: {
    call: { type: 'text', required: true, text: 'The name of the call, such as queue.complete.' },
    do: { type: 'action', required: true, text: 'What happens to the call.' },
    queue: { type: 'text', text: 'The name of the queue. Default: any.' },
    clientId: { type: 'text', text: 'The client that leases, or that holds the items. Default: any.' },
    reference: { type: 'text', text: 'The reference of one of the items of the call. Default: any.' },
    nth: { type: 'ordinal', text: 'The first of the matching calls that it acts on. Default 1.' },
    times: { type: 'ordinal', text: 'On how many calls it acts. Default: 1 with `nth`, else all.' },
  },
  reply: 'Fault',
  run: (on, options) => {
    const spec = checked(() => specOf(given(options) as FaultOptions, undefined))
    return added(on, spec)
  },
})

const OUTAGE = route({
  method: 'POST',
  path: '/test/outage',
  summary: 'Takes the daemon away, or one partition of a queue, until the fault is removed. The control plane goes on.',
  fields: {
    queue: { type: 'text', text: 'The name of the queue, with `partition`.' },
    partition: { type: 'count', text: 'The number of the partition, from 0. Default: the whole daemon.' },
  },
  reply: 'Fault',
  run: (on, { queue, partition }) => {
    if ((queue === undefined) !== (partition === undefined)) {
      throw badRequest('POST /test/outage takes queue and partition together; leave both out for the whole daemon')
    }
    if (queue === undefined || partition === undefined)
      return added(on, outageOf({ kind: 'outage' }, undefined, {}, undefined))
    assertQueue(on.daemon, queue)
    return added(on, outageOf({ kind: 'partition-outage', partition }, queue, {}, undefined))
  },
})

const REMOVE = route({
  method: 'POST',
  path: '/test/faults/remove',
  summary: 'Ends a fault. Returns what it did before.',
  fields: {
    fault: { type: 'ordinal', required: true, text: 'The number of the fault.' },
    breakCalls: {
      type: 'flag',
      text: 'Whether the connections of calls that it holds break. Default false: these calls go on.',
    },
  },
  reply: 'Fault',
  run: ({ faults }, { fault: number, breakCalls = false }) => {
    const fault = faults.get(number)
    if (fault === undefined || fault.isClosed) throw unknownFault(number, faults)
    const before = shown(number, fault)
    fault.close(breakCalls ? 'break' : 'goOn')
    forgetOldest(faults)
    return before
  },
})

/** The routes of faults. */
export const FAULT_ROUTES: readonly Route[] = [FAULTS, ADD, OUTAGE, REMOVE]

function added(on: ControlledDaemon, spec: FaultSpec) {
  const fault = on.daemon.faults.add(spec)
  on.lastFault++
  on.faults.set(on.lastFault, fault)
  return shown(on.lastFault, fault)
}

function shown(number: number, { text, fired, matched, held, isOpen, misses }: OpenFault) {
  return { fault: number, text, fired, matched, held, open: isOpen, nearest: misses.lines() }
}

/** @throws 400 if an option is wrong: for a test in this process, that is no error of a call */
function checked<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw isQueratorError(error) ? badRequest(error.message) : error
  }
}

function forgetOldest(faults: ControlledDaemon['faults']): void {
  if (faults.size <= MOST_REMOVED) return
  const removed = [...faults].filter(([, fault]) => fault.isClosed)
  for (const [number] of removed.slice(0, -MOST_REMOVED)) faults.delete(number)
}

function unknownFault(number: number, faults: ControlledDaemon['faults']) {
  const numbers = [...faults].filter(([, fault]) => !fault.isClosed).map(([one]) => one)
  const existing = numbers.length === 0 ? 'there are none' : `there are: ${numbers.join(', ')}`
  return badRequest(`there is no fault ${number}; ${existing}`)
}
