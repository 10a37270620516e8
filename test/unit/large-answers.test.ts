/** Replies too large for one string: a lease returns fewer items, a list is refused (docs/differences.md). */
import { expect, test } from 'vitest'
import type { LogicalQueue } from '../../src/engine/queue/logical-queue.js'
import type { Leased } from '../../src/engine/serving/waiting-leases.js'
import { MemoryBudget } from '../../src/engine/store/memory-budget.js'
import { checkAnswer } from '../../src/service/memory.js'
import { newQueue, newQueues } from '../support/queues.js'

/** All items share one string, so it takes its memory once. */
const HUGE = { reference: '', encoding: '', kind: '', payload: 'x'.repeat(100_000_000) }

function queueOf(count: number, storages = 1): LogicalQueue {
  const mem = Array.from({ length: storages }, (_, index) => ({ name: `mem-${index}`, affinity: 1 }))
  const queue = newQueue(newQueues({ storages: mem }))
  queue.produce(
    Array.from({ length: count }, () => HUGE),
    { resolve: () => undefined, reject: (error) => expect.fail(error.message) },
  )
  return queue
}

function lease(queue: LogicalQueue): Promise<Leased> {
  return new Promise((resolve, reject) => {
    queue.lease({ clientId: 'c', batchSize: 10, deadline: Number.MAX_SAFE_INTEGER }, { resolve, reject })
  })
}

test('a lease gets as many items as fit in one reply, and the next lease gets the rest', async () => {
  const queue = queueOf(5)
  expect((await lease(queue)).items).toHaveLength(3)
  expect((await lease(queue)).items).toHaveLength(2)
})

test('a waiting lease gets as many items as fit in one reply', async () => {
  const queue = queueOf(5)
  queue.pause(true)
  const waiting = lease(queue)
  queue.pause(false)
  expect((await waiting).items).toHaveLength(3)
})

test('a list of too many large items is refused and suggests a limit, a shorter one is accepted', async () => {
  const memory = new MemoryBudget(1e12)
  const context = { queues: { memory } } as never
  expect(() => checkAnswer(context, [HUGE, HUGE])).not.toThrow()
  expect(() => checkAnswer(context, [HUGE, HUGE, HUGE])).toThrow(
    'answer is too large; 3 items would be an answer of up to 420.0MB. Ask for fewer with limit, and go on from the last id with pivot',
  )
})

test('a list is refused while clients have not read earlier replies, and accepted once they have', () => {
  const memory = new MemoryBudget(1e6)
  const context = { queues: { memory } } as never
  const item = { ...HUGE, payload: 'x'.repeat(10_000_000) }
  memory.leaves(60e6)
  expect(() => checkAnswer(context, [item])).toThrow('answer is too large')
  memory.hasLeft(60e6)
  expect(() => checkAnswer(context, [item])).not.toThrow()
})
