/** A machine whose clock the test sets. Time passes only when the test says so, and a little with each reading. */
import { type MachineClock, MachineTime } from '../../src/clock/machine-time.js'
import type { TimeSource } from '../../src/clock/time-source.js'

/** When the machine was started: 2026-01-01T00:00:00Z. */
export const STARTED = 1_767_225_600_000

/** A fake machine. Times are nanoseconds since {@link STARTED}. */
export class FakeMachine implements MachineClock {
  /** What its clock shows. */
  wall: number
  /** What its counter has counted. */
  counted = 0
  /** How long one reading takes. */
  lookTakes: () => number = () => 50
  readonly origin: number
  /** The pending wake-ups, with their delays in milliseconds. */
  readonly waiting: { delay: number; wake: () => void }[] = []

  /** `ahead` is by how many nanoseconds its time origin is ahead of its clock. */
  constructor(startsAt = 0, ahead = 2_000) {
    this.wall = startsAt
    this.origin = STARTED + (startsAt + ahead) / 1e6
  }

  date(): number {
    const shown = STARTED + Math.floor(this.wall / 1e6)
    this.pass(this.lookTakes())
    return shown
  }

  passed(): number {
    const shown = this.counted / 1e6
    this.pass(this.lookTakes())
    return shown
  }

  /** Lets time pass. */
  pass(ns: number): void {
    this.wall += ns
    this.counted += ns
  }

  /** Sets the clock or lets the machine sleep. The counter counts neither. */
  set(ns: number): void {
    this.wall += ns
  }

  /** Runs the wake-ups whose delay is not longer than this. */
  wakeAfter(ms: number): void {
    for (const one of this.waiting.splice(0)) {
      if (one.delay <= ms) one.wake()
      else this.waiting.push(one)
    }
  }

  /** The time source of this machine, for a clock. */
  source(): TimeSource {
    const time = new MachineTime(this)
    return {
      now: () => time.now(),
      wakeAfter: (delay, wake) => {
        const one = { delay, wake }
        this.waiting.push(one)
        return () => {
          if (this.waiting.includes(one)) this.waiting.splice(this.waiting.indexOf(one), 1)
        }
      },
      longestNap: 1000,
      era: undefined,
    }
  }
}

/** Converts milliseconds to nanoseconds since {@link STARTED}. Exact for instants to less than a nanosecond. */
export function nanosSinceStart(ms: number): number {
  return (ms - STARTED) * 1e6
}
