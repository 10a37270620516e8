/** Waiting for answers on their way: for how long, and for whom not. Time passes when the test says so. */
import { expect, test } from 'vitest'
import type { Way } from '../../src/clock/clock.js'
import { Deliveries } from '../../src/clock/deliveries.js'
import { FakeMachine } from '../support/machine.js'
import { turn, until } from '../support/turns.js'

const machine = new FakeMachine()

/** Waits for the answers that are on their way now, and tells whether they are waited for no more. */
function waiting(deliveries: Deliveries): { isOver: boolean } {
  const wait = { isOver: false }
  void deliveries.arrivals().then(() => {
    wait.isOver = true
  })
  return wait
}

/** Lets the time pass after which a client that does not read is given up. */
async function twoLooks(): Promise<void> {
  await look()
  await look()
}

/** Lets the time pass that is between two looks. */
async function look(): Promise<void> {
  machine.wakeAfter(200)
  for (let turns = 0; turns < 5; turns++) await turn()
}

function sent(deliveries: Deliveries): Way {
  const way = deliveries.way()
  way.begin()
  way.leaves()
  return way
}

test('a client that does not read is waited for once', async () => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const way = sent(deliveries)
  const first = waiting(deliveries)
  expect(machine.waiting).toHaveLength(1)
  await look()
  expect(first.isOver).toBe(false)
  await look()
  expect(first.isOver).toBe(true)
  way.begin()
  await deliveries.arrivals()
  expect(machine.waiting).toEqual([])
})

test.each<[string, (way: Way) => void]>([
  ['some of an answer', (way) => way.moved()],
  ['a whole one', (way) => way.end()],
])('a client that reads again, %s, is waited for again', async (_, reads) => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const way = sent(deliveries)
  way.begin()
  way.leaves()
  const first = waiting(deliveries)
  await twoLooks()
  expect(first.isOver).toBe(true)
  reads(way)
  const again = waiting(deliveries)
  await look()
  expect(again.isOver).toBe(false)
  way.close()
  await until('it is over', () => again.isOver)
  expect(machine.waiting).toEqual([])
})

test('a look without a move between two with one is not the end', async () => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const way = sent(deliveries)
  const wait = waiting(deliveries)
  await look()
  way.moved()
  await look()
  await look()
  expect(wait.isOver).toBe(false)
  way.end()
  await until('it has arrived', () => wait.isOver)
})

test('one that reads a little at a time is waited for until the fifth look', async () => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const way = sent(deliveries)
  const wait = waiting(deliveries)
  for (let looks = 0; looks < 4; looks++) {
    way.moved()
    await look()
    expect(wait.isOver).toBe(false)
  }
  way.moved()
  await look()
  expect(wait.isOver).toBe(true)
})

test('what happens in the turn after a look counts: the process may have been busy', async () => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const way = sent(deliveries)
  const wait = waiting(deliveries)
  machine.wakeAfter(200)
  way.moved()
  await turn()
  await turn()
  expect(wait.isOver).toBe(false)
  way.end()
  await until('it has arrived', () => wait.isOver)
})

test('no client is to blame for an answer that is not made yet', async () => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const way = deliveries.way()
  way.begin()
  const wait = waiting(deliveries)
  for (let looks = 0; looks < 10; looks++) await look()
  expect(wait.isOver).toBe(false)
  way.leaves()
  await look()
  expect(wait.isOver).toBe(false)
  way.end()
  await until('it has arrived', () => wait.isOver)
})

test('answers that are begun meanwhile are not waited for, nor those of a client that is gone', async () => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const [way, gone] = [sent(deliveries), sent(deliveries)]
  const wait = waiting(deliveries)
  sent(deliveries)
  way.end()
  gone.close()
  await until('it is over', () => wait.isOver)
  gone.begin()
  const last = waiting(deliveries)
  await twoLooks()
  expect(last.isOver).toBe(true)
  expect(machine.waiting).toEqual([])
})
