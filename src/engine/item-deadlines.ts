/** The three deadlines of an item, each with the heap in which a partition watches it. */
import { DeadlineHeap } from '../clock/deadline-heap.js'
import type { Item } from './item.js'

/** Leased items by the end of their lease. */
export function leaseDeadlines(): DeadlineHeap<Item> {
  return new DeadlineHeap<Item>({
    at: (item) => item.leaseDeadline,
    rank: (item) => item.sequence,
    place: (item) => item.leasePlace,
    setPlace: (item, place) => {
      item.leasePlace = place
    },
  })
}

/** Items that are not scheduled by the end of their life. */
export function expireDeadlines(): DeadlineHeap<Item> {
  return new DeadlineHeap<Item>({
    at: (item) => item.expireDeadline,
    rank: (item) => item.sequence,
    place: (item) => item.expirePlace,
    setPlace: (item, place) => {
      item.expirePlace = place
    },
  })
}

/** Scheduled items by the time at which they come due. */
export function dueDeadlines(): DeadlineHeap<Item> {
  return new DeadlineHeap<Item>({
    at: (item) => item.enqueueAt,
    rank: (item) => item.sequence,
    place: (item) => item.duePlace,
    setPlace: (item, place) => {
      item.duePlace = place
    },
  })
}
