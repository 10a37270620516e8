/** The first of a set of things, by an order in which single ones move: a heap from which nothing is ever taken. */
import { Heap } from '../../clock/heap.js'

/** A heap of things that move often. They are numbered from 0 on. */
export class Ranking<T extends { readonly number: number }> extends Heap<T> {
  constructor(things: readonly T[], isBefore: (a: T, b: T) => boolean) {
    const places = new Int32Array(things.length)
    super({
      isBefore,
      place: ({ number }) => places[number] as number,
      setPlace: ({ number }, place) => {
        places[number] = place
      },
    })
    for (const thing of things) this.add(thing)
  }
}
