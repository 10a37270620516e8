/** The origins whose requests go to a daemon, to undo them when it is closed or a test is over. */
import { type Door, interceptOrigin } from './intercept.js'

/** The active interceptions of a daemon. */
export class Interceptions {
  /** A function for each that undoes it. */
  readonly active = new Set<() => void>()
  readonly #door: Door

  constructor(door: Door) {
    this.#door = door
  }

  /** See `daemon.intercept`. */
  add(origin: string | URL): () => void {
    const takeBack = interceptOrigin(origin, this.#door)
    const undo = () => {
      this.active.delete(undo)
      takeBack()
    }
    this.active.add(undo)
    return undo
  }

  undoAll(): void {
    for (const undo of this.active) undo()
  }
}
