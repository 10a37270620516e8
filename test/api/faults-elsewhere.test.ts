/** Faults of tests on a server elsewhere with a control plane. */
import { afterEach, expect, test, vi } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { openTestDaemon, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { attached } from '../support/elsewhere.js'

afterEach(() => vi.unstubAllEnvs())

function begin(daemon: TestDaemon): QueuesOfTest {
  return new QueuesOfTest(daemon, { name: 'one', file: undefined, timeout: 5000, leaks: 'off' })
}

/** The faults that are not removed. */
async function faultsOn(endpoint: string): Promise<{ text: string }[]> {
  const reply = await fetch(`${endpoint}/test/faults`)
  return ((await reply.json()) as { faults: { text: string }[] }).faults
}

/** The message of the error with which a test ends. Empty if it ends without one. */
async function endOf(tests: QueuesOfTest): Promise<string> {
  return tests.end({ outcome: 'passed' }).then(
    () => '',
    (error: Error) => error.message,
  )
}

test('a fault acts on the calls of others, is read, and ends with its block', async () => {
  await using on = await attached()
  const queue = await on.daemon.createQueue()
  await queue.produce({ reference: 'a' })
  const lease = await queue.lease()
  {
    using fault = queue.fault('complete', { do: 'lose-reply' })
    expect(await fault.read()).toEqual({ fired: 0, isOpen: true })
    const ids = lease.items.map(({ id }) => id)
    const complete = { queueName: queue.name, requestTimeout: '5s', partition: lease.partition, ids }
    await expect(on.client.queueComplete(complete)).rejects.toMatchObject({ codeText: 'No Answer' })
    expect(await fault.read()).toEqual({ fired: 1, isOpen: true })
    expect(() => fault.fired).toThrow('const { fired } = await fault.read()')
    expect(() => fault.isOpen).toThrow('const { isOpen } = await fault.read()')
  }
  await queue.drained()
  await queue.produce({ reference: 'b' })
  await (await queue.lease()).complete()
})

test('a fault is there before the next call of the test, without an await', async () => {
  await using on = await attached()
  const queue = await on.daemon.createQueue()
  const fault = queue.fault('produce', { do: { refuse: 454 }, nth: 2 })
  await queue.produce({ reference: 'a' })
  await expect(queue.produce({ reference: 'b' })).rejects.toMatchObject({ code: 454 })
  await queue.produce({ reference: 'c' })
  expect(await fault.read()).toEqual({ fired: 1, isOpen: false })
})

test('nth without an end acts on all later calls', async () => {
  await using on = await attached()
  const queue = await on.daemon.createQueue()
  using fault = queue.fault('produce', { do: { refuse: 454 }, nth: 2, times: Number.POSITIVE_INFINITY })
  await queue.produce({})
  await expect(queue.produce({})).rejects.toMatchObject({ code: 454 })
  await expect(queue.produce({})).rejects.toMatchObject({ code: 454 })
  expect(await fault.read()).toEqual({ fired: 2, isOpen: true })
})

test('each kind of fault means the same there', async () => {
  await using on = await attached()
  const queue = await on.daemon.createQueue({ leaseTimeout: '1m' })
  for (const action of [
    'lose-request',
    'hang',
    { refuse: { code: 453, message: 'queue has no available partitions' } },
    { delay: '5s', when: 'after' },
  ] as const) {
    queue.fault('produce', { do: action, times: 1 })
  }
  queue.fault('complete', { do: 'expire-lease', reference: 'a', times: 1 })
  queue.fault('complete', { do: { first: 2 }, times: 1 })
  queue.fault('lease', { do: { clockSkew: '-30s' }, clientId: 'w', times: 1 })
  await on.daemon.clock.read()
  const faults = await faultsOn(on.endpoint)
  expect(faults.map(({ text }) => text.replace(queue.name, 'q'))).toEqual([
    "lose-request on queue.produce of 'q'",
    "hang on queue.produce of 'q'",
    "refuse with 453 on queue.produce of 'q'",
    "delay of 5s after queue.produce of 'q'",
    "expire-lease on queue.complete of 'q' with a",
    "first 2 on queue.complete of 'q'",
    "clock-skew of -30s on queue.lease of 'q' by w",
  ])
})

test('a fault that never acted fails its test, one that is open too, and both are gone afterwards', async () => {
  await using on = await attached()
  const one = begin(on.daemon)
  const queue = await one.create({ name: 'orders' })
  queue.fault('complete', { do: 'lose-reply', clientId: 'w' })
  queue.fault('produce', { do: 'hang', nth: 9, optional: true })
  queue.fault('retry', { do: 'hang', optional: true }).close()
  const lease = queue.fault('lease', { do: 'lose-reply' })
  await queue.produce({})
  await expect(queue.lease()).rejects.toMatchObject({ codeText: 'No Answer' })
  expect(await lease.read()).toEqual({ fired: 1, isOpen: true })
  const message = await endOf(one)
  expect(message).toContain("a fault never acted: lose-reply on queue.complete of 'orders' by w")
  expect(message).toContain("queue.lease of 'orders' by client-1: another call, another client")
  expect(message).toContain("a fault is still open: lose-reply on queue.lease of 'orders'")
  expect(message).toContain("a fault is still open: hang on queue.produce of 'orders', number 9")
  expect(message).not.toContain('queue.retry')
  expect(await faultsOn(on.endpoint)).toEqual([])
})

test('a call that a fault holds loses its connection when the test is over', async () => {
  await using on = await attached()
  const one = begin(on.daemon)
  const queue = await one.create({ name: 'orders' })
  const fault = queue.fault('produce', { do: 'hang', times: 1 })
  await fault.read()
  const items = [{ utf8: 'x' }]
  const held = expect(
    on.client.queueProduce({ queueName: 'orders', requestTimeout: '5s', items }),
  ).rejects.toMatchObject({ codeText: 'No Answer' })
  while ((await fault.read()).fired === 0) await queue.counts()
  expect(await endOf(one)).toContain('a fault is still open: hang on queue.produce')
  await held
})

test('a fault that the server refuses fails the next call, and no fault stays', async () => {
  await using on = await attached()
  const one = begin(on.daemon)
  const queue = await one.create({ name: 'orders' })
  queue.fault('lease', { do: 'lose-request', optional: true })
  queue.fault('lease', { do: 'lose-reply' })
  await expect(queue.produce({})).rejects.toThrow('lose-reply could never act')
  await queue.produce({})
  const message = await endOf(one)
  expect(message).toContain("a fault is still open: lose-request on queue.lease of 'orders'")
  expect(message).not.toContain('could never act')
  expect(await faultsOn(on.endpoint)).toEqual([])
})

test('wrong options are refused at once, without the server', async () => {
  await using on = await attached()
  const queue = on.daemon.queue('x')
  expect(() => queue.fault('leas' as never, { do: 'hang' })).toThrow("did you mean 'queue.lease'?")
  expect(() => queue.fault('lease', { do: 'hangs' as never })).toThrow("did you mean 'hang'?")
})

test('an outage breaks the calls of others, and not what the test does to end it', async () => {
  await using on = await attached()
  const queue = await on.daemon.createQueue()
  {
    using outage = on.daemon.outage()
    await outage.read()
    await expect(on.client.queuesList({})).rejects.toMatchObject({ codeText: 'No Answer' })
    await expect(queue.produce({})).rejects.toMatchObject({ codeText: 'No Answer' })
    expect(await queue.counts()).toMatchObject({ total: 0 })
    expect(await outage.read()).toEqual({ fired: 2, isOpen: true })
  }
  await queue.produce({})
  using away = queue.partition(0).outage()
  await expect(queue.produce({})).rejects.toMatchObject({ code: 453, message: 'queue has no available partitions' })
  expect(await away.read()).toEqual({ fired: 1, isOpen: true })
})

test('calls of the harness itself meet no fault', async () => {
  await using on = await attached()
  const queue = await on.daemon.createQueue()
  using _fault = queue.fault('stats', { do: 'lose-request' })
  expect(await queue.counts()).toMatchObject({ total: 0 })
  await expect(on.client.queueStats({ queueName: queue.name })).rejects.toMatchObject({ codeText: 'No Answer' })
})

test('on a server that all files use, a fault names a queue', async () => {
  await using on = await attached()
  vi.stubEnv('QUERATOR_ENDPOINT', on.endpoint)
  await using daemon = await startTestDaemon()
  expect(() => daemon.fault({ call: 'queue.lease', do: 'hang' })).toThrow(
    'fault: other test files use http://127.0.0.1:',
  )
  expect(() => daemon.outage()).toThrow('take a partition away: queue.partition(0).outage()')
  const queue = await daemon.createQueue()
  const fault = daemon.fault({ call: 'queue.lease', queue, do: 'lose-request' })
  await expect(queue.lease()).rejects.toMatchObject({ codeText: 'No Answer' })
  fault.close()
})

test('another way to write the URL of that server makes no difference', async () => {
  await using on = await attached()
  vi.stubEnv('QUERATOR_ENDPOINT', on.endpoint)
  vi.stubEnv('QUERATOR_TEST_CONTROL', `${on.endpoint}/`)
  const daemon = openTestDaemon({ endpoint: `${on.endpoint.replace('127.0.0.1', 'localhost')}/` })
  expect(() => daemon.outage()).toThrow('outage: other test files use http://localhost:')
  expect(await daemon.clock.read()).toMatchObject({ frozen: true })
  await daemon.close()
})

test('a reset of the server ends a fault, and reading it says so', async () => {
  await using on = await attached()
  const fault = on.daemon.fault({ call: 'queues.list', do: 'lose-request' })
  await fault.read()
  await fetch(`${on.endpoint}/test/reset`, { method: 'POST' })
  await expect(fault.read()).rejects.toThrow('the server no longer has this fault, because it was reset')
})

test('the error of a refused fault is told once, and the other faults are removed', async () => {
  await using on = await attached()
  const one = begin(on.daemon)
  const queue = await one.create({ name: 'orders' })
  queue.fault('produce', { do: 'hang', optional: true })
  queue.fault('lease', { do: 'lose-request', optional: true })
  queue.fault('lease', { do: 'lose-reply', optional: true })
  const message = await endOf(one)
  expect(message.split('could never act')).toHaveLength(2)
  expect(message).toContain('what was begun without an await failed: lose-reply could never act')
  expect(message).toContain('a fault is still open: hang on queue.produce')
  expect(await faultsOn(on.endpoint)).toEqual([])
})

test('reading a refused fault tells its error, and then nobody else does', async () => {
  await using on = await attached()
  const one = begin(on.daemon)
  const queue = await one.create({ name: 'orders' })
  const first = queue.fault('lease', { do: 'lose-request' })
  const refused = queue.fault('lease', { do: 'lose-reply', optional: true })
  await expect(refused.read()).rejects.toThrow('lose-reply could never act')
  refused.close()
  await expect(queue.lease()).rejects.toMatchObject({ codeText: 'No Answer' })
  first.close()
  expect(await endOf(one)).toBe('')
})

for (const where of ['on a server elsewhere', 'in the process']) {
  test(`a fault that is closed before the call of it ends has not acted, ${where}`, async () => {
    await using on = await attached()
    const daemon = where === 'in the process' ? on.server : on.daemon
    const one = begin(daemon)
    const queue = await one.create({ name: 'orders' })
    const fault = queue.fault('lease', { do: 'lose-reply' })
    await fault.read()
    const leasing = on.client.queueLease({ queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '5s' })
    await queue.waitFor({ event: 'lease-waiting' })
    fault.close()
    await queue.produce({})
    expect((await leasing).items).toHaveLength(1)
    expect(await fault.read()).toEqual({ fired: 0, isOpen: false })
    const message = await endOf(one)
    expect(message).toContain("a fault never acted: lose-reply on queue.lease of 'orders'")
    expect(message).toContain("queue.lease of 'orders' by w: not changed by it: the fault was closed first")
  })
}

test('closing a fault that a reset has ended does nothing, and the test tells what it knew', async () => {
  await using on = await attached()
  const one = begin(on.daemon)
  {
    using fault = on.daemon.fault({ call: 'queues.list', do: 'lose-request' })
    await fault.read()
    await expect(on.client.queuesList({})).rejects.toMatchObject({ codeText: 'No Answer' })
    expect(await fault.read()).toEqual({ fired: 1, isOpen: true })
    using _never = on.daemon.fault({ call: 'queues.create', do: 'lose-request' })
    await on.daemon.clock.read()
    await fetch(`${on.endpoint}/test/reset`, { method: 'POST' })
  }
  await on.daemon.createQueue()
  const message = await endOf(one)
  expect(message).toContain('a fault never acted: lose-request on queues.create')
  expect(message).toContain('the server was reset; await fault.read() before that')
  expect(message).not.toContain('queues.list')
})

test('on a server without a control plane, faults say what they need', async () => {
  await using server = await startTestDaemon({ endpoint: '', log: 'silent' })
  await using daemon = await startTestDaemon({ endpoint: await server.listen() })
  expect(() => daemon.outage()).toThrow('outage works only on a daemon inside the test process')
  expect(() => daemon.queue('x').fault('lease', { do: 'hang' })).toThrow('fault works only')
})
