/** Records the durations of requests. */

/** How many of the latest durations of a path are kept. */
const MOST_KEPT = 500
/** How many paths are recorded. Anyone may request any path, so further paths are recorded as one. */
const MOST_PATHS = 200
/** The name of that path. Real paths begin with a slash. */
const OTHER_PATHS = 'other'

/** The requests of one path. Durations are in seconds. */
export interface PathTimings {
  count: number
  sum: number
  /** The latest durations, in no particular order. */
  readonly latest: number[]
}

/** Records durations by path. It counts all requests, and keeps the latest durations of each path for quantiles. */
export class Timings {
  readonly #byPath = new Map<string, PathTimings>()

  /** Records a request that took `seconds`. */
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
