/** Queues in states that a daemon rarely reaches (docs/protocol/queue.md §8 and §12, admin.md §10). */
import { expect, test } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { EventRecord } from '../../src/engine/events/record.js'
import type { LogicalQueue } from '../../src/engine/queue/logical-queue.js'
import { MemoryBudget } from '../../src/engine/store/memory-budget.js'
import { newQueue, newQueues } from '../support/queues.js'

const ITEM = { reference: '', encoding: '', kind: '', payload: '' }
const STOPPED = { code: 453, message: 'queue is shutting down' }

function produce(queue: LogicalQueue): Promise<void> {
  return new Promise((resolve, reject) => queue.produce([ITEM], { resolve, reject }))
}

function lease(queue: LogicalQueue, clientId = 'c', deadline = Number.MAX_SAFE_INTEGER) {
  return new Promise((resolve, reject) => {
    queue.lease({ clientId, batchSize: 1, deadline }, { resolve, reject })
  })
}

test('a stopped queue refuses new requests and those already waiting', async () => {
  const queue = newQueue()
  const waiting = expect(lease(queue)).rejects.toMatchObject(STOPPED)
  queue.pause(true)
  const held = expect(produce(queue)).rejects.toMatchObject(STOPPED)
  queue.stop()
  await Promise.all([waiting, held])
  expect(queue.waitingCounts).toEqual({ produce: 0, lease: 0, complete: 0, inFlight: 0 })
  await expect(produce(queue)).rejects.toMatchObject(STOPPED)
  await expect(lease(queue)).rejects.toMatchObject(STOPPED)
  expect(() => queue.partition(0)).toThrow('queue is shutting down')
  expect(() => queue.assertRunning()).toThrow('queue is shutting down')
})

test('a stopped queue cannot be paused or resumed, and frees its memory only once', async () => {
  const memory = new MemoryBudget(1e6)
  const record = new EventRecord(10)
  const queue = newQueue(newQueues({ memory, record }))
  await produce(queue)
  memory.add(7)
  queue.stop()
  queue.stop()
  expect(memory.used).toBe(7)
  const { count } = record
  queue.pause(true)
  queue.pause(false)
  expect([record.count, queue.paused]).toEqual([count, false])
  await expect(produce(queue)).rejects.toMatchObject(STOPPED)
})

test('a stopped queue sets no timers', async () => {
  const clock = new MovableClock('frozen')
  const record = new EventRecord(0)
  const queue = newQueue(newQueues({ clock: clock.exact, record }))
  await produce(queue)
  await lease(queue)
  queue.stop()
  expect(await clock.move('1h', (fire) => record.collect(fire))).toEqual([])
})

test('a stopped service refuses new queues', () => {
  const queues = newQueues()
  const queue = newQueue(queues)
  queues.stop()
  expect(() => queues.assertRunning()).toThrow(
    expect.objectContaining({ code: 453, message: 'service is shutting down' }),
  )
  expect(() => newQueue(queues, { name: 'late' })).toThrow('service is shutting down')
  expect(() => queue.assertRunning()).toThrow('queue is shutting down')
})

test('queues are numbered in order of creation, and deleting an unknown queue does nothing', () => {
  const record = new EventRecord(10)
  const queues = newQueues({ record })
  expect(newQueue(queues, { name: 'a' }).address.queueId).toBe(1)
  expect(newQueue(queues, { name: 'b' }).address.queueId).toBe(2)
  queues.delete('c')
  expect(record.count).toBe(2)
})

test('pausing twice is recorded once, and leases wait until the queue resumes', async () => {
  const record = new EventRecord(20)
  const queue = newQueue(newQueues({ record }))
  queue.pause(false)
  queue.pause(true)
  queue.pause(true)
  expect(record.count).toBe(2)
  let leased = false
  const waiting = lease(queue).then(() => {
    leased = true
  })
  const produced = produce(queue)
  queue.tookDead()
  await Promise.resolve()
  expect(leased).toBe(false)
  queue.pause(false)
  await Promise.all([waiting, produced])
})

test('leases with the same deadline end in order of arrival', async () => {
  const clock = new MovableClock('frozen')
  const queue = newQueue(newQueues({ clock: clock.exact }))
  const ended: string[] = []
  const deadline = clock.exact.now() + 1000
  for (const clientId of ['c', 'a', 'd', 'b']) void lease(queue, clientId, deadline).catch(() => ended.push(clientId))
  await clock.advance(1000)
  expect(ended).toEqual(['c', 'a', 'd', 'b'])
})

test('abandoning a lease that was already served leaves the next lease of the same client waiting', async () => {
  const queue = newQueue()
  const request = { clientId: 'c', batchSize: 1, deadline: Number.MAX_SAFE_INTEGER }
  const settle = { resolve: () => undefined, reject: () => undefined }
  const abandonFirst = queue.lease(request, settle)
  await produce(queue)
  const second = lease(queue)
  abandonFirst()
  expect(queue.waitingCounts.lease).toBe(1)
  await produce(queue)
  await second
})

test('an expired item stays in its queue if the dead letter queue has no partition', async () => {
  const clock = new MovableClock('frozen')
  const queues = newQueues({ clock: clock.exact })
  queues.create(newQueue(newQueues(), { name: 'dead' }).config, [])
  const queue = newQueue(queues, { deadQueue: 'dead' })
  await produce(queue)
  await clock.advance('2m')
  expect(queue.partition(0).counts.total).toBe(1)
})

test('the only scheduled item leaves no time behind when it is deleted', () => {
  const queue = newQueue()
  const partition = queue.partition(0)
  const clock = { at: Date.now() + 3_600_000, early: 0 }
  queue.produce([{ ...ITEM, enqueueAt: clock }], { resolve: () => undefined, reject: () => undefined })
  expect(partition.nextDue).toBe(clock.at)
  queue.clear(() => true)
  expect(partition.nextDue).toBe(Number.POSITIVE_INFINITY)
})

test('a lease that was served does not time out later, when its client waits again', async () => {
  const clock = new MovableClock('frozen')
  const record = new EventRecord(100)
  const queue = newQueue(newQueues({ clock: clock.exact, record }))
  const first = lease(queue, 'c', clock.exact.now() + 1000)
  await produce(queue)
  await first
  const second = expect(lease(queue, 'c', clock.exact.now() + 5000)).rejects.toMatchObject({ code: 454 })
  const fired = await clock.move(2000, (fire) => record.collect(fire))
  expect([fired, queue.waitingCounts.lease]).toEqual([[], 1])
  await clock.advance(3000)
  await second
})
