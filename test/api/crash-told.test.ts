/** Who meets a queue that was lost in a crash reads that, with the line of the crash. */
import { afterEach, expect, test, vi } from 'vitest'
import { assertQueue } from '../../src/fixtures/assert-queue.js'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import {
  type QueratorError,
  queueMatchers,
  startTestDaemon,
  type TestDaemon,
  type TestDaemonOptions,
} from '../../src/index.js'
import { KeptStorage } from '../storage/kept-storage.js'
import { inOneStorage, lastingDaemon } from '../support/lasting.js'

afterEach(() => {
  vi.useRealTimers()
})

const LINE = String.raw`\(test/api/crash-told\.test\.ts:\d+[^)]*\)`
const LOST = new RegExp(
  `the queue 'orders' was lost in the crash ${LINE}: the daemon kept nothing; create it again, or keep it with keeps`,
)

async function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent', callSites: true, ...options })
}

const messageOf = (error: unknown) => (error as Error).message

async function errorOf(promise: Promise<unknown>): Promise<QueratorError> {
  return promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  )
}

async function withLostQueue(daemon: TestDaemon) {
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  await daemon.crash()
  await daemon.restart()
  return queue
}

const FAILED = { outcome: 'failed', errors: [new Error('too few')] } as const

function begin(daemon: TestDaemon): QueuesOfTest {
  return new QueuesOfTest(daemon, { name: 'one', file: undefined, timeout: 5000, leaks: 'error', outer: undefined })
}

test('calls on a queue that was lost say so in the details, and not on the wire', async () => {
  await using daemon = await started()
  const queue = await withLostQueue(daemon)
  const message = "queue does not exist; no such queue named 'orders'"
  for (const call of [
    () => queue.produce({ reference: 'd' }),
    () => queue.lease(),
    () => queue.items(),
    () => queue.counts(),
    () => daemon.client.queuesInfo({ queueName: 'orders' }),
  ]) {
    const error = await errorOf(call())
    expect(error.message).toBe(message)
    expect(error.details.lost).toMatch(LOST)
    expect(messageOf(error.cause)).toBe(error.details.lost)
  }
  await daemon.createQueue({ name: 'orders' })
  await queue.delete()
  expect((await errorOf(queue.lease())).details.lost).toBeUndefined()
})

test('a caller who may not see all queues does not read of a lost one', async () => {
  await using daemon = await started({ auth: 'internal' })
  await withLostQueue(daemon)
  await daemon.closeDoor()
  expect((await errorOf(daemon.clientWith({}).queueLease({ queueName: 'orders' }))).details.lost).toBeUndefined()
})

test('a caller who may see the queues of one namespace does not read of a lost one, which may be of another', async () => {
  await using daemon = await started({ auth: 'internal' })
  await withLostQueue(daemon)
  await daemon.client.namespacesCreate({ name: 'other' })
  const inShop = await daemon.createUser({ permissions: ['queue.lease'], namespace: 'shop' })
  const everywhere = await daemon.createUser({ permissions: ['queue.lease'] })
  await daemon.closeDoor()
  const lease = { queueName: 'orders', clientId: 'c', batchSize: 1, requestTimeout: '1m' }
  expect((await errorOf(everywhere.queueLease(lease))).details.lost).toMatch(LOST)
  expect((await errorOf(inShop.queueLease(lease))).details.lost).toBeUndefined()
})

test('matchers, waits, explain and pause say that a queue was lost', async () => {
  await using daemon = await started()
  const queue = await withLostQueue(daemon)
  const claims = assertQueue(queue)
  expect((await errorOf(claims.toHaveItems(['a']))).message).toMatch(LOST)
  expect((await errorOf(claims.toBeDrained())).message).toMatch(LOST)
  expect((await errorOf(claims.toHaveScheduled(1))).message).toMatch(LOST)
  expect((await errorOf(queue.waitFor({ event: 'completed', within: 100 }))).message).toMatch(LOST)
  expect(() => queue.explain()).toThrow(LOST)
  expect(() => queue.pause()).toThrow(LOST)
})

test('a worker and a handler that meet a lost queue say so', async () => {
  await using daemon = await started()
  const lost = await withLostQueue(daemon)
  const other = await daemon.createQueue()
  await other.produce({ reference: 'x' })
  expect((await errorOf(other.drain(() => lost.produce({ reference: 'd' })))).message).toMatch(LOST)
  const worker = lost.work(() => {})
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect((await errorOf(worker.stop())).message).toMatch(LOST)
})

test('the report says what was lost in the crash', async () => {
  await using daemon = await started()
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  await daemon.crash()
  await daemon.restart()
  await errorOf(queue.lease())
  const { text = '' } = (await one.end(FAILED)) ?? {}
  expect(text).toMatch(
    new RegExp(`! 3 items and the queue 'orders' were lost in the crash ${LINE}: the daemon kept nothing`),
  )
  expect(text).toMatch(LOST)
})

test('the report says of items that only they were lost, and of a queue without items', async () => {
  await using daemon = await started({ keeps: 'queues' })
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  await daemon.restart()
  await daemon.restart({ keeps: 'nothing' })
  const { text = '' } = (await one.end(FAILED)) ?? {}
  expect(text).toMatch(new RegExp(`! 1 item of 'orders' was lost in the restart ${LINE}`))
  expect(text).toMatch(new RegExp(`! the queue 'orders' was lost in the restart ${LINE}: the daemon kept nothing`))
})

test('the report calls a lost queue lost, with the line of its loss, also if there is another one of its name', async () => {
  for (const isMadeAgain of [false, true]) {
    await using daemon = await started()
    const one = begin(daemon)
    const queue = await one.create({ name: 'orders' })
    await queue.produce({ reference: 'a' })
    await daemon.crash()
    await daemon.restart({ after: '3s' })
    if (isMadeAgain) {
      await one.create({ name: 'orders' })
      await queue.produce({ reference: 'b' })
    }
    const { text = '' } = (await one.end(FAILED)) ?? {}
    expect(text).toMatch(new RegExp(`^'orders', which was lost in the crash ${LINE}$`, 'm'))
    expect(text).toMatch(new RegExp(`^ {2}\\+0s queue-lost ${LINE}$`, 'm'))
    expect(text).not.toContain('which is deleted')
    expect(text.includes("'orders', at the end 1 free")).toBe(isMadeAgain)
  }
})

test('for a queue of the configuration that is there again, matchers and explain say what was lost', async () => {
  const declared = { name: 'orders', 'lease-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 1 }
  await using daemon = await started({ config: { queues: [declared] } })
  const queue = daemon.queue('orders')
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  await daemon.crash()
  await daemon.restart()
  const missing = await errorOf(assertQueue(queue).toHaveItems(['a', 'd']))
  expect(missing.message).toMatch(new RegExp(`missing: 'a', which was lost in the crash ${LINE}$`, 'm'))
  expect(missing.message).toContain("missing: 'd', which was never in this queue")
  const lost = new RegExp(`3 items were lost in the crash ${LINE}`)
  expect((await errorOf(assertQueue(queue).toHaveDepth(3))).message).toMatch(lost)
  expect(queue.explain()).toMatch(new RegExp(`the queue is empty\n3 items were lost in the crash ${LINE}`))
})

test('timelines of matchers show crashes and restarts in order, as reports do', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue({ name: 'orders' })
  const recording = await daemon.recording(async () => {
    await queue.produce({ reference: 'a' })
    await daemon.crash()
    await daemon.restart()
  })
  const isDown = String.raw`timeline of a:\n.*produced.*\n.*daemon-crashed ${LINE}\n.*daemon-restarted ${LINE}`
  const { message } = await queueMatchers.toHaveCompleted(recording, queue, ['a'])
  expect(message()).toMatch(new RegExp(`${isDown}$`))
  await queue.drain(() => {})
  await daemon.restart()
  const whole = new RegExp(String.raw`${isDown}\n.*leased.*\n.*completed[^\n]*$`)
  expect((await errorOf(assertQueue(queue).toHaveItems(['a']))).message).toMatch(whole)
  expect((await errorOf(assertQueue(queue).toHaveProduced(2))).message).toMatch(whole)
})

test('a call that a crash broke or that found nobody says at once which line took the daemon down', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue({ name: 'orders' })
  const waiting = errorOf(queue.lease())
  await daemon.crash()
  const refused = errorOf(queue.produce({ reference: 'a' }))
  await daemon.restart()
  expect((await refused).message).toMatch(new RegExp(`nothing listens there; the daemon has crashed ${LINE}; await`))
  expect((await waiting).message).toMatch(new RegExp(`read ECONNRESET; the daemon (has )?crashed ${LINE}`))
  const isAway = daemon.outage()
  expect((await errorOf(queue.lease())).message).toContain('nothing listens there; is the daemon running?')
  await isAway.close()
})

test('a matcher says of an item that was sent again after a crash that it had been produced before', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'order-1' }, { reference: 'order-2' })
  await daemon.crash()
  await daemon.restart()
  await queue.produce({ reference: 'order-1' })
  const again = new RegExp(`^! order-1 was produced before the crash ${LINE}, and again after it: a produce whose`, 'm')
  const error = await errorOf(assertQueue(queue).toHaveItems(['order-1', 'order-2']))
  expect(error.message).toMatch(again)
  expect((await errorOf(assertQueue(queue).toHaveProduced(['order-1', 'order-2']))).message).toMatch(again)
  // It was produced once.
  expect((await errorOf(assertQueue(queue).toHaveItems(['order-1', 'other', 'order-1']))).message).not.toMatch(
    /order-2 was produced before/,
  )
  await queue.produce({ reference: 'order-3' }, { reference: 'order-3' })
  expect((await errorOf(assertQueue(queue).toHaveItems([]))).message).not.toMatch(/order-3 was produced before/)
})

test('an item that was lost, or that is there once, was not added twice', async () => {
  await using daemon = await started({ keeps: 'queues' })
  const queue = await daemon.createQueue({ name: 'orders' })
  const again = /x was produced before/
  const fails = async () => (await errorOf(assertQueue(queue).toHaveItems([]))).message
  await queue.produce({ reference: 'x' })
  await daemon.restart()
  await queue.produce({ reference: 'x' })
  expect(await fails()).toMatch(/^! 1 item was lost in the restart/m)
  expect(await fails()).not.toMatch(again)
  // Both of these are new. The one before the restart was lost.
  await queue.produce({ reference: 'x' })
  expect(await fails()).not.toMatch(again)
  await daemon.restart({ keeps: 'items' })
  await queue.produce({ reference: 'x' })
  expect(await fails()).toMatch(again)
  await queue.drain(() => {})
  await queue.produce({ reference: 'x' })
  expect(await fails()).not.toMatch(again)
  const recording = await daemon.recording(async () => {
    await daemon.restart()
    await queue.produce({ reference: 'x' }, { reference: 'x' })
  })
  expect((await queueMatchers.toHaveProduced(recording, queue, ['x'])).message()).not.toMatch(again)
})

test('what happened after the clock went back was not due while the daemon was down', async () => {
  vi.useFakeTimers({ now: new Date('2026-01-02T00:00:00Z') })
  await using daemon = await started({ keeps: 'items', clock: 'runner' })
  const one = begin(daemon)
  const queue = await one.create({ leaseTimeout: '1m' })
  const told = async () => (await errorOf(assertQueue(queue).toHaveItems([]))).message
  await queue.produce({ reference: 'a' })
  vi.setSystemTime(new Date('2026-01-01T00:00:00Z'))
  await queue.lease({ clientId: 'w1' })
  await vi.advanceTimersByTimeAsync(120_000)
  expect(await told()).toMatch(/^ +-24h0m0s +leased by w1 for 1m0s, attempt 1 \(.*\n +-23h59m0s +lease-expired by w1$/m)
  await daemon.restart()
  vi.setSystemTime(new Date('2025-12-31T00:00:00Z'))
  await queue.lease({ clientId: 'w1' })
  await vi.advanceTimersByTimeAsync(120_000)
  for (const text of [await told(), (await one.end(FAILED))?.text ?? '']) {
    expect(text).toMatch(/^ +[-+]24h0m0s +leased by w1 for 1m0s/m)
    expect(text).not.toContain('due at')
    expect(text).not.toContain('+-')
  }
})

test('what was due while the daemon was down stands in a timeline when it happened, with when it was due', async () => {
  await using daemon = await started({ keeps: 'items' })
  const one = begin(daemon)
  const queue = await one.create({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease({ clientId: 'w1' })
  await daemon.restart({ after: '2m' })
  const lines = [/ daemon-stopped /, /^ +\+2m0s +daemon-restarted /, /^ +\+2m0s +lease-expired by w1, due at \+1m0s$/]
  const about = (text: string) => text.split('\n').filter((line) => / (daemon-|lease-expired)/.test(line))
  const expected = lines.map((line) => expect.stringMatching(line))
  expect(about((await errorOf(assertQueue(queue).toHaveItems([]))).message)).toEqual(expected)
  expect(about((await one.end(FAILED))?.text ?? '')).toEqual(expected)
})

test('with storages that last, the advice for a lost queue is one that can be followed', async () => {
  const items = await lastingDaemon({ partitions: { disk: new KeptStorage() } })
  const queue = await items.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  await items.restart()
  expect((await errorOf(queue.counts())).details.lost).toMatch(
    /^the queue 'orders' was lost in the restart.*: queue-storage is in memory; create it again, and it has its items$/,
  )
  expect(items.events.ofKind('item-lost', 1)).toEqual([])
  await items.createQueue({ name: 'orders' })
  const [item] = (await queue.lease()).items
  const over = ['daemon-stopped', 'daemon-restarted']
  expect(item?.history().map(({ kind }) => kind)).toEqual(['produced', ...over, 'leased'])
  await items.close()

  const storage = new KeptStorage()
  const all = await inOneStorage(storage)
  await all.createQueue({ name: 'orders' })
  await all.crash()
  storage.place.records.clear()
  storage.place.items.clear()
  await all.restart()
  expect((await errorOf(all.queue('orders').counts())).details.lost).toMatch(
    /: queue-storage does not have it; create it again. Was its folder emptied or replaced while the daemon was down\?$/,
  )
  await all.close()
})
