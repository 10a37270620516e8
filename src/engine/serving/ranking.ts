/** A heap of a fixed set, whose first entry is read while single entries move. */
import { Heap } from '../../clock/heap.js'

/** A heap of numbered things that move often. Numbers start at 0. Nothing is ever removed. */
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
