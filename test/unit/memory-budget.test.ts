/** What the memory budget counts, and its limits to the byte. */
import { expect, test } from 'vitest'
import { answerSize, bytesText, contentSize, MemoryBudget, QueueMemory } from '../../src/engine/store/memory-budget.js'

const CONTENT = { payload: 'x'.repeat(1000), reference: 'r'.repeat(10), encoding: 'e'.repeat(3), kind: 'k'.repeat(5) }

test('counts every string of an item', () => {
  expect(contentSize(CONTENT)).toBe(200 + 1000 + 2 * (10 + 3 + 5))
  expect(contentSize(CONTENT, 's'.repeat(27))).toBe(200 + 1000 + 2 * (10 + 3 + 5 + 27))
  expect(answerSize(CONTENT)).toBe(200 + 1400 + 6 * (10 + 3 + 5))
})

test('shows sizes in bytes, kilobytes and megabytes', () => {
  expect([999, 1000, 999_949, 1e6, 12_345_678].map(bytesText)).toEqual([
    '999 bytes',
    '1.0kB',
    '999.9kB',
    '1.0MB',
    '12.3MB',
  ])
})

test('has room up to the limit, including replies being sent', () => {
  const budget = new MemoryBudget(1000)
  budget.add(600)
  budget.leaves(100)
  expect(budget.used).toBe(700)
  expect([budget.hasRoom(300), budget.hasRoom(301)]).toEqual([true, false])
  budget.hasLeft(100)
  budget.remove(200)
  expect([budget.used, budget.hasRoom(600), budget.hasRoom(601)]).toEqual([400, true, false])
})

test('replies have their own room of at least 64 MB', () => {
  const small = new MemoryBudget(1000)
  small.add(1000)
  expect([small.hasRoomToAnswer(64e6), small.hasRoomToAnswer(64e6 + 1)]).toEqual([true, false])
  const large = new MemoryBudget(100e6)
  large.leaves(40e6)
  expect([large.hasRoomToAnswer(60e6), large.hasRoomToAnswer(60e6 + 1)]).toEqual([true, false])
})

test('asks for its limit when that may matter', () => {
  let asked = 0
  let told = 0
  const budget = new MemoryBudget(
    () => {
      asked++
      return 20e6
    },
    () => told++,
  )
  budget.add(7e6)
  expect([budget.hasRoom(1e6), budget.hasRoomToAnswer(64e6), asked]).toEqual([true, true, 0])
  expect([budget.hasRoom(13e6), budget.hasRoom(13e6 + 1), asked]).toEqual([true, false, 1])
  budget.add(9e6 - 1)
  expect(told).toBe(0)
  budget.add(1)
  expect([told, budget.limit, asked]).toEqual([1, 20e6, 1])
})

test('warns once at four fifths of the limit', () => {
  let told = 0
  const budget = new MemoryBudget(1000, () => told++)
  budget.add(799)
  expect(told).toBe(0)
  budget.add(1)
  expect(told).toBe(1)
  budget.remove(800)
  budget.add(900)
  expect(told).toBe(1)
})

test('a request without room gets an error that says what to do', () => {
  const budget = new MemoryBudget(2e6)
  budget.add(1.5e6)
  expect(budget.noRoom(-1).message).toContain('there is no room for this request. Send')
  expect(budget.noRoom(600_000)).toMatchObject({
    code: 453,
    message:
      'memory limit of 2.0MB reached; 1.5MB are in use, and there is no room for a body of 600.0kB, which takes three times that while it is read. Send smaller requests or fewer at once, or raise the limit (limits: { memory }, --memory-limit)',
  })
})

test('a stopped queue frees the memory of its items', () => {
  const budget = new MemoryBudget(1000)
  const queue = new QueueMemory(budget)
  budget.add(1)
  queue.add(300)
  queue.add(-100)
  expect([queue.size, budget.used]).toEqual([200, 201])
  queue.end()
  expect([queue.size, budget.used]).toEqual([0, 1])
})
