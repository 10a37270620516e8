/** The fixtures of `querator-test/vitest`, used as users do. */
import { describe } from 'vitest'
import type { TestDaemon } from '../../src/index.js'
import { expect, test } from '../../src/runners/vitest/vitest.js'

const daemons = new Set<TestDaemon>()
const names: string[] = []

test('a test gets a queue named after it', async ({ queue, daemon }) => {
  daemons.add(daemon)
  names.push(queue.name)
  expect(queue.name).toBe('a-test-gets-a-queue-named-after-it-1')
  await queue.produce({ text: 'left behind' })
})

test('the queues of a test are removed after it, and the daemon stays', async ({ client, daemon, createQueue }) => {
  daemons.add(daemon)
  expect(daemons.size).toBe(1)
  expect((await client.queuesList({})).items).toEqual([])
  const queue = await createQueue({ deadQueue: true })
  expect(queue.deadQueue.name).toBe(`${queue.name}-dead`)
})

test('dead letter queues are removed too, and a lease left waiting is ended', async ({ client, queue, leaks }) => {
  leaks('off')
  expect((await client.queuesList({})).items.map((info) => info.queueName)).toEqual([queue.name])
  const waiting = queue.lease({ requestTimeout: '5m' })
  waiting.catch(() => undefined)
})

test('the clock can be advanced', async ({ queue, clock }) => {
  await queue.produce({ text: 'x' })
  await queue.lease()
  expect(await clock.advance('1m')).toHaveLength(1)
})

describe.concurrent('concurrent tests', () => {
  for (const letter of ['a', 'b', 'c']) {
    test(`have their own queues: ${letter}`, async ({ queue }) => {
      await queue.produce({ text: letter })
      await Promise.resolve()
      expect((await queue.items()).map((item) => item.text())).toEqual([letter])
    })
  }
})

test('a repeated test gets a new queue', { repeats: 1 }, async ({ queue }) => {
  expect(names).not.toContain(queue.name)
  names.push(queue.name)
  await queue.produce({})
  expect((await queue.counts()).total).toBe(1)
})
