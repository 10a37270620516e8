/**
 * The time axis of a page. It has to show both hours that a test moves the clock and calls in the same millisecond. So a
 * gap is as wide as the logarithm of its length, and events at the same time are drawn side by side.
 */

/** Widths in pixels: a mark, the smallest gap, and what each factor of ten in time adds to a gap. */
const MARK = 18
const GAP = 20
const DECADE = 16

/** The axis of one test. */
export class TimeAxis {
  readonly #columns = new Map<number, number>()
  /** Where the last column ends: the right edge of bars that are still open at the end of the test. */
  readonly endX: number

  /** `lanes` are the times of all events, lane by lane. `end` is the end of the test, after all of them. */
  constructor(lanes: readonly (readonly number[])[], end: number) {
    const marks = new Map<number, number>([[end, 1]])
    for (const lane of lanes) {
      const ofLane = new Map<number, number>()
      for (const time of lane) ofLane.set(time, (ofLane.get(time) ?? 0) + 1)
      for (const [time, atOnce] of ofLane) marks.set(time, Math.max(marks.get(time) ?? 1, atOnce))
    }
    let x = 0
    let before: number | undefined
    for (const [time, atOnce] of [...marks].sort(([a], [b]) => a - b)) {
      if (before !== undefined) x += GAP + DECADE * Math.log10(1 + time - before)
      this.#columns.set(time, Math.round(x))
      x += atOnce * MARK
      before = time
    }
    this.endX = Math.round(x)
  }

  /** All points in time with their places. */
  get moments(): readonly (readonly [time: number, x: number])[] {
    return [...this.#columns]
  }

  /** Returns the places of the marks of a lane, in the order of `times`. */
  places(times: readonly number[]): number[] {
    const marks = new Map<number, number>()
    return times.map((time) => {
      const before = marks.get(time) ?? 0
      marks.set(time, before + 1)
      return (this.#columns.get(time) ?? 0) + before * MARK
    })
  }
}
