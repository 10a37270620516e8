/** How long `advance` waits for pending replies, and which clients it gives up on. The test controls the time. */
import { expect, test } from 'vitest'
import type { Way } from '../../src/clock/clock.js'
import { Deliveries } from '../../src/clock/deliveries.js'
import { FakeMachine } from '../support/machine.js'
import { turn, until } from '../support/turns.js'

const machine = new FakeMachine()

/** Waits for the replies pending now, and shows whether that wait is over. */
function waiting(deliveries: Deliveries): { isOver: boolean } {
  const wait = { isOver: false }
  void deliveries.arrivals().then(() => {
    wait.isOver = true
  })
  return wait
}

/** Lets enough time pass to give up on a client that does not read. */
async function twoLooks(): Promise<void> {
  await look()
  await look()
}

/** Lets the time between two checks pass. */
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

test('waits once for a client that does not read', async () => {
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
  ['part of a reply', (way) => way.moved()],
  ['a whole reply', (way) => way.end()],
])('waits again for a client that reads %s', async (_, reads) => {
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
  await until('the wait is over', () => again.isOver)
  expect(machine.waiting).toEqual([])
})

test('one check without progress between two with progress does not end the wait', async () => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const way = sent(deliveries)
  const wait = waiting(deliveries)
  await look()
  way.moved()
  await look()
  await look()
  expect(wait.isOver).toBe(false)
  way.end()
  await until('the reply has arrived', () => wait.isOver)
})

test('waits until the fifth check for a client that reads a little at a time', async () => {
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

test('counts progress in the turn after a check, since the process may have been busy', async () => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const way = sent(deliveries)
  const wait = waiting(deliveries)
  machine.wakeAfter(200)
  way.moved()
  await turn()
  await turn()
  expect(wait.isOver).toBe(false)
  way.end()
  await until('the reply has arrived', () => wait.isOver)
})

test('never gives up on a client whose reply is not ready yet', async () => {
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
  await until('the reply has arrived', () => wait.isOver)
})

test('waits neither for replies begun later nor for clients that are gone', async () => {
  const deliveries = new Deliveries(machine.source().wakeAfter)
  const [way, gone] = [sent(deliveries), sent(deliveries)]
  const wait = waiting(deliveries)
  sent(deliveries)
  way.end()
  gone.close()
  await until('the wait is over', () => wait.isOver)
  gone.begin()
  const last = waiting(deliveries)
  await twoLooks()
  expect(last.isOver).toBe(true)
  expect(machine.waiting).toEqual([])
})
