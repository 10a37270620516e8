/** The three deadlines of an item, each with the heap in which a partition watches it. */
import { DeadlineHeap } from '../clock/deadline-heap.js'
import type { Item } from './item.js'

/** Leased items by the end of their lease. */
export function leaseDeadlines(): DeadlineHeap<Item> {
  return itemsBy('leaseDeadline', 'leasePlace')
}

/** Items that are not scheduled by the end of their life. */
export function expireDeadlines(): DeadlineHeap<Item> {
  return itemsBy('expireDeadline', 'expirePlace')
}

/** Scheduled items by the time at which they come due. */
export function dueDeadlines(): DeadlineHeap<Item> {
  return itemsBy('enqueueAt', 'duePlace')
}

/** Items with the same deadline stand in the order of their ids. */
function itemsBy(
  deadline: 'leaseDeadline' | 'expireDeadline' | 'enqueueAt',
  place: 'leasePlace' | 'expirePlace' | 'duePlace',
): DeadlineHeap<Item> {
  return new DeadlineHeap<Item>({
    at: (item) => item[deadline],
    rank: (item) => item.sequence,
    place: (item) => item[place],
    setPlace: (item, to) => {
      item[place] = to
    },
  })
}
