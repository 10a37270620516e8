/** One timer that serves a moving deadline. */
import { expect, test } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { MovingTimer } from '../../src/engine/queue/moving-timer.js'

const START = Date.UTC(2026, 0, 1)

function deadlineOn(clock: MovableClock) {
  const passed: number[] = []
  return { passed, deadline: new MovingTimer(clock.exact, 0, () => passed.push(clock.now() - START)) }
}

function clockAtStart(): MovableClock {
  return new MovableClock({ start: new Date(START) })
}

/** Advances the clock one millisecond at a time, because during one long advance the clock already shows its end. */
async function tick(clock: MovableClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed++) await clock.advance(1)
}

test('a deadline passes once, when the clock reaches it', async () => {
  const clock = clockAtStart()
  const { passed, deadline } = deadlineOn(clock)
  deadline.set(START + 10)
  await tick(clock, 9)
  expect(passed).toEqual([])
  await tick(clock, 100)
  expect(passed).toEqual([10])
})

test('the time set last applies, whether sooner or later', async () => {
  const clock = clockAtStart()
  const { passed, deadline } = deadlineOn(clock)
  deadline.set(START + 10)
  deadline.set(START + 20)
  await tick(clock, 15)
  expect(passed).toEqual([])
  await tick(clock, 10)
  expect(passed).toEqual([20])
  deadline.set(START + 50)
  deadline.set(START + 30)
  await tick(clock, 100)
  expect(passed).toEqual([20, 30])
})

test('a cancelled deadline never passes, and can be set again', async () => {
  const clock = clockAtStart()
  const { passed, deadline } = deadlineOn(clock)
  deadline.set(START + 10)
  deadline.set(Number.POSITIVE_INFINITY)
  await tick(clock, 20)
  deadline.set(START + 30)
  deadline.cancel()
  await tick(clock, 20)
  expect(passed).toEqual([])
  deadline.set(START + 50)
  await tick(clock, 20)
  expect(passed).toEqual([50])
})

test('sets a new timer only for an earlier deadline', () => {
  const set: number[] = []
  let cancelled = 0
  const setTimer = (at: number) => {
    set.push(at)
    return { cancel: () => cancelled++ }
  }
  const deadline = new MovingTimer({ setTimer } as never, 0, () => {})
  for (const at of [10, 20, 10, 30, 5]) deadline.set(at)
  expect([set, cancelled]).toEqual([[10, 5], 1])
  deadline.cancel()
  expect(cancelled).toBe(2)
})

test('when one advance passes both an outdated timer and the deadline, timers in between fire first', async () => {
  const clock = clockAtStart()
  const { passed, deadline } = deadlineOn(clock)
  deadline.set(START + 10)
  deadline.set(START + 30)
  clock.exact.setTimer(START + 20, () => passed.push(-1))
  await clock.advance(100)
  expect(passed).toEqual([-1, 100])
})
