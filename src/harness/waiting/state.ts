/** The states of a queue that a test can wait for. */

/** `drained`: it holds nothing. `idle`: no item is free or leased. */
export type AwaitedState = 'drained' | 'idle'

/** How many items of each kind a queue has. */
export interface Held {
  readonly leasable: number
  readonly leased: number
  readonly scheduled: number
}

/** Returns whether a queue that holds this is in the state. */
export function holds(state: AwaitedState, { leasable, leased, scheduled }: Held): boolean {
  return leasable + leased + (state === 'drained' ? scheduled : 0) === 0
}

/** Returns what a wait is for, to follow "waiting for". */
export function stateWish(state: AwaitedState, queue: string): string {
  return state === 'drained' ? `'${queue}' to be drained` : `'${queue}' to be idle, with no item free or leased`
}
