/**
 * What a commit may do to an item. Functions of their own: a closure for each item would be garbage by the million, and a
 * jump of the clock would spend half of its time on collecting it.
 */
import type { Instant } from '../../clock/instant.js'
import type { DeadlineGroup } from './deadline-groups.js'
import type { Item } from './item.js'

/** Changes an item, given a value. */
export type Edit<T> = (item: Item, value: T) => void

/** Gives a new item its number. */
export const number: Edit<number> = (item, sequence) => {
  item.sequence = sequence
}

/** Hands an item to a consumer. */
export const lease: Edit<DeadlineGroup> = (item, end) => item.lease(end)

/** Takes an item back, under another number. */
export const free: Edit<number> = (item, sequence) => {
  item.release()
  item.copiedToDeadQueue = false
  item.sequence = sequence
}

/** Makes an item wait. */
export const schedule: Edit<Instant> = (item, at) => item.schedule(at)
