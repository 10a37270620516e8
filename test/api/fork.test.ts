/** `daemon.fork()`: a copy that goes on by itself. */
import { expect, test } from 'vitest'
import { assertQueue } from '../../src/fixtures/assert-queue.js'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'
import { messageOf } from '../support/message-of.js'

async function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent', ...options })
}

test('a copy has queues, items with their ids, leases, scheduled items and pauses', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', deadQueue: true, maxAttempts: 2 })
  const later = new Date(daemon.clock.now() + 60_000)
  await queue.produce(
    { reference: 'a', json: 1 },
    { reference: 'b', text: 'two' },
    { reference: 'c', enqueueAt: later },
  )
  await queue.lease({ clientId: 'w1' })
  const paused = await daemon.createQueue({ name: 'paused' })
  paused.pause()
  await using copy = await daemon.fork()
  const same = copy.queue('orders')
  expect(await same.items()).toEqual(await queue.items())
  expect(await same.scheduled()).toEqual(await queue.scheduled())
  expect(same.explain()).toBe(queue.explain().replaceAll(/ \(#\d+\)/g, (text) => text))
  expect(copy.queue('paused').explain()).toContain('the queue is paused')
  expect(copy.clock.now()).toBe(daemon.clock.now())
  expect(copy.clock.frozen).toBe(true)
  await copy.clock.advance('61s')
  expect(await same.counts()).toMatchObject({ total: 3, leased: 0, scheduled: 0 })
  expect(await queue.counts()).toMatchObject({ total: 2, leased: 1, scheduled: 1 })
})

test('what changes in one does not show in the other', async () => {
  await using daemon = await started({ auth: 'internal' })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const user = await daemon.createUser({ roles: ['Admin'] })
  await using copy = await daemon.fork()
  const before = await daemon.client.apiKeysList({ userId: user.id })
  const same = copy.queue('orders')
  await same.drain(() => {})
  await copy.clientWith({ apiKey: user.key }).queuesDelete({ queueName: 'orders', force: true })
  await copy.client.usersDelete({ id: user.id })
  expect((await queue.items()).map(({ reference, attempts }) => [reference, attempts])).toEqual([
    ['a', 0],
    ['b', 0],
  ])
  expect(await daemon.client.apiKeysList({ userId: user.id })).toEqual(before)
  await user.queuesList({})
  await queue.lease({ batchSize: 2 })
  await daemon.clock.advance('2m')
  expect((await copy.client.queuesList({})).items).toEqual([])
  expect(copy.clock.now()).toBeLessThan(daemon.clock.now())
})

test('the next ids are those that the original would give', async () => {
  await using daemon = await started({ seed: 'one' })
  await daemon.createQueue({ name: 'orders' })
  await using copy = await daemon.fork()
  const made = async (of: TestDaemon) => {
    const queue = await of.createQueue({ name: 'next' })
    await queue.produce({}, {})
    await of.queue('orders').produce({})
    return [...(await queue.items()), ...(await of.queue('orders').items())].map(({ id }) => id)
  }
  expect(await made(copy)).toEqual(await made(daemon))
})

test('the copy of a daemon with a running clock goes on from there', async () => {
  await using daemon = await started({ clock: 'real' })
  await daemon.clock.advance('1h')
  await using copy = await daemon.fork()
  expect(copy.clock.frozen).toBe(false)
  expect(Math.abs(copy.clock.now() - daemon.clock.now())).toBeLessThan(1000)
})

test('the harness makes new names in the copy, and calls as an administrator behind a closed door', async () => {
  await using daemon = await started({ auth: 'internal' })
  await daemon.createQueue()
  await daemon.createUser()
  await daemon.closeDoor()
  await using copy = await daemon.fork()
  expect(await messageOf(copy.clientWith({}).queuesList({}))).not.toBe('')
  const queue = await copy.createQueue()
  await queue.produce({})
  await copy.createUser()
  await daemon.createQueue()
})

test('matchers and the history know where the items of a copy come from', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await using copy = await daemon.fork()
  const same = copy.queue('orders')
  await (await same.lease()).items[0]?.complete()
  await assertQueue(same).toHaveCompleted(['a'])
  expect(same.history().map(({ kind }) => kind)).toEqual([
    'queue-created',
    'imported',
    'imported',
    'leased',
    'completed',
  ])
})

test('faults, conditions and waiting leases stay with the original', async () => {
  await using daemon = await started({ conditions: 'lossy' })
  const queue = await daemon.createQueue({ name: 'orders' })
  using _ = daemon.fault({ call: 'queues.list', do: 'lose-reply' })
  const waiting = queue.lease()
  await using copy = await daemon.fork()
  await copy.client.queuesList({})
  await copy.queue('orders').produce({ reference: 'copy' })
  expect(await copy.queue('orders').counts()).toMatchObject({ leased: 0 })
  await queue.produce({ reference: 'original' })
  expect((await waiting).items[0]?.reference).toBe('original')
})

test('a copy can be copied, crashed and restarted', async () => {
  await using daemon = await started({ keeps: 'items' })
  await (await daemon.createQueue({ name: 'orders' })).produce({ reference: 'a' })
  await using copy = await daemon.fork()
  await copy.crash()
  expect(await messageOf(copy.fork())).toContain('the daemon has crashed')
  await copy.restart()
  await using second = await copy.fork()
  expect(await second.queue('orders').counts()).toMatchObject({ total: 1 })
})

test('a declared queue that was deleted is not in the copy', async () => {
  const queues = [{ name: 'declared', 'lease-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 1 }]
  await using daemon = await started({ config: { queues } })
  await daemon.client.queuesDelete({ queueName: 'declared' })
  await using copy = await daemon.fork()
  expect((await copy.client.queuesList({})).items).toEqual([])
})

test('a copy that a test makes is closed with it', async () => {
  await using daemon = await started()
  const outside = await daemon.fork()
  const one = new QueuesOfTest(daemon, { name: 'one', file: undefined, timeout: 5000, leaks: 'error' })
  const copy = await daemon.fork()
  await one.end({ outcome: 'passed' })
  expect([copy.closed, outside.closed]).toEqual([true, false])
  await outside.close()
})

test('ten thousand items are copied in a moment', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  for (let batch = 0; batch < 10; batch++) {
    await queue.produce(...Array.from({ length: 1000 }, (_, n) => ({ reference: `${batch}-${n}` })))
  }
  const began = performance.now()
  await using copy = await daemon.fork()
  expect(performance.now() - began).toBeLessThan(1000)
  expect(await copy.queue('orders').counts()).toMatchObject({ total: 10_000 })
})

test('a closed daemon and a server elsewhere are not copied', async () => {
  const daemon = await started()
  const attached = await startTestDaemon({ endpoint: await daemon.listen() })
  expect(await messageOf(attached.fork())).toContain('fork works only on a daemon inside the test process')
  await attached.close()
  await daemon.close()
  expect(await messageOf(daemon.fork())).toContain('closed')
})

test('the dead letter queue of a queue is known in a copy, from a dump, and by its name', async () => {
  await using daemon = await startTestDaemon({ endpoint: '', clock: 'frozen' })
  const { name, deadQueue } = await daemon.createQueue({ deadQueue: true })
  await using copy = await daemon.fork()
  await using later = await startTestDaemon({ endpoint: '', from: await daemon.dump() })
  for (const one of [daemon, copy, later]) expect(one.queue(name).deadQueue.name).toBe(deadQueue.name)
  await copy.queue(name).deadQueue.produce({ reference: 'a' })
  expect([await copy.queue(deadQueue.name).counts(), await deadQueue.counts()]).toMatchObject([
    { total: 1 },
    { total: 0 },
  ])
  for (const other of [deadQueue.name, 'unknown']) {
    expect(() => copy.queue(other).deadQueue).toThrow(`the queue '${other}' has no dead letter queue`)
  }
})
