/** What a test leaves open in its own queues, as the daemon reports it to a runner. */
import { expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { standIn } from '../../src/fixtures/stand-in.js'
import { QueratorClient, queueMatchers, startTestDaemon, type TestDaemon } from '../../src/index.js'

function observed(daemon: TestDaemon, ...own: string[]) {
  const seen = daemon.forRunner.observe({ title: 'a test', timeout: 5000, queues: () => own })
  if (seen === undefined) throw new Error('the daemon observes nothing')
  return seen
}

function started() {
  return startTestDaemon({ callSites: true, log: 'silent' })
}

async function leaseTwo(daemon: TestDaemon) {
  return daemon.queue('orders').lease({ batchSize: 2, clientId: 'worker' })
}

test('the error points at the call that took the lease and shows its callers', async () => {
  await using daemon = await started()
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  await orders.produce({ reference: 'a' }, {}, { reference: 'free' })
  await leaseTwo(daemon)
  const leaks = await seen.leaks()
  const [head, first, second] = leaks?.message.split('\n') ?? []
  expect(head).toBe("'a test' finished, but left open:")
  expect(first).toMatch(
    /^ {2}a of 'orders', leased by worker \(test\/api\/left-open\.test\.ts:\d+ < test\/api\/left-open\.test\.ts:\d+\)$/,
  )
  expect(second).toMatch(/^ {2}item \w{27} of 'orders', leased by worker/)
  expect(leaks?.stack?.split('\n').find((line) => line.startsWith('    at leaseTwo'))).toContain('left-open.test.ts')
})

test('shortens a long list and leaves out items that were completed or retried', async () => {
  await using daemon = await started()
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  await orders.produce(...Array.from({ length: 9 }, (_, at) => ({ reference: `order-${at}` })))
  const lease = await orders.lease({ batchSize: 9, clientId: 'worker' })
  await lease.items[0]?.complete()
  await lease.items[1]?.retry()
  const message = (await seen.leaks())?.message ?? ''
  expect(message.match(/leased by worker/g)).toHaveLength(5)
  expect(message).toContain('\n  and 2 more\n')
  expect(message).not.toMatch(/order-[01]/)
})

test('ignores the queues of other tests and deleted queues', async () => {
  await using daemon = await started()
  const seen = observed(daemon, 'mine', 'gone')
  const other = observed(daemon, 'theirs')
  const mine = await daemon.createQueue({ name: 'mine' })
  const theirs = await daemon.createQueue({ name: 'theirs' })
  const gone = await daemon.createQueue({ name: 'gone' })
  await Promise.all([mine, theirs, gone].map((queue) => queue.produce({ reference: queue.name })))
  await theirs.lease()
  await gone.lease()
  await gone.delete()
  void theirs.produce({})
  expect(await seen.leaks()).toBeUndefined()
  expect((await other.leaks())?.message).toMatch(
    /theirs of 'theirs', leased by .*\n(.*\n)? {2}queueProduce of 'theirs', which nobody awaited/,
  )
})

test('a lease over a socket has no call site, and a closed daemon reports no leaks', async () => {
  await using daemon = await started()
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  await orders.produce({ reference: 'a' })
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  await client.queueLease({ queueName: 'orders', clientId: 'far', batchSize: 1, requestTimeout: '1s' })
  expect((await seen.leaks())?.message.split('\n')[1]).toBe("  a of 'orders', leased by far")
  await daemon.close()
  expect(await seen.leaks()).toBeUndefined()
})

test('reports a wait that nobody awaits, but not one that is awaited later', async () => {
  await using daemon = await started()
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  const produced = orders.waitFor({ event: 'produced' })
  void orders.idle()
  void orders.drained()
  await orders.produce({ reference: 'a' })
  await produced
  await (await orders.lease()).complete()
  expect((await seen.leaks())?.message.split('\n').slice(1, 3)).toEqual([
    expect.stringMatching(/^ {2}idle of 'orders', which nobody awaited \(test\/api\/left-open\.test\.ts:\d+\)$/),
    expect.stringMatching(/^ {2}drained of 'orders', which nobody awaited \(/),
  ])
})

test('reports calls about no queue that nobody awaits, unless they may be those of another test', async () => {
  await using daemon = await started()
  void daemon.client.queuesList({})
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  const forgotten = [
    daemon.clock.advance('1s'),
    daemon.clock.advanceUntil(() => true),
    daemon.track(() => undefined),
    daemon.recording(() => undefined),
    daemon.quiet({ waiting: 0 }),
    daemon.client.queuesList({}),
  ]
  await orders.idle()
  const names = (await seen.leaks())?.message.match(/^ {2}\S+(?=.*, which nobody awaited)/gm)
  expect(names?.map((name) => name.trim())).toEqual(['advance', 'advanceUntil', 'track', 'recording', 'quiet'])
  expect(await seen.leaks()).toBeUndefined()
  const other = observed(daemon, 'others')
  void daemon.clock.advance('1s')
  expect(await seen.leaks()).toBeUndefined()
  seen.end()
  other.end()
  await Promise.allSettled(forgotten)
})

test('what a finished test forgot is not reported for the next one', async () => {
  await using daemon = await started()
  const first = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  void orders.produce({})
  first.end()
  expect(await observed(daemon, 'orders').leaks()).toBeUndefined()
})

test('a matcher without await reads the queue to its end, and is reported', async () => {
  await using daemon = await started()
  const tests = new QueuesOfTest(daemon, { name: 'a test', file: undefined, timeout: 5000, leaks: 'error' })
  const queue = await tests.create({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const outcome = queueMatchers.toHaveItems(queue, ['a'])
  await expect(tests.end({ outcome: 'passed' })).rejects.toThrow(
    /toHaveItems of 'orders', which nobody awaited \(test\/api/,
  )
  expect(await outcome).toMatchObject({ pass: true })
})

test('a matcher that is awaited is not reported', async () => {
  await using daemon = await started()
  const tests = new QueuesOfTest(daemon, { name: 'a test', file: undefined, timeout: 5000, leaks: 'error' })
  const queue = await tests.create({ name: 'orders' })
  expect(await queueMatchers.toBeDrained(queue)).toMatchObject({ pass: true })
  await queueMatchers.toHaveDepth(queue, 'wrong' as never).catch(() => undefined)
  await tests.end({ outcome: 'passed' })
})

test('a matcher that never settles delays the end of its test, and nothing else', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  queue.items = () => new Promise(() => undefined)
  void queueMatchers.toBeDrained(queue)
  await daemon.forRunner.checks.end(['others'])
  await daemon.forRunner.checks.end(['orders'], 1)
})

test('a matcher for a queue that cannot be had rejects instead of throwing', async () => {
  const gone = standIn(() => {
    throw new Error('no test runs')
  })
  await expect(queueMatchers.toBeDrained(gone)).rejects.toThrow('no test runs')
})

test('the message of a matcher is about the queue of its test, however late it is read', async () => {
  await using daemon = await started()
  let current = await daemon.createQueue({ name: 'of-this-test' })
  const queue = standIn(() => current)
  const outcome = queueMatchers.toHaveDepth(queue, 1)
  current = await daemon.createQueue({ name: 'of-the-next' })
  expect((await outcome).message()).toContain("expected 'of-this-test' to have 1 item")
})
