/** What a test switches is restored when it ends, and what is reported after it moved the clock. */
import { expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { QueratorClient, startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'

async function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return startTestDaemon({ log: 'silent', callSites: true, ...options })
}

function begin(daemon: TestDaemon, name: string, outer?: QueuesOfTest): QueuesOfTest {
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'error', outer })
}

const PASSED = { outcome: 'passed' } as const

test('a frozen clock runs again, and a clock frozen by an option freezes again', async () => {
  const daemon = await started()
  const one = begin(daemon, 'one')
  daemon.clock.freeze()
  await one.end(PASSED)
  expect(daemon.clock.frozen).toBe(false)
  const frozen = await started({ clock: 'frozen' })
  const two = begin(frozen, 'two')
  frozen.clock.resume()
  await two.end(PASSED)
  expect(frozen.clock.frozen).toBe(true)
})

test('restores pauses and resumes of queues that outlive the test', async () => {
  const daemon = await started()
  const [shared, held] = [await daemon.createQueue({ name: 'shared' }), await daemon.createQueue({ name: 'held' })]
  held.pause()
  const one = begin(daemon, 'one')
  shared.pause()
  held.resume()
  await one.end(PASSED)
  await shared.produce({ reference: 'a' })
  expect(await shared.counts()).toMatchObject({ total: 1 })
  expect(shared.explain()).not.toContain('the queue is paused')
  expect(held.explain()).toContain('the queue is paused')
})

test('undoes interception, except one from before the test', async () => {
  const daemon = await started()
  const undo = daemon.intercept('http://before.internal')
  const original = globalThis.fetch
  const one = begin(daemon, 'one')
  daemon.intercept('http://within.internal')
  await one.end(PASSED)
  expect(globalThis.fetch).toBe(original)
  expect((await fetch('http://before.internal/health')).status).toBe(200)
  undo()
})

test('opens a closed door again, which can be closed once more', async () => {
  const daemon = await started({ auth: 'internal' })
  const anybody = daemon.clientWith({})
  for (const name of ['one', 'two']) {
    const seen = begin(daemon, name)
    await daemon.closeDoor()
    await expect(anybody.queuesList({})).rejects.toMatchObject({ code: 403 })
    await seen.end(PASSED)
    expect(await anybody.queuesList({})).toMatchObject({ items: [] })
    await daemon.createQueue({ name })
    await daemon.queue(name).delete()
  }
})

test('among concurrent tests the last one restores everything', async () => {
  const daemon = await started()
  const one = begin(daemon, 'one')
  const two = begin(daemon, 'two')
  daemon.clock.freeze()
  await one.end(PASSED)
  expect(daemon.clock.frozen).toBe(true)
  await two.end(PASSED)
  expect(daemon.clock.frozen).toBe(false)
})

test('a nested test restores its own changes', async () => {
  const daemon = await started()
  const outer = begin(daemon, 'outer')
  daemon.clock.freeze()
  const inner = begin(daemon, 'outer > inner', outer)
  daemon.clock.resume()
  await inner.end(PASSED)
  expect(daemon.clock.frozen).toBe(true)
  await outer.end(PASSED)
  expect(daemon.clock.frozen).toBe(false)
})

test('a later failure says which test moved the clock', async () => {
  const daemon = await started()
  const mover = begin(daemon, 'an order expires')
  await daemon.clock.advance('1h')
  await daemon.clock.advance('1m')
  await mover.end(PASSED)
  const later = begin(daemon, 'later')
  await (await later.create({ name: 'orders' })).produce({ reference: 'order-1' })
  const report = await later.end({ outcome: 'failed', errors: [new Error('failed')] })
  expect(report?.text.split('\n').at(-1)).toBe(
    "(the clock was moved by 1h1m0s before this test, by 'an order expires')",
  )
})

test('warns once per test, with its line, about a time computed from the machine after the clock was moved', async () => {
  const warnings: string[] = []
  const daemon = await started({ log: ({ level, message }) => void (level === 'warn' && warnings.push(message)) })
  const seen = begin(daemon, 'one')
  const queue = await seen.create({ name: 'orders' })
  await queue.produce({ reference: 'order-1' }, { reference: 'order-2' })
  await daemon.clock.advance('1h')
  const soon = () => new Date(Date.now() + 30_000)
  for (let round = 0; round < 2; round++) await (await queue.lease()).retry({ at: soon() })
  await queue.produce({ enqueueAt: soon() })
  expect(warnings).toEqual([
    expect.stringMatching(
      /^queue\.retry: retry_at is \S+ ahead by the machine's clock, but 59m\S+ ago by the daemon's, which was moved: the item is due at once; compute times from clock\.now\(\), or use clock: 'runner'$/,
    ),
    expect.stringMatching(/^queue\.produce: enqueue_at is /),
  ])
  const report = await seen.end({ outcome: 'failed', errors: [new Error('failed')] })
  expect(report?.text.split('\n')[1]).toMatch(/^! queue\.retry: retry_at is .* \(test\/api\/switches\.test\.ts:\d+\)$/)
  const next = begin(daemon, 'two')
  const again = await next.create({ name: 'orders' })
  await again.produce({ enqueueAt: soon() })
  expect(warnings).toHaveLength(3)
  await next.end({ outcome: 'not reported' })
})

test('does not warn about times from the clock of the daemon, but reports long past and very near ones', async () => {
  const warnings: string[] = []
  const daemon = await started({ clock: 'frozen', log: ({ message }) => void warnings.push(message) })
  await daemon.clock.advance('1h')
  const at = (after: number) => new Date(daemon.clock.now() + after)
  for (const [after, told] of [
    [0, undefined],
    [-500, undefined],
    [30_000, undefined],
    [60, '! queue.produce: enqueue_at is only 60ms ahead, and less than 100ms means at once'],
    [-60_000, '! queue.produce: enqueue_at is 1m0s ago: the item is due at once'],
  ] as const) {
    const seen = begin(daemon, 'a test')
    const queue = await seen.create({ name: 'orders' })
    await queue.produce({ enqueueAt: at(after) })
    const report = await seen.end({ outcome: 'failed', errors: [new Error('failed')] })
    const notice = report?.text.split('\n').find((line) => line.includes('enqueue_at'))
    expect(notice?.replace(/ \(.*/, '')).toBe(told)
  }
  expect(warnings.filter((message) => message.includes('enqueue_at'))).toEqual([])
})

test('an error at the end of a test does not keep its switches from being restored', async () => {
  const daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create({ name: 'orders' })
  await queue.produce({})
  await queue.lease()
  daemon.clock.freeze()
  await expect(one.end(PASSED)).rejects.toThrow('left open')
  expect(daemon.clock.frozen).toBe(false)
  expect(daemon.queue('orders').explain).toThrow()
})

test('works if a test closed the door and opened it again itself', async () => {
  const daemon = await started({ auth: 'internal' })
  for (const name of ['one', 'two']) {
    const seen = begin(daemon, name)
    const admin = await daemon.closeDoor()
    await admin.roleBindingsCreate({ namespace: '_system', roleName: 'Admin', userId: 'anonymous' })
    await admin.apiKeysDelete({ id: admin.keyId })
    await seen.end(PASSED)
    expect(await daemon.clientWith({}).queuesList({})).toMatchObject({ items: [] })
  }
})

test('opens the door also if the test deleted the administrator, or gave anonymous callers another role', async () => {
  const daemon = await started({ auth: 'internal' })
  const deleting = begin(daemon, 'deleting')
  const deleted = await daemon.closeDoor()
  await deleted.usersDelete({ id: deleted.id })
  await deleting.end(PASSED)
  expect(await daemon.clientWith({}).queuesList({})).toMatchObject({ items: [] })
  const binding = begin(daemon, 'binding')
  const admin = await daemon.closeDoor()
  await admin.rolesCreate({ namespace: '_system', name: 'Looker', permissions: ['queue.list'] })
  await admin.roleBindingsCreate({ namespace: '_system', roleName: 'Looker', userId: 'anonymous' })
  await binding.end(PASSED)
  // Looking was allowed before. Creating needs the administrator.
  await daemon.clientWith({}).namespacesCreate({ name: 'shop' })
})

test('a lease over TCP that was aborted before the end of the test is not a leak', async () => {
  const daemon = await started()
  const seen = begin(daemon, 'one')
  const queue = await seen.create({ name: 'orders' })
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  for (let round = 0; round < 5; round++) {
    const patience = new AbortController()
    const request = { queueName: queue.name, clientId: `w${round}`, batchSize: 1, requestTimeout: '1m' }
    const leased = client.queueLease(request, { signal: patience.signal }).catch(() => undefined)
    await queue.waitFor({ event: 'lease-waiting', times: round + 1 })
    patience.abort()
    await leased
  }
  expect(await seen.end(PASSED)).toBeUndefined()
})

test('a lease over TCP that still waits is a leak', async () => {
  const daemon = await started()
  const seen = begin(daemon, 'one')
  const queue = await seen.create({ name: 'orders' })
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  client.queueLease({ queueName: queue.name, clientId: 'w', batchSize: 1, requestTimeout: '1m' }).catch(() => undefined)
  await queue.waitFor({ event: 'lease-waiting' })
  await expect(seen.end(PASSED)).rejects.toThrow("a lease of w that waits in 'orders'")
})
