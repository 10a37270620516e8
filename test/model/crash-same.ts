/** Compares the state before a daemon went down with the state after it. */
import { expect } from 'vitest'
import type { ShownItem, ShownState } from './crash-state.js'
import { STORAGES } from './crash-steps.js'
import type { World } from './crash-worlds.js'

/** Everything that is kept is the same, except what is due. Nothing was under way, and no time has passed. */
export function checkSame(before: ShownState, after: ShownState, { keeps, given, forgets }: World): void {
  if (keeps === 'nothing') return
  expect([...after.queues]).toEqual([...before.queues])
  expect([...after.access]).toEqual([...before.access])
  const lost = ({ queue, partition }: ShownItem) =>
    given === undefined ? forgets(queue === 'd' ? 'b' : (STORAGES[partition % 2] as string)) : keeps !== 'items'
  const stays = before.items.filter((item) => !isDue(item, before.now) && !lost(item))
  const ids = new Set(stays.map(({ id }) => id))
  const there = after.items.filter(({ id }) => ids.has(id))
  expect(there).toEqual(stays)
  const due = new Set(before.items.filter((item) => isDue(item, before.now)).map(({ reference }) => reference))
  const more = after.items.filter(({ id, reference }) => !ids.has(id) && !due.has(reference))
  expect(more).toEqual([])
}

/** The lifecycle looks at once, so what is overdue ends then. */
function isDue({ leased, leaseDeadline, expireDeadline }: ShownItem, now: number): boolean {
  return (leased && leaseDeadline <= now) || expireDeadline <= now
}
