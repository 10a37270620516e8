/** Faults in words. */
import { formatMilliseconds } from '../../clock/duration.js'
import type { FaultAct, FaultSpec } from './fault-spec.js'
import { wireName } from './seen-call.js'

/** Returns a text such as `lose-reply on queue.complete of 'orders' by w1, number 2` or `delay of 5s after queue.lease`. */
export function faultText({ act, call, queue, clientId, reference, nth, times }: FaultSpec): string {
  if (act.kind === 'outage') return 'outage of the daemon'
  if (act.kind === 'partition-outage') return `outage of partition ${act.partition} of '${queue}'`
  const of = queue === undefined ? '' : ` of '${queue}'`
  const by = clientId === undefined ? '' : ` by ${clientId}`
  const item = reference === undefined ? '' : ` with ${reference}`
  const which = nth === 1 ? '' : `, number ${nth}`
  const most = times === Number.POSITIVE_INFINITY || times === 1 ? '' : `, ${times} times`
  return `${actText(act)} ${call === undefined ? 'any call' : wireName(call)}${of}${by}${item}${which}${most}`
}

function actText(act: FaultAct): string {
  switch (act.kind) {
    case 'refuse':
      return `refuse with ${act.code} on`
    case 'delay':
      return `delay of ${formatMilliseconds(act.ms)} ${act.when === 'before' ? 'on' : 'after'}`
    case 'first':
      return `first ${act.count} on`
    case 'clock-skew':
      return `clock-skew of ${formatMilliseconds(act.ms)} on`
    default:
      return `${act.kind} on`
  }
}
