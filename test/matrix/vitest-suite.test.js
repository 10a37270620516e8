import { isQueratorError, QueratorError } from 'querator-test'
import { expect, test } from 'querator-test/vitest'
import { afterEach, describe } from 'vitest'
import matrix from './scenarios.cjs'

const attached = Boolean(process.env.QUERATOR_ENDPOINT)
const seen = new Set()

for (const scenario of matrix.scenarios) {
  const kind = scenario.embedded ? test.embedded : test
  kind(scenario.name, ({ queue, createQueue, daemon, client, clock, leaks }) =>
    scenario.run({ queue, createQueue, daemon, client, clock, leaks, QueratorError, isQueratorError, attached }),
  )
}

test.for([1, 2, 3])('each test has its own queue: %i', async (number, { queue }) => {
  expect(seen.has(queue.name)).toBe(false)
  seen.add(queue.name)
  await queue.produce({ text: String(number) })
  expect((await queue.items()).map((item) => item.text())).toEqual([String(number)])
})

let attempts = 0
describe('a retry', { retry: 2 }, () => {
  test('has its own queue', async ({ queue }) => {
    attempts++
    expect(seen.has(queue.name)).toBe(false)
    seen.add(queue.name)
    await queue.produce({ text: 'x' })
    expect((await queue.counts()).total).toBe(1)
    expect(attempts).toBe(2)
  })
})

describe('a repetition', { repeats: 2 }, () => {
  test('has its own queue', async ({ queue }) => {
    expect(seen.has(queue.name)).toBe(false)
    seen.add(queue.name)
    await queue.produce({ text: 'x' })
    expect((await queue.counts()).total).toBe(1)
  })
})

describe.concurrent('concurrent tests have their own queues', () => {
  test.for(['a', 'b', 'c'])('%s', async (letter, { queue, createQueue }) => {
    expect(seen.has(queue.name)).toBe(false)
    seen.add(queue.name)
    await matrix.alone(letter, { queue, createQueue })
  })
})

afterEach(async ({ task, queue }) => {
  if (!task.name.includes('before and after')) return
  expect((await queue.items()).map((item) => item.text())).toContain('during')
})
test('hooks of the user find the queue before and after the test', async ({ queue }) => {
  await queue.produce({ text: 'during' })
})

test('queues of earlier tests are gone', async ({ client }) => {
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  expect(seen.size).toBeGreaterThan(3)
  expect(names.filter((name) => seen.has(name))).toEqual([])
})
