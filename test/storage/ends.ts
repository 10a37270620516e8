/** The moments at which the process could end, as the next one would find the places of its storages. */
import { type KeptPlace, KeptStorage } from './kept-storage.js'

/** Places that are watched. */
export interface Ends {
  /** The places at each moment so far, the earliest first. */
  readonly found: KeptPlace[][]
  /** Returns a storage for the place with this index. What it appends makes another moment. */
  storage(index: number): KeptStorage
}

/** Watches places. Of storages that are written at the same time, each is once the only one that got its batch. */
export function watchEnds(places: readonly KeptPlace[]): Ends {
  const copies = () => places.map((place) => place.copy())
  const found: KeptPlace[][] = [copies()]
  return {
    found,
    storage(index) {
      const place = places[index] as KeptPlace
      const storage = new KeptStorage(place)
      const append = storage.append.bind(storage)
      storage.append = async (batch) => {
        const others = copies()
        // By then, the others have their batches too.
        await null
        await append(batch)
        found.push(
          others.map((other, n) => (n === index ? place.copy() : other)),
          copies(),
        )
      }
      return storage
    },
  }
}
