/** What a queue on a server elsewhere still holds, in lines, and what to do about it. */
import type { AwaitedState, Held } from './state.js'

/** The most items that are listed. */
export const MOST_LISTED = 10

/** What a server tells about a queue. */
export interface Counts extends Held {
  /** How many leases wait for an item. */
  readonly leasesWaiting: number
}

/** An item that is left. */
export interface LeftItem {
  /** Its reference, or its id if it has none. */
  readonly name: string
  readonly is: 'free' | 'leased' | 'scheduled'
  readonly attempts: number
}

/** Returns lines about what is left in a queue. `listed` are the first of its items, empty if they are not known. */
export function leftLines(state: AwaitedState, queue: string, counts: Counts, listed: readonly LeftItem[]): string[] {
  const { leasable, leased, scheduled, leasesWaiting } = counts
  const who =
    leasesWaiting === 0 ? 'no lease waits' : `${leasesWaiting} ${leasesWaiting === 1 ? 'lease waits' : 'leases wait'}`
  const left = leasable + leased + scheduled - listed.length
  return [
    `'${queue}': ${who}; ${leasable} ${leasable === 1 ? 'item' : 'items'} free, ${leased} leased, ${scheduled} scheduled`,
    ...listed.map(({ name, is, attempts }) => `  ${name} is ${is}${attempts === 0 ? '' : `, attempt ${attempts}`}`),
    ...(left > 0 && listed.length > 0 ? [`  and ${left} more`] : []),
    ...advice(state, counts),
  ]
}

function advice(state: AwaitedState, { leasable, leased, scheduled, leasesWaiting }: Counts): string[] {
  const nobody = leasable > 0 && leased + leasesWaiting === 0
  return [
    ...(nobody ? ['no consumer leases them: start one with the URL of this server and the name of this queue'] : []),
    ...(leased > 0 ? ["complete or retry what is leased; a lease runs out by the server's clock"] : []),
    ...(state === 'drained' && scheduled > 0
      ? ["scheduled items come due by the server's clock; idle() does not wait for them"]
      : []),
    `if the consumer only needs longer, write ${state}({ within: '30s' })`,
  ]
}
