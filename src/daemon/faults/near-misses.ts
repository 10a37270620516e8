/** The calls that a fault did not act on, for the message when it never acts. */
import type { FaultSpec } from './fault-spec.js'
import type { SeenCall } from './seen-call.js'

/** The most different calls that are remembered, and that are told. */
const MOST_KEPT = 50
const MOST_TOLD = 3

/** Why a fault does not act on a call, and how far the call is from one that it acts on. 0 if nothing differs. */
export interface Difference {
  readonly distance: number
  readonly text: string
}

/** Returns how a call differs from those that a fault waits for. */
export function differenceOf(spec: FaultSpec, call: SeenCall): Difference {
  const reasons: string[] = []
  let distance = 0
  const differs = (weight: number, isOther: boolean, reason: string) => {
    if (!isOther) return
    distance += weight
    reasons.push(reason)
  }
  differs(4, spec.call !== undefined && spec.call !== call.name, 'another call')
  differs(2, spec.queue !== undefined && spec.queue !== call.queueName, 'another queue')
  const holders = call.items.map(({ holder }) => holder?.clientId)
  const isOtherClient = spec.clientId !== call.clientId && !holders.includes(spec.clientId)
  differs(1, spec.clientId !== undefined && isOtherClient, call.clientId === '' ? 'no client' : 'another client')
  const ofLease = call.name === 'queueLease'
  const isOtherItem = spec.reference !== undefined && !ofLease && !call.references.includes(spec.reference)
  differs(1, isOtherItem, `other items: ${call.references.slice(0, MOST_TOLD).join(', ') || 'none'}`)
  return { distance, text: reasons.join(', ') }
}

interface Miss {
  readonly text: string
  readonly distance: number
  times: number
}

/** The calls that came nearest. */
export class NearMisses {
  readonly #misses = new Map<string, Miss>()

  add(call: SeenCall, { distance, text }: Difference): void {
    const of = call.queueName === '' ? '' : ` of '${call.queueName}'`
    const by = call.clientId === '' ? '' : ` by ${call.clientId}`
    const line = `${call.wireName}${of}${by}: ${text}`
    const known = this.#misses.get(line)
    if (known !== undefined) {
      known.times++
      return
    }
    if (this.#misses.size === MOST_KEPT && !this.#dropFarther(distance)) return
    this.#misses.set(line, { text: line, distance, times: 1 })
  }

  /** Makes room for a call that came nearer than the farthest. Returns whether there is any. */
  #dropFarther(distance: number): boolean {
    let farthest: Miss | undefined
    for (const miss of this.#misses.values()) if (miss.distance > (farthest?.distance ?? distance)) farthest = miss
    return farthest !== undefined && this.#misses.delete(farthest.text)
  }

  /** Returns a line for each of the nearest calls. */
  lines(): string[] {
    const nearest = [...this.#misses.values()].sort((a, b) => a.distance - b.distance || b.times - a.times)
    return nearest.slice(0, MOST_TOLD).map(({ text, times }) => `${text}${times === 1 ? '' : `, ${times} times`}`)
  }
}
