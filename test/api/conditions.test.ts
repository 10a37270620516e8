/** Conditions: what each does to the calls of code under test, and what it leaves alone. */
import { expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import {
  CONDITIONS,
  type Condition,
  isQueratorError,
  type LogRecord,
  QueratorClient,
  startTestDaemon,
  type TestDaemon,
  type TestQueue,
} from '../../src/index.js'

async function under(conditions: Condition | readonly Condition[], options = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent', seed: 'one', conditions, ...options })
}

/** A consumer with a client of its own: leases one item at a time, handles it, and completes it whatever is answered. */
async function consumeAll(client: QueratorClient, queue: TestQueue, handle = (_: string) => {}): Promise<void> {
  while ((await queue.counts()).total > 0) {
    const lease = { queueName: queue.name, clientId: 'w', batchSize: 1, requestTimeout: '5s' }
    const { items, partition } = await client.queueLease(lease)
    for (const { id, reference } of items) {
      handle(reference)
      const complete = { queueName: queue.name, partition, requestTimeout: '5s', ids: [id] }
      await client.queueComplete(complete).catch((error) => {
        if (!isQueratorError(error)) throw error
      })
    }
  }
}

function produce(client: QueratorClient, queue: TestQueue, reference: string): Promise<void> {
  const items = [{ reference, utf8: 'x' }]
  return client.queueProduce({ queueName: queue.name, requestTimeout: '5s', items })
}

function faultsOf(queue: TestQueue): string[] {
  return queue.history().flatMap(({ kind, fault, call, times = 1 }) => {
    return kind === 'fault' ? Array.from({ length: times }, () => `${fault} ${call}`) : []
  })
}

test('at-least-once: each item is handed out twice, and then it can be completed', async () => {
  await using daemon = await under('at-least-once')
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const handled: string[] = []
  await consumeAll(daemon.client, queue, (reference) => handled.push(reference))
  expect(handled.sort()).toEqual(['a', 'a', 'b', 'b'])
  expect(queue.history().filter(({ kind }) => kind === 'completed')).toHaveLength(2)
})

test('at-least-once: times says how often, and the last attempt is left alone', async () => {
  await using daemon = await under({ name: 'at-least-once', times: 4 })
  const often = await daemon.createQueue({ name: 'often' })
  const thrice = await daemon.createQueue({ name: 'thrice', maxAttempts: 3, deadQueue: true })
  for (const [queue, count] of [
    [often, 4],
    [thrice, 3],
  ] as const) {
    await queue.produce({ reference: 'a' })
    const handled: string[] = []
    await consumeAll(daemon.client, queue, (reference) => handled.push(reference))
    expect(handled).toHaveLength(count)
  }
  expect(await thrice.deadQueue.counts()).toMatchObject({ total: 0 })
})

test('at-least-once: of a batch, items that were handed out often enough keep their leases', async () => {
  await using daemon = await under('at-least-once')
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'old' })
  await (await queue.lease()).retry()
  await queue.produce({ reference: 'new' })
  const lease = { queueName: 'orders', clientId: 'w', batchSize: 2, requestTimeout: '5s' }
  const { items, partition } = await daemon.client.queueLease(lease)
  const complete = { queueName: 'orders', partition, requestTimeout: '5s', ids: items.map(({ id }) => id) }
  await expect(daemon.client.queueComplete(complete)).rejects.toMatchObject({ code: 400 })
  // A complete is carried out until the first bad id.
  expect((await queue.items()).map(({ reference, leased }) => [reference, leased])).toEqual([['new', false]])
})

test('at-least-once: no notice blames the worker for a lease that the condition ended', async () => {
  const said: string[] = []
  const log = ({ level, message }: LogRecord) => {
    if (level === 'warn') said.push(message)
  }
  await using daemon = await under('at-least-once', { clock: 'real', log })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  await consumeAll(daemon.client, queue)
  expect(faultsOf(queue)).toEqual(['expire-lease queue.complete'])
  expect(said).toEqual([])
})

test('at-least-once: drain hands each item to its handler twice', async () => {
  await using daemon = await under('at-least-once')
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const handled: string[] = []
  const { completed, lost } = await queue.drain((item) => {
    handled.push(item.reference)
  })
  expect(handled.sort()).toEqual(['a', 'a', 'b', 'b'])
  expect(completed).toHaveLength(2)
  expect(lost).toHaveLength(2)
})

test('lossy: carries the call out and loses one in four replies, the first one always', async () => {
  await using daemon = await under({ name: 'lossy', oneIn: 4 })
  const queue = await daemon.createQueue({ name: 'orders' })
  const lost: number[] = []
  for (let number = 0; number < 400; number++) {
    await produce(daemon.client, queue, `item-${number}`).catch((error) => {
      expect(error).toMatchObject({ codeText: 'No Answer' })
      lost.push(number)
    })
  }
  expect(await queue.counts()).toMatchObject({ total: 400 })
  expect(lost[0]).toBe(0)
  expect(lost.length).toBeGreaterThan(70)
  expect(lost.length).toBeLessThan(130)
  expect(faultsOf(queue)).toEqual(lost.map(() => 'lose-reply queue.produce'))
})

test('lossy: leases lose no reply unless that is wanted, because their items wait for the lease timeout', async () => {
  await using daemon = await under({ name: 'lossy', oneIn: 1 })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const lease = { queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '5s' }
  expect((await daemon.client.queueLease(lease)).items).toHaveLength(1)
  await using other = await under({ name: 'lossy', oneIn: 1, calls: ['queue.lease'] })
  const orders = await other.createQueue({ name: 'orders' })
  await produce(other.client, orders, 'a')
  await expect(other.client.queueLease(lease)).rejects.toMatchObject({ codeText: 'No Answer' })
  expect(await orders.counts()).toMatchObject({ leased: 1 })
})

test('lossy: drain and work lose nothing, because they are no client of yours', async () => {
  await using daemon = await under({ name: 'lossy', oneIn: 1 })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  expect((await queue.drain(() => {})).completed).toHaveLength(1)
})

test('slow: calls take longer by the machine, even if the clock of the daemon stands still', async () => {
  await using daemon = await under({ name: 'slow', upTo: 3 })
  const queue = await daemon.createQueue({ name: 'orders' })
  const before = daemon.clock.now()
  const references = Array.from({ length: 20 }, (_, number) => `item-${number}`)
  await Promise.all(references.map((reference) => produce(daemon.client, queue, reference)))
  expect(daemon.clock.now()).toBe(before)
  const items = await queue.items()
  expect(items.map(({ reference }) => reference).sort()).toEqual([...references].sort())
  // Calls made at the same time overtake each other.
  expect(items.map(({ reference }) => reference)).not.toEqual(references)
  expect(faultsOf(queue)).toHaveLength(20)
})

test('slow: a lease whose client gives up meanwhile gets nothing', async () => {
  await using daemon = await under({ name: 'slow', upTo: 5 })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const abort = new AbortController()
  const lease = { queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '5s' }
  const leasing = daemon.client.queueLease(lease, { signal: abort.signal })
  abort.abort()
  await expect(leasing).rejects.toThrow()
  await produce(daemon.client, queue, 'b')
  await produce(daemon.client, queue, 'c')
  expect(await queue.counts()).toMatchObject({ total: 3, leased: 0 })
})

test('crowded: other consumers take free items first, and give them back', async () => {
  await using daemon = await under({ name: 'crowded', oneIn: 1, consumers: 2 })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce(...Array.from({ length: 20 }, (_, number) => ({ reference: `item-${number}` })))
  const handled: string[] = []
  await consumeAll(daemon.client, queue, (reference) => handled.push(reference))
  expect(handled).toHaveLength(20)
  const history = queue.history()
  const clients = new Set(history.filter(({ kind }) => kind === 'leased').map(({ clientId }) => clientId))
  expect([...clients].sort()).toEqual(['crowd-1', 'crowd-2', 'w'])
  expect(history.some(({ kind, clientId }) => kind === 'retried' && clientId?.startsWith('crowd-'))).toBe(true)
  expect(history.filter(({ kind }) => kind === 'completed').every(({ attempts = 0 }) => attempts <= 2)).toBe(true)
})

test('crowded: others come first at a produce, too, while a lease waits', async () => {
  await using daemon = await under({ name: 'crowded', oneIn: 1 })
  const queue = await daemon.createQueue({ name: 'orders' })
  const lease = { queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '5s' }
  const leasing = daemon.client.queueLease(lease)
  await queue.waitFor({ event: 'lease-waiting' })
  await produce(daemon.client, queue, 'a')
  expect((await leasing).items).toMatchObject([{ reference: 'a', attempts: 2 }])
  const holders = queue.history().filter(({ kind }) => kind === 'leased')
  expect(holders.map(({ clientId }) => clientId)).toEqual([expect.stringMatching(/^crowd-\d$/), 'w'])
})

test('crowded: drain is not done while others hold an item', async () => {
  await using daemon = await under({ name: 'crowded', oneIn: 1 })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const { completed } = await queue.drain(() => {})
  expect(completed.map(({ reference }) => reference).sort()).toEqual(['a', 'b'])
  expect(faultsOf(queue).length).toBeGreaterThan(0)
})

test('crowded: an item that may be leased only once is left alone', async () => {
  await using daemon = await under({ name: 'crowded', oneIn: 1 })
  const queue = await daemon.createQueue({ name: 'orders', maxAttempts: 1 })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await consumeAll(daemon.client, queue)
  expect(faultsOf(queue)).toEqual([])
})

test.each(CONDITIONS)('%s: calls that the test makes through its queue are left alone', async (name) => {
  await using daemon = await under(name === 'lossy' ? { name, oneIn: 1 } : name)
  const queue = await daemon.createQueue({ name: 'orders' })
  for (let number = 0; number < 20; number++) await queue.produce({ reference: `item-${number}` })
  for (let number = 0; number < 20; number++) await (await queue.lease()).complete()
  expect(faultsOf(queue)).toEqual([])
  expect(await queue.counts()).toMatchObject({ total: 0 })
})

test.each(CONDITIONS)('%s: acts on a client in another process, and through fetch', async (name) => {
  const calls = ['queue.produce', 'queue.lease', 'queue.complete'] as const
  await using daemon = await under(
    name === 'lossy' ? { name, oneIn: 1, calls } : name === 'crowded' ? { name, oneIn: 1 } : name,
  )
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const lease = { queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '5s' }
  const leased = await client.queueLease(lease).catch(() => undefined)
  const body = JSON.stringify({
    queue_name: 'orders',
    partition: 0,
    request_timeout: '5s',
    ids: leased?.items.map(({ id }) => id) ?? ['x'],
  })
  const headers = { 'content-type': 'application/json' }
  await daemon.fetch('/v1/queue.complete', { method: 'POST', headers, body }).catch(() => undefined)
  expect(faultsOf(queue).length).toBeGreaterThan(0)
})

test('several conditions act together', async () => {
  await using daemon = await under(['at-least-once', { name: 'lossy', oneIn: 2 }, { name: 'slow', upTo: 1 }, 'crowded'])
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce(...Array.from({ length: 10 }, (_, number) => ({ reference: `item-${number}` })))
  const handled: string[] = []
  await consumeAll(daemon.client, queue, (reference) => handled.push(reference))
  expect(new Set(handled).size).toBe(10)
  expect(handled.length).toBeGreaterThanOrEqual(10)
  const kinds = new Set(faultsOf(queue).map((text) => text.split(' ')[0]))
  expect([...kinds].sort()).toEqual(['crowd', 'delay', 'expire-lease', 'lose-reply'])
})

test('the same seed makes the same choices, and another seed others; no queue changes those of another', async () => {
  const lostOf = async (seed: string, others: number) => {
    await using daemon = await under({ name: 'lossy', oneIn: 3 }, { seed })
    const queue = await daemon.createQueue({ name: 'orders' })
    const other = await daemon.createQueue({ name: 'others' })
    const lost: number[] = []
    for (let number = 0; number < 60; number++) {
      await produce(daemon.client, queue, 'x').catch(() => lost.push(number))
      for (let more = 0; more < others; more++) await produce(daemon.client, other, 'x').catch(() => undefined)
    }
    return lost
  }
  const first = await lostOf('one', 0)
  expect(await lostOf('one', 2)).toEqual(first)
  expect(await lostOf('two', 0)).not.toEqual(first)
})

test('a fault of the test acts before a condition, and does not conflict with it', async () => {
  await using daemon = await under([{ name: 'lossy', oneIn: 1 }, 'at-least-once'])
  const queue = await daemon.createQueue({ name: 'orders' })
  using truncated = queue.fault('produce', { do: 'truncate' })
  await produce(daemon.client, queue, 'a').catch(() => undefined)
  expect(truncated.fired).toBe(1)
  expect(faultsOf(queue)).toEqual(['truncate queue.produce'])
  using refused = queue.fault('produce', { do: { refuse: 454 } })
  await expect(produce(daemon.client, queue, 'b')).rejects.toMatchObject({ codeText: 'No Answer' })
  expect(refused.fired).toBe(1)
})

test('a reset leaves conditions in force, and their choices begin anew', async () => {
  await using daemon = await under({ name: 'lossy', oneIn: 3 })
  const lostIn = async () => {
    const queue = await daemon.createQueue({ name: 'orders' })
    const lost: number[] = []
    for (let number = 0; number < 20; number++) {
      await produce(daemon.client, queue, 'x').catch(() => lost.push(number))
    }
    return lost
  }
  await daemon.listen({ control: true })
  const first = await lostIn()
  await daemon.fetch('/test/reset', { method: 'POST' })
  expect(await lostIn()).toEqual(first)
})

test('queue.explain() lists the conditions', async () => {
  await using daemon = await under(['slow', 'at-least-once'])
  const queue = await daemon.createQueue({ name: 'orders' })
  expect(queue.explain()).toContain('slow: each call takes up to 20ms')
  expect(queue.explain()).toContain('at-least-once: each item is handed out 2 times')
})

test.each<[unknown, string]>([
  ['loss', "the option conditions has no condition 'loss'; did you mean 'lossy'?"],
  [7, "the option conditions has no condition '7'; it has: at-least-once, lossy, slow, crowded"],
  [['lossy', 'lossy'], "the condition 'lossy' is given twice"],
  [{ name: 'lossy', onein: 3 }, "the condition 'lossy' has no option 'onein'; did you mean 'oneIn'?"],
  [{ name: 'lossy', oneIn: 0 }, "the condition 'lossy': oneIn is a whole number from 1 to 10000; got 0"],
  [{ name: 'lossy', calls: ['queue.stats'] }, "the condition 'lossy' has no call 'queue.stats'"],
  [{ name: 'lossy', calls: [] }, "the condition 'lossy': calls is a list of calls; got []"],
  [{ name: 'at-least-once', times: 1 }, "the condition 'at-least-once': times is a whole number from 2 to 100; got 1"],
  [{ name: 'slow', upTo: '2m' }, "the condition 'slow': upTo is from 1ms to 1000ms; got '2m'"],
  [{ name: 'crowded', consumers: 1.5 }, "the condition 'crowded': consumers is a whole number from 1 to 100; got 1.5"],
])('the conditions %j are refused', async (conditions, message) => {
  await expect(under(conditions as Condition)).rejects.toThrow(message)
})

test('a server elsewhere has no conditions, and a test does not pass without them', async () => {
  await using server = await startTestDaemon({ endpoint: '', log: 'silent' })
  const endpoint = await server.listen()
  await expect(startTestDaemon({ endpoint, conditions: 'lossy' })).rejects.toThrow(
    'the option conditions works only on a daemon inside the test process',
  )
  await using daemon = await startTestDaemon({ endpoint, conditions: [] })
  expect(() => daemon.under('lossy')).toThrow('under works only on a daemon inside the test process')
  await expect(daemon.recovered()).rejects.toThrow('recovered works only on a daemon inside the test process')
})

test('crowded: a call before which the others took nothing is not counted', async () => {
  await using daemon = await under({ name: 'crowded', oneIn: 1 })
  const later = { items: [{ utf8: 'x', enqueueAt: new Date(daemon.clock.now() + 60_000) }] }
  for (const [options, given] of [
    [{ maxAttempts: 1 }, { items: [{ utf8: 'x' }] }],
    [{}, { items: [] }],
    [{}, later],
  ] as const) {
    const queue = await daemon.createQueue(options)
    const lease = { queueName: queue.name, clientId: 'w', batchSize: 1, requestTimeout: '5s' }
    const leasing = daemon.client.queueLease(lease)
    leasing.catch(() => undefined)
    await queue.waitFor({ event: 'lease-waiting' })
    const request = { queueName: queue.name, requestTimeout: '5s', ...given }
    await daemon.client.queueProduce(request).catch(() => undefined)
    expect(faultsOf(queue)).toEqual([])
  }
})

test('crowded: others find items behind a hundred that are leased', async () => {
  await using daemon = await under({ name: 'crowded', oneIn: 1 })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce(...Array.from({ length: 130 }, () => ({})))
  await queue.lease({ batchSize: 110 })
  await daemon.client.queueLease({ queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '5s' })
  expect(faultsOf(queue)).toEqual(['crowd queue.lease'])
})

test('crowded: the leases of others do not count for at-least-once', async () => {
  await using daemon = await under(['at-least-once', { name: 'crowded', oneIn: 1 }])
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const handled: string[] = []
  await consumeAll(daemon.client, queue, (reference) => handled.push(reference))
  expect(handled).toEqual(['a', 'a'])
})

test('crowded: others give back what is left of their items, also when a pause ends', async () => {
  await using daemon = await under({ name: 'crowded', oneIn: 1, consumers: 1 })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce(...Array.from({ length: 6 }, (_, number) => ({ reference: `item-${number}` })))
  const lease = { queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '5s' }
  const leasing = daemon.client.queueLease(lease)
  queue.pause()
  const [first] = (await queue.items()).filter(({ attempts, leased }) => attempts === 1 && leased)
  await daemon.client.storageItemsDelete({ queueName: 'orders', partition: 0, ids: [first?.id ?? ''] })
  await leasing
  queue.resume()
  expect((await queue.items()).filter(({ leased }) => leased)).toHaveLength(1)
})

test('crowded: a lease of the test itself is served first', async () => {
  await using daemon = await under({ name: 'crowded', oneIn: 1 })
  const queue = await daemon.createQueue({ name: 'orders' })
  const own = queue.lease()
  await queue.waitFor({ event: 'lease-waiting' })
  await queue.produce({ reference: 'a' })
  expect((await own).items).toMatchObject([{ attempts: 1 }])
})

test('crowded: others come first at a produce of the test, if a consumer waits', async () => {
  await using daemon = await under({ name: 'crowded', oneIn: 1 })
  const queue = await daemon.createQueue({ name: 'orders' })
  const leasing = daemon.client.queueLease({ queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '5s' })
  await queue.waitFor({ event: 'lease-waiting' })
  await queue.produce({ reference: 'a' })
  expect((await leasing).items).toMatchObject([{ attempts: 2 }])
})

test('crowded: a fast consumer meets the same with the same seed', async () => {
  const historyOf = async () => {
    await using daemon = await under({ name: 'crowded', oneIn: 2 })
    const queue = await daemon.createQueue({ name: 'orders' })
    await queue.produce(...Array.from({ length: 30 }, (_, number) => ({ reference: `item-${number}` })))
    await consumeAll(daemon.client, queue)
    return queue.history().map(({ kind, reference, clientId }) => `${kind} ${reference} ${clientId}`)
  }
  const first = await historyOf()
  for (let run = 0; run < 4; run++) expect(await historyOf()).toEqual(first)
})

test('slow: a call does not land in the next queue of the same name after a reset', async () => {
  await using daemon = await under({ name: 'slow', upTo: 300 })
  await daemon.listen({ control: true })
  await daemon.createQueue({ name: 'orders' })
  const late = expect(produce(daemon.client, daemon.queue('orders'), 'late')).rejects.toMatchObject({
    codeText: 'No Answer',
  })
  await daemon.fetch('/test/reset', { method: 'POST' })
  await late
  const queue = await daemon.createQueue({ name: 'orders' })
  expect(await queue.counts()).toMatchObject({ total: 0 })
})

test('slow: an outage breaks the call that is on its way, and counts it', async () => {
  await using daemon = await under({ name: 'slow', upTo: 300 })
  const queue = await daemon.createQueue({ name: 'orders' })
  const late = expect(produce(daemon.client, queue, 'late')).rejects.toMatchObject({ codeText: 'No Answer' })
  await queue.counts()
  using outage = daemon.outage()
  await late
  expect(outage.fired).toBe(1)
  expect(await queue.counts()).toMatchObject({ total: 0 })
})

test('slow: a worker of the queue stops at once, though its lease is on its way', async () => {
  await using daemon = await under({ name: 'slow', upTo: 300 })
  const queue = await daemon.createQueue({ name: 'orders' })
  const worker = queue.work(() => {})
  await queue.waitFor({ event: 'fault' })
  const { handled } = await worker.stop()
  expect(handled).toEqual([])
})

test('slow: two drains at once both end', async () => {
  await using daemon = await under({ name: 'slow', upTo: 3 })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce(...Array.from({ length: 7 }, () => ({})))
  const both = await Promise.all([queue.drain(() => {}), queue.drain(() => {})])
  expect(both.flatMap(({ completed }) => completed)).toHaveLength(7)
})

test('what a condition has chosen, but not done yet, is left alone once the queue is healthy', async () => {
  await using daemon = await under([{ name: 'lossy', oneIn: 1 }])
  const queue = await daemon.createQueue({ name: 'orders' })
  const fault = queue.fault('produce', { do: 'hang', times: 1 })
  const held = produce(daemon.client, queue, 'a')
  await queue.waitFor({ event: 'fault' })
  const recovering = daemon.recovered({ optional: true, within: '2s' }).catch(() => undefined)
  await held
  expect(fault.isOpen).toBe(false)
  await queue.clear()
  await recovering
})

test('a test meets the same alone as among others: numbers behind names do not matter', async () => {
  const lostOf = async (before: number, name?: string) => {
    await using daemon = await under({ name: 'lossy', oneIn: 3 }, { seed: 'k3' })
    for (let number = 0; number < before; number++) {
      const earlier = await daemon.createQueue(name === undefined ? { label: 'mails' } : { name })
      await produce(daemon.client, earlier, 'x').catch(() => undefined)
      await earlier.delete()
    }
    const tests = new QueuesOfTest(daemon, { name: 'mails', file: undefined, timeout: 5000, leaks: 'off' })
    const queue = await tests.create(name === undefined ? {} : { name })
    const lost: number[] = []
    for (let number = 0; number < 30; number++) {
      await produce(daemon.client, queue, 'x').catch(() => lost.push(number))
    }
    await tests.end({ outcome: 'passed' })
    return lost
  }
  const alone = await lostOf(0)
  expect(alone[0]).toBe(0)
  expect(await lostOf(3)).toEqual(alone)
  expect(await lostOf(3, 'mails')).toEqual(alone)
})

test('a wrong seed is refused', async () => {
  await expect(under('slow', { seed: Number.NaN })).rejects.toThrow('the option seed is a number or a text; got NaN')
  await expect(under('slow', { seed: '' })).rejects.toThrow("the option seed is a number or a text; got ''")
})
