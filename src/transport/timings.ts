/** How long requests took. */

/** This many of the latest durations of a path are kept. */
const MOST_KEPT = 500
/** Anybody may ask for any path; after this many different ones the others are one. */
const MOST_PATHS = 200
/** What they are called: a path begins with a slash. */
const OTHER_PATHS = 'other'

/** The requests of one path. Durations in seconds. */
export interface PathTimings {
  count: number
  sum: number
  /** The latest, in no order. */
  readonly latest: number[]
}

/** How long requests took, path by path. All are counted, and the latest of each path are kept for quantiles. */
export class Timings {
  readonly #byPath = new Map<string, PathTimings>()

  /** Notes a request that took `seconds`. */
  observe(path: string, seconds: number): void {
    const timings = this.#byPath.get(path) ?? this.#begin(path)
    timings.latest[timings.count % MOST_KEPT] = seconds
    timings.count++
    timings.sum += seconds
  }

  entries(): IterableIterator<[string, PathTimings]> {
    return this.#byPath.entries()
  }

  #begin(path: string): PathTimings {
    const name = this.#byPath.size < MOST_PATHS ? path : OTHER_PATHS
    const timings = this.#byPath.get(name) ?? { count: 0, sum: 0, latest: [] }
    this.#byPath.set(name, timings)
    return timings
  }
}
