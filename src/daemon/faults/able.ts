/** Whether a fault can change anything about a call that it matches. */
import type { Item } from '../../engine/store/item.js'
import type { ConditionSide } from './fault-spec.js'
import type { OpenFault } from './open-fault.js'
import { type SeenCall, takesAnyPartition } from './seen-call.js'

/** Returns why a fault cannot act on a call. `undefined` if it can. */
export function unable({ spec }: OpenFault, call: SeenCall): string | undefined {
  const { act, reference, condition } = spec
  switch (act.kind) {
    case 'expire-lease':
      return leasesOf(call, reference, condition).length > 0 ? undefined : 'none of its items is leased'
    case 'first':
      return itemAt(call, act.count)?.leased ? undefined : `no leased item after the first ${act.count}`
    case 'deliver-twice':
      return hasChoice(call, 'held', reference) ? undefined : 'no other client holds an item that may be leased again'
    case 'reorder':
      return hasChoice(call, 'last', undefined) ? undefined : 'fewer than two free items in each partition'
    case 'crowd':
      return meetsOthers(call) ? undefined : 'no item that others could take first'
    case 'slow':
      return call.request.whenGone === undefined ? 'it came without a socket, where an answer has no speed' : undefined
    case 'partition-outage':
      return meetsPartition(call, act.partition) ? undefined : 'another partition'
    default:
      return undefined
  }
}

/** Returns the leased items of a call with this reference, that the condition meets. */
export function leasesOf(call: SeenCall, reference: string | undefined, condition?: ConditionSide): Item[] {
  const isMeant = (item: Item) => reference === undefined || item.reference === reference
  return call.items.filter((item) => item.leased && isMeant(item) && condition?.meets(item, call) !== false)
}

/** Returns the item of a call at this place of its list of ids. */
export function itemAt({ ids, partition }: SeenCall, at: number): Item | undefined {
  const id = ids[at]
  return id === undefined ? undefined : partition?.find(id)
}

function hasChoice(call: SeenCall, of: 'held' | 'last' | 'fresh', reference: string | undefined): boolean {
  const { queue, clientId, batchSize } = call
  return queue?.faults.hasChoice({ clientId, batchSize, deadline: 0, choice: { of, reference } }) ?? false
}

function meetsOthers(call: SeenCall): boolean {
  return call.name === 'queueProduce' ? call.queue?.faults.serves === true : hasChoice(call, 'fresh', undefined)
}

/** A queue that was made again has another partition. */
function meetsPartition(call: SeenCall, number: number): boolean {
  if (!call.queue?.partitions[number]?.isAway) return false
  return takesAnyPartition(call) || call.partition?.number === number
}
