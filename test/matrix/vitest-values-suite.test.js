import { isQueratorError, QueratorError } from 'querator-test'
import { client, clock, createQueue, daemon, isEmbedded, leaks, queue } from 'querator-test/vitest/values'
import * as vitest from 'vitest'
import matrix from './scenarios.cjs'

const { afterEach, beforeEach, describe, expect, test } = vitest
const fixtures = { queue, createQueue, daemon, client, clock, leaks, QueratorError, isQueratorError }
const seen = new Set()

for (const scenario of matrix.scenarios) {
  test.runIf(!scenario.embedded || isEmbedded())(scenario.name, () =>
    scenario.run({ ...fixtures, attached: !isEmbedded() }),
  )
}

test.each([1, 2, 3])('each test has its own queue: %i', async (number) => {
  expect(seen.has(queue.name)).toBe(false)
  seen.add(queue.name)
  await queue.produce({ text: String(number) })
  expect((await queue.items()).map((item) => item.text())).toEqual([String(number)])
})

let attempts = 0
test('each attempt has its own queue', { retry: 2 }, async () => {
  attempts++
  expect(seen.has(queue.name)).toBe(false)
  seen.add(queue.name)
  await queue.produce({ text: 'x' })
  expect((await queue.counts()).total).toBe(1)
  expect(attempts).toBe(2)
})

// Before 4.1, Vitest has nothing that tells concurrent tests apart.
describe.runIf('aroundEach' in vitest)('concurrent tests', { concurrent: true }, () => {
  test.each(['a', 'b', 'c'])('have their own queues: %s', async (letter) => {
    expect(seen.has(queue.name)).toBe(false)
    seen.add(queue.name)
    await matrix.alone(letter, fixtures)
  })
})

beforeEach(async ({ task }) => {
  if (task.name.includes('before and after')) await queue.produce({ text: 'before' })
})
afterEach(async ({ task }) => {
  if (!task.name.includes('before and after')) return
  expect((await queue.items()).map((item) => item.text())).toEqual(['before', 'during'])
})
test('hooks of the user find the queue before and after the test', () => queue.produce({ text: 'during' }))

test('queues of earlier tests are gone', async () => {
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  expect(seen.size).toBeGreaterThan(3)
  expect(names.filter((name) => seen.has(name))).toEqual([])
})
