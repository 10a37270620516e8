/**
 * Where a moment stands on a page. Hours of a clock that tests move and calls of the same millisecond have to be seen
 * side by side, so that a gap is as wide as the logarithm of its length, and what happens at once is set side by side.
 */

/** Widths in pixels: of a mark, of the smallest gap, and of ten times more time. */
const MARK = 18
const GAP = 20
const DECADE = 16

/** The axis of one test. */
export class TimeAxis {
  readonly #columns = new Map<number, number>()
  /** Where the last column ends: the right edge of what was not over at the end of the test. */
  readonly endX: number

  /** `lanes`: the times of all events, lane by lane; `end`: the last moment, after all of them. */
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

  /** The moments, each with its place. */
  get moments(): readonly (readonly [time: number, x: number])[] {
    return [...this.#columns]
  }

  /** The places of the marks of a lane, in the order of its times. */
  places(times: readonly number[]): number[] {
    const marks = new Map<number, number>()
    return times.map((time) => {
      const before = marks.get(time) ?? 0
      marks.set(time, before + 1)
      return (this.#columns.get(time) ?? 0) + before * MARK
    })
  }
}
