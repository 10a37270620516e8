/** Which faults can never act together, and which act first. */
import { usageError } from '../../errors.js'
import { unable } from './able.js'
import { BREAKS_REPLY, CHOOSES_ITEMS, ENDS_CALL, type FaultKind, type FaultSpec } from './fault-spec.js'
import type { OpenFault } from './open-fault.js'
import { type SeenCall, takesAnyPartition } from './seen-call.js'

/** @throws QueratorError if a fault could never act because of an earlier one, which the message names */
export function checkConflicts(open: readonly OpenFault[], spec: FaultSpec): void {
  const isRuled = (fault: OpenFault) => !fault.isClosed && !fault.isSpent && rulesOut(fault.spec, spec)
  const first = open.find(isRuled)
  if (first === undefined) return
  throw usageError(
    `${spec.act.kind} could never act: '${first.text}' was made first, and acts on each of these calls; close that one first, or give it times`,
  )
}

function rulesOut(first: FaultSpec, second: FaultSpec): boolean {
  // A condition acts now and then, and after the faults of a test.
  if (first.condition !== undefined || second.condition !== undefined) return false
  const kinds: [FaultKind, FaultKind] = [first.act.kind, second.act.kind]
  if (kinds.includes('outage')) return kinds[0] === kinds[1]
  if (first.times !== Number.POSITIVE_INFINITY || first.nth !== 1 || !covers(first, second)) return false
  if (kinds[0] === 'partition-outage' || kinds[1] === 'partition-outage') return isSamePartition(first, second)
  const both = (group: ReadonlySet<FaultKind>) => group.has(kinds[0]) && group.has(kinds[1])
  return ENDS_CALL.has(kinds[0]) || both(BREAKS_REPLY) || both(CHOOSES_ITEMS)
}

/** Whether the first fault matches every call that the second matches. */
function covers(first: FaultSpec, second: FaultSpec): boolean {
  const fields = ['call', 'queue', 'clientId', 'reference'] as const
  return fields.every((field) => first[field] === undefined || first[field] === second[field])
}

function isSamePartition({ act: one }: FaultSpec, { act: other }: FaultSpec): boolean {
  return one.kind === 'partition-outage' && other.kind === 'partition-outage' && one.partition === other.partition
}

/** Returns the place of a new fault. Those of conditions act last, because a test knows what its own do. */
export function placeOf(open: readonly OpenFault[], { condition }: FaultSpec): number {
  const first = open.findIndex(({ spec }) => spec.condition !== undefined)
  return condition === undefined && first >= 0 ? first : open.length
}

/** Returns the faults that act on a call, in their order. */
export function actingOn(open: readonly OpenFault[], call: SeenCall): OpenFault[] {
  const acting: OpenFault[] = []
  const kinds = new Set<FaultKind>()
  const hasOf = (group: ReadonlySet<FaultKind>, kind: FaultKind) => {
    return group.has(kind) && [...kinds].some((one) => group.has(one))
  }
  for (const fault of open) {
    const { kind } = fault.spec.act
    if (kind === 'outage' || hasOf(BREAKS_REPLY, kind) || hasOf(CHOOSES_ITEMS, kind)) continue
    if (!fault.takes(call, unable)) continue
    acting.push(fault)
    kinds.add(kind)
    const goesOn = kind === 'partition-outage' && takesAnyPartition(call)
    if (ENDS_CALL.has(kind) && !goesOn) break
  }
  return acting
}
