/** What fixtures make of the faults of a test: they end with it, and it fails if one never acted or is still open. */
import { expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'

async function started(): Promise<TestDaemon> {
  return startTestDaemon({ clock: 'frozen', log: 'silent', callSites: true })
}

function begin(daemon: TestDaemon, name: string, outer?: QueuesOfTest): QueuesOfTest {
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'off', outer })
}

const PASSED = { outcome: 'passed' } as const
const FAILED = { outcome: 'failed', errors: [new Error('too few')] } as const

/** The message of the error with which a test ends. Empty if it ends without one. */
async function endOf(tests: QueuesOfTest): Promise<string> {
  return tests.end(PASSED).then(
    () => '',
    (error: Error) => error.message,
  )
}

test('a fault that acted and was closed says nothing, nor one that acted as often as it should', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create()
  {
    using _fault = queue.fault('produce', { do: 'lose-request' })
    await queue.produce({}).catch(() => undefined)
  }
  queue.fault('produce', { do: 'lose-request', times: 1 })
  await queue.produce({}).catch(() => undefined)
  queue.fault('retry', { do: 'hang', optional: true }).close()
  expect(await endOf(one)).toBe('')
})

test('a fault that never acted fails its test, and names the nearest calls', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const [orders, mails] = [await one.create({ name: 'orders' }), await one.create({ name: 'mails' })]
  await mails.produce({ reference: 'a' }, { reference: 'b' })
  await orders.produce({ reference: 'c' })
  const lease = await mails.lease({ clientId: 'w1', batchSize: 2 })
  const other = await orders.lease({ clientId: 'w2' })
  {
    using _fault = orders.fault('complete', { do: 'lose-reply', clientId: 'w1' })
    await lease.complete()
    await other.complete()
    await mails.produce({})
  }
  const message = await endOf(one)
  expect(message).toMatch(
    /^a fault never acted: lose-reply on queue\.complete of 'orders' by w1 \(\S*faults-of-tests\.test\.ts:\d+\)\n/,
  )
  expect(message.split('\n').slice(1, 6)).toEqual([
    '  the nearest calls:',
    "    queue.complete of 'orders' by w2: another client",
    "    queue.complete of 'mails' by w1: another queue",
    "    queue.produce of 'mails': another call, another queue, no client",
    '  correct what it waits for, or allow it with optional: true',
  ])
})

test('a fault that no call came to says so, and one that could change nothing says why', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create({ name: 'orders' })
  queue.fault('retry', { do: 'hang' }).close()
  await queue.produce({})
  {
    using _twice = queue.fault('lease', { do: 'deliver-twice' })
    using _late = queue.fault('lease', { do: 'hang', nth: 2 })
    await queue.lease({ clientId: 'w1' })
  }
  const message = await endOf(one)
  expect(message).toContain('no call came while it was open')
  expect(message).toContain("queue.lease of 'orders' by w1: no other client holds an item that may be leased again")
  expect(message).toContain('1 matching call came, and it begins with number 2')
})

test('a fault that is still open fails its test, and is closed', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create({ name: 'orders' })
  const outer = await daemon.createQueue({ name: 'outer' })
  const fault = daemon.fault({ call: 'queue.produce', do: 'lose-request' })
  await queue.produce({}).catch(() => undefined)
  expect(await endOf(one)).toContain("it acted once; write 'using fault = …', call fault.close(), or give it times")
  expect(fault.isOpen).toBe(false)
  await outer.produce({})
})

test('a fault that holds a call is open, and the connection of the call breaks when the test is over', async () => {
  await using daemon = await started()
  const shared = await daemon.createQueue()
  const one = begin(daemon, 'one')
  shared.fault('produce', { do: 'hang', times: 1 })
  const held = expect(shared.produce({})).rejects.toMatchObject({ codeText: 'No Answer' })
  expect(await endOf(one)).toContain('a fault is still open: hang on queue.produce')
  await held
  expect(await shared.counts()).toMatchObject({ total: 0 })
})

test('a test that failed is not blamed for its faults, and its report tells what they did', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const lease = await queue.lease({ clientId: 'w1' })
  const fault = queue.fault('complete', { do: 'lose-reply' })
  await lease.complete().catch(() => undefined)
  const report = await one.end(FAILED)
  expect(report?.text).toMatch(/! fault: lose-reply on queue\.complete of 'orders' acted once/)
  expect(report?.text).toMatch(/fault lose-reply on queue\.complete by w1/)
  expect(fault.isOpen).toBe(false)
})

test('a fault from outside of a test lasts', async () => {
  await using daemon = await started()
  const fault = daemon.fault({ call: 'queue.stats', do: 'hang' })
  const one = begin(daemon, 'one')
  await one.create()
  expect(await endOf(one)).toBe('')
  expect(fault.isOpen).toBe(true)
})

test('of concurrent tests, each answers for the faults of its queues', async () => {
  await using daemon = await started()
  const [one, two] = [begin(daemon, 'one'), begin(daemon, 'two')]
  const [first, second] = [await one.create({ name: 'first' }), await two.create({ name: 'second' })]
  const ofFirst = first.fault('retry', { do: 'hang' })
  const ofSecond = second.fault('retry', { do: 'hang' })
  const ofOne = await endOf(one)
  expect(ofOne).toContain("hang on queue.retry of 'first'")
  expect(ofOne).not.toContain("'second'")
  expect([ofFirst.isOpen, ofSecond.isOpen]).toEqual([false, true])
  expect(await endOf(two)).toContain("hang on queue.retry of 'second'")
  expect(ofSecond.isOpen).toBe(false)
})

test('concurrent tests cannot make a fault that would meet the calls of the others', async () => {
  await using daemon = await started()
  const [one, two] = [begin(daemon, 'one'), begin(daemon, 'two')]
  const queue = await one.create()
  expect(() => daemon.fault({ call: 'queue.produce', do: 'hang' })).toThrow(
    'several tests run at the same time, and a fault without a queue would meet the calls of all of them; use queue.fault()',
  )
  expect(() => daemon.outage()).toThrow('run this test by itself, or take one partition away')
  expect(daemon.fault({ call: 'queue.produce', queue: queue.name, do: 'hang', optional: true }).isOpen).toBe(true)
  queue.partition(0).outage({ optional: true }).close()
  await endOf(one)
  daemon.fault({ call: 'queue.produce', do: 'hang', optional: true }).close()
  expect(await endOf(two)).toBe('')
})

test('a fault of an outer test lasts while an inner one runs', async () => {
  await using daemon = await started()
  const outer = begin(daemon, 'outer')
  const fault = daemon.fault({ call: 'queue.clear', do: 'hang', optional: true })
  const inner = begin(daemon, 'inner', outer)
  const ofInner = daemon.fault({ call: 'queue.reload', do: 'hang' })
  expect(await endOf(inner)).toContain('hang on queue.reload')
  expect([fault.isOpen, ofInner.isOpen]).toEqual([true, false])
  expect(await endOf(outer)).toContain('a fault is still open: hang on queue.clear')
})

test('a worker that hangs in a call ends with its test', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create({ name: 'orders' })
  queue.fault('produce', { do: 'hang', times: 1 })
  const worker = daemon.runWorker(() => queue.produce({}).catch(() => undefined))
  await queue.waitFor({ event: 'fault' })
  expect(await endOf(one)).toContain('a fault is still open')
  expect(worker.ended).toBe(true)
})

test('the report says that a fault ended a lease, and does not blame the consumer', async () => {
  await using daemon = await started()
  const one = begin(daemon, 'one')
  const queue = await one.create({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const first = await queue.lease({ clientId: 'first' })
  queue.fault('complete', { do: 'expire-lease', times: 1 })
  await first.complete().catch(() => undefined)
  await queue.lease({ clientId: 'second' })
  const report = await one.end(FAILED)
  expect(report?.text).toContain('a was handed out again, to second: a fault ended the lease of first')
  expect(report?.text).not.toContain('ran out after')
})
