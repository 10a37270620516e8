/** Faults by kind: what the client sees in each way, what storage holds afterwards, and that it is undone when closed. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { QueratorClient, type StoredItem, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'
import { socketCode, WAYS } from '../support/faulty.js'
import { turn, until } from '../support/turns.js'

const ENTRIES = Object.entries(WAYS)

async function started(options = {}): Promise<TestDaemon> {
  return startTestDaemon({ clock: 'frozen', log: 'silent', ...options })
}

/** A lease, as a client of the protocol. */
async function leased(client: QueratorClient, queue: TestQueue, clientId = 'w1', batchSize = 1) {
  const { items, partition } = await client.queueLease({
    queueName: queue.name,
    clientId,
    batchSize,
    requestTimeout: '1m',
  })
  const complete = (ids = items.map(({ id }) => id)) =>
    client.queueComplete({ queueName: queue.name, partition, ids, requestTimeout: '1m' })
  const retry = () => client.queueRetry({ queueName: queue.name, partition, items: items.map(({ id }) => ({ id })) })
  return { items, references: items.map(({ reference }) => reference), complete, retry }
}

async function states(queue: TestQueue): Promise<string[]> {
  return (await queue.items()).map((item: StoredItem) => `${item.reference} ${item.leased ? 'leased' : 'free'}`)
}

describe.each(ENTRIES)('%s', (_, open) => {
  test('lose-request: nothing is carried out, and the connection breaks', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce({ reference: 'a' })
    const lease = await leased(client, queue)
    const fault = queue.fault('complete', { do: 'lose-request' })
    expect(await socketCode(lease.complete())).toBe('ECONNRESET')
    expect(await states(queue)).toEqual(['a leased'])
    fault.close()
    await lease.complete()
    expect(await states(queue)).toEqual([])
    expect(fault.fired).toBe(1)
  })

  test('lose-reply: the call is carried out, and the connection breaks', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce({ reference: 'a' })
    const lease = await leased(client, queue)
    const fault = queue.fault('complete', { do: 'lose-reply' })
    expect(await socketCode(lease.complete())).toBe('ECONNRESET')
    expect(await states(queue)).toEqual([])
    fault.close()
    await expect(lease.complete()).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('does not exist'),
    })
  })

  test('lose-reply on a lease: the item is leased to nobody until the lease runs out', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue({ leaseTimeout: '1m' })
    const client = await open(daemon)
    await queue.produce({ reference: 'a' })
    const fault = queue.fault('lease', { do: 'lose-reply', times: 1 })
    expect(await socketCode(leased(client, queue))).toBe('ECONNRESET')
    expect(await states(queue)).toEqual(['a leased'])
    await daemon.clock.advance('1m')
    expect((await leased(client, queue)).items).toMatchObject([{ reference: 'a', attempts: 2 }])
    expect(fault.isOpen).toBe(false)
  })

  test('lose-reply loses a refusal, too', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    using lost = queue.fault('produce', { do: 'lose-reply' })
    using refused = queue.fault('produce', { do: { refuse: 454 } })
    expect(await socketCode(client.queueProduce({ queueName: queue.name, requestTimeout: '1m', items: [{}] }))).toBe(
      'ECONNRESET',
    )
    expect([lost.fired, refused.fired]).toEqual([1, 1])
    expect(await states(queue)).toEqual([])
  })

  test('a fault that is closed while a lease waits does not touch its reply, and does not count it', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    const fault = queue.fault('lease', { do: 'lose-reply', times: 1 })
    const waiting = leased(client, queue)
    await queue.waitFor({ event: 'lease-waiting' })
    fault.close()
    await queue.produce({ reference: 'a' })
    expect((await waiting).references).toEqual(['a'])
    expect(fault.fired).toBe(0)
    expect(JSON.stringify(daemon.events).includes('"fault"')).toBe(false)
  })

  test('a lease whose client gives up leaves the fault for the next one', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    const gone = new AbortController()
    const fault = queue.fault('lease', { do: 'lose-reply', times: 1 })
    const lease = { queueName: queue.name, clientId: 'w1', batchSize: 1, requestTimeout: '1m' }
    const waiting = client.queueLease(lease, { signal: gone.signal }).catch(() => 'gone')
    await queue.waitFor({ event: 'lease-waiting' })
    gone.abort()
    expect(await waiting).toBe('gone')
    await until('the fault is not counted', () => fault.fired === 0)
    await queue.produce({ reference: 'a' })
    expect(await socketCode(leased(client, queue))).toBe('ECONNRESET')
    expect(fault.fired).toBe(1)
  })

  test('hang: no reply until the fault is closed, then the call is carried out', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce({ reference: 'a' })
    const lease = await leased(client, queue)
    const fault = queue.fault('complete', { do: 'hang', times: 1 })
    let isDone = false
    const done = lease.complete().then(() => {
      isDone = true
    })
    await until('the fault has acted', () => fault.fired === 1)
    await turn()
    expect([isDone, fault.isOpen, await states(queue)]).toEqual([false, true, ['a leased']])
    fault.close()
    await done
    expect(await states(queue)).toEqual([])
  })

  test('hang: a client that gives up is rid of it, and nothing is carried out', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    using fault = queue.fault('produce', { do: 'hang', times: 1 })
    const gone = new AbortController()
    const request = { queueName: queue.name, items: [{ reference: 'a' }], requestTimeout: '1m' }
    const call = client.queueProduce(request, { signal: gone.signal })
    await until('the fault has acted', () => fault.fired === 1)
    gone.abort()
    await expect(call).rejects.toThrow()
    await until('the daemon has noticed', () => !fault.isOpen)
    fault.close()
    await turn()
    expect(await states(queue)).toEqual([])
  })

  test('refuse: the error of a server, and nothing is carried out', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce({ reference: 'a' })
    const lease = await leased(client, queue)
    for (const [code, message] of [
      [453, 'queue is shutting down'],
      [454, 'queue is overloaded; try again later'],
      [500, 'Internal Error'],
    ] as const) {
      using _fault = queue.fault('complete', { do: { refuse: code } })
      await expect(lease.complete()).rejects.toMatchObject({ code, message })
    }
    {
      using _usual = queue.fault('complete', { do: { refuse: 400 } })
      const message = `invalid storage id; '${lease.items[0]?.id}' does not exist`
      await expect(lease.complete()).rejects.toMatchObject({ code: 400, message })
    }
    using _id = queue.fault('complete', {
      do: { refuse: { code: 400, message: `invalid storage id; 'x' does not exist` } },
    })
    await expect(lease.complete()).rejects.toMatchObject({
      code: 400,
      message: "invalid storage id; 'x' does not exist",
    })
    expect(await states(queue)).toEqual(['a leased'])
  })

  test('refuse: the 503 of a proxy is no reply of Querator', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    using _fault = queue.fault('stats', { do: { refuse: 503 } })
    const stats = client.queueStats({ queueName: queue.name })
    await expect(stats).rejects.toMatchObject({ code: 503, message: expect.stringContaining('Service Unavailable') })
  })

  test('delay before: the call is carried out when the clock has gone on', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    using fault = queue.fault('produce', { do: { delay: '5s' } })
    const call = client.queueProduce({ queueName: queue.name, items: [{ reference: 'a' }], requestTimeout: '1m' })
    await until('the fault has acted', () => fault.fired === 1)
    await daemon.clock.advance('4999ms')
    expect(await states(queue)).toEqual([])
    await daemon.clock.advance('1ms')
    expect(await states(queue)).toEqual(['a free'])
    await call
  })

  test('delay before: the call goes on at its time, before what is due later', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue({ leaseTimeout: '1m' })
    const client = await open(daemon)
    // Past the first look, so that the next one is when the leases expire.
    await daemon.clock.advance('1h')
    await queue.produce({ reference: 'a' }, { reference: 'b' })
    const lease = await queue.lease({ batchSize: 2 })
    const [early, late] = lease.items.map(({ id }) => id)
    const complete = (id = '') => {
      const request = { queueName: queue.name, partition: lease.partition, requestTimeout: '1m', ids: [id] }
      return client.queueComplete(request)
    }
    const fault = queue.fault('complete', { do: { delay: '59s' }, times: 1 })
    const first = complete(early)
    await until('the fault has acted', () => fault.fired === 1)
    const another = queue.fault('complete', { do: { delay: '61s' }, times: 1 })
    const second = expect(complete(late)).rejects.toMatchObject({ code: 400 })
    await until('the fault has acted', () => another.fired === 1)
    await daemon.clock.advance('5m')
    await first
    await second
    expect(queue.history().map(({ kind, reference }) => `${kind} ${reference ?? ''}`.trim())).toEqual([
      'queue-created',
      'produced a',
      'produced b',
      'leased a',
      'leased b',
      'fault',
      'fault',
      'completed a',
      'lease-expired b',
      'refused',
    ])
  })

  test('delay before: a request that is on its way arrives, even if its client gave up', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    using fault = daemon.fault({ call: 'queue.produce', do: { delay: '5s' } })
    using ofLease = daemon.fault({ call: 'queue.lease', do: { delay: '5s' } })
    const gone = new AbortController()
    const items = [{ reference: 'a' }]
    const produce = client.queueProduce({ queueName: queue.name, items, requestTimeout: '1m' }, { signal: gone.signal })
    const lease = client.queueLease(
      { queueName: queue.name, clientId: 'w1', batchSize: 1, requestTimeout: '1m' },
      { signal: gone.signal },
    )
    await until('both faults have acted', () => fault.fired + ofLease.fired === 2)
    gone.abort()
    for (const call of [produce, lease]) await expect(call).rejects.toThrow()
    await turn()
    await turn()
    await daemon.clock.advance('5s')
    await until('the item is there', async () => (await states(queue)).length === 1)
    expect(await states(queue)).toEqual(['a free'])
  })

  test('delay after: the call is carried out at once, and answered when the clock has gone on', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    const fault = queue.fault('produce', { do: { delay: '5s', when: 'after' } })
    let isDone = false
    const call = client
      .queueProduce({ queueName: queue.name, items: [{ reference: 'a' }], requestTimeout: '1m' })
      .then(() => {
        isDone = true
      })
    await until('the item is there', async () => (await states(queue)).length === 1)
    await turn()
    expect(isDone).toBe(false)
    await daemon.clock.advance('1s')
    expect(isDone).toBe(false)
    // Closing it lets go of what it holds.
    fault.close()
    await call
  })

  test('expire-lease: the item is free under another id, and complete gets the error of a server', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
    const lease = await leased(client, queue, 'w1', 3)
    using _fault = queue.fault('complete', { do: 'expire-lease', reference: 'b' })
    const id = lease.items[1]?.id
    await expect(lease.complete()).rejects.toMatchObject({
      code: 400,
      message: `invalid storage id; '${id}' does not exist`,
    })
    // The rest of the batch stays leased.
    expect(await states(queue)).toEqual(['c leased', 'b free'])
    expect(queue.history().map(({ kind }) => kind)).toContain('lease-expired')
  })

  test('first: n items are done, and the call is refused', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
    const lease = await leased(client, queue, 'w1', 3)
    using fault = queue.fault('retry', { do: { first: 1 } })
    await expect(lease.retry()).rejects.toMatchObject({ code: 400, message: expect.stringContaining('does not exist') })
    expect(await states(queue)).toEqual(['c leased', 'b free', 'a free'])
    expect(fault.fired).toBe(1)
  })

  test('deliver-twice: another client gets the item, and the first can no longer complete it', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
    const one = await leased(client, queue, 'w1', 2)
    using fault = queue.fault('lease', { do: 'deliver-twice', reference: 'b' })
    const two = await leased(client, queue, 'w2', 2)
    expect(two.items).toMatchObject([{ reference: 'b', attempts: 2 }])
    expect(await states(queue)).toEqual(['a leased', 'c free', 'b leased'])
    await two.complete()
    await expect(one.complete()).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('does not exist'),
    })
    expect(await states(queue)).toEqual(['c free'])
    // Nobody else holds anything, so that a lease is as usual.
    expect((await leased(client, queue, 'w2')).references).toEqual(['c'])
    expect(fault.fired).toBe(1)
  })

  test('reorder: a lease gets the free items from the tail', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce(...['a', 'b', 'c', 'd'].map((reference) => ({ reference })))
    const fault = queue.fault('lease', { do: 'reorder' })
    expect((await leased(client, queue, 'w1', 2)).references).toEqual(['d', 'c'])
    fault.close()
    expect((await leased(client, queue, 'w1', 2)).references).toEqual(['a', 'b'])
  })

  test('clockSkew: deadlines are nearer for a client whose clock is ahead, and farther for one that is behind', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue({ leaseTimeout: '1m' })
    const client = await open(daemon)
    await queue.produce({}, {}, {})
    const seconds: number[] = []
    for (const clockSkew of ['30s', '-30s']) {
      using _fault = queue.fault('lease', { do: { clockSkew } })
      const { items } = await leased(client, queue)
      seconds.push(Number(items[0]?.leaseDeadline?.seconds) - Math.floor(daemon.clock.now().valueOf() / 1000))
    }
    expect(seconds.map((given) => Math.round(given / 10) * 10)).toEqual([30, 90])
    const stored = await queue.items()
    expect(
      new Set(stored.filter(({ leased: is }) => is).map(({ leaseDeadline }) => leaseDeadline?.getTime())).size,
    ).toBe(1)
  })

  test('truncate: the call is carried out, and its reply cannot be read', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce({ reference: 'a' })
    const lease = await leased(client, queue)
    using _fault = queue.fault('complete', { do: 'truncate' })
    expect(await socketCode(lease.complete())).toBe('ECONNRESET')
    expect(await states(queue)).toEqual([])
  })

  test('an outage breaks the connection of a call that another fault holds', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    using hang = queue.fault('produce', { do: 'hang' })
    const held = socketCode(client.queueProduce({ queueName: queue.name, requestTimeout: '1m', items: [{}] }))
    await queue.waitFor({ event: 'fault' })
    const outage = daemon.outage()
    expect(await held).toBe('ECONNRESET')
    outage.close()
    hang.close()
    expect(await states(queue)).toEqual([])
  })

  test('an outage: nothing gets in, waiting leases break, and items stay', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    const waiting = leased(client, queue, 'w1')
    await queue.waitFor({ event: 'lease-waiting' })
    const outage = daemon.outage()
    expect(await socketCode(waiting)).toBe('ECONNRESET')
    const code = await socketCode(client.queuesList({}))
    expect(['ECONNREFUSED', 'ECONNRESET']).toContain(code)
    expect(outage.fired).toBeGreaterThan(0)
    outage.close()
    await queue.produce({ reference: 'a' })
    expect((await leased(client, queue, 'w1')).references).toEqual(['a'])
  })
})

describe.each(ENTRIES)('%s', (_, open) => {
  test('an outage breaks the connections of calls that a pause holds, and they are carried out at its end', async () => {
    await using daemon = await started()
    const queue = await daemon.createQueue()
    const client = await open(daemon)
    await queue.produce({ reference: 'a' }, { reference: 'b' })
    const [one, two] = [await leased(client, queue, 'w1'), await leased(client, queue, 'w2')]
    queue.pause()
    const broken = [
      client.queueProduce({ queueName: queue.name, requestTimeout: '1m', items: [{ reference: 'c' }] }),
      one.complete(),
      two.retry(),
    ].map(socketCode)
    await until('all are held', async () => (await inFlight(daemon, queue)) === 3)
    const outage = daemon.outage()
    expect(await Promise.all(broken)).toEqual(['ECONNRESET', 'ECONNRESET', 'ECONNRESET'])
    expect(outage.fired).toBe(3)
    outage.close()
    // The same calls have no connection that a second one could break.
    const second = daemon.outage({ optional: true })
    expect(second.fired).toBe(0)
    second.close()
    expect(await states(queue)).toEqual(['a leased', 'b leased'])
    queue.resume()
    expect((await states(queue)).sort()).toEqual(['b free', 'c free'])
  })
})

async function inFlight(daemon: TestDaemon, queue: TestQueue): Promise<number | undefined> {
  return (await daemon.client.queueStats({ queueName: queue.name })).logicalQueues[0]?.inFlight
}

test('a reply that ends halfway is no answer for a client of the package', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue()
  using _fault = queue.fault('stats', { do: 'truncate' })
  for (const client of [daemon.client, new QueratorClient({ endpoint: await daemon.listen() })]) {
    await expect(client.queueStats({ queueName: queue.name })).rejects.toMatchObject({ code: 0, codeText: 'No Answer' })
  }
})

test('over TCP, slow sends the reply byte by byte', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue()
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  const fault = queue.fault('stats', { do: 'slow' })
  expect((await client.queueStats({ queueName: queue.name })).logicalQueues).toHaveLength(1)
  await daemon.client.queueStats({ queueName: queue.name })
  expect(fault.fired).toBe(1)
  fault.close()
})

test('an outage over TCP resets connections, and in memory refuses them', async () => {
  await using daemon = await started()
  const endpoint = await daemon.listen()
  const idle = connect({ host: '127.0.0.1', port: Number(new URL(endpoint).port) })
  await once(idle, 'connect')
  await fetch(`${endpoint}/health`)
  const broken = expect(once(idle, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' })
  using _outage = daemon.outage()
  await broken
  await expect(new QueratorClient({ endpoint }).queuesList({})).rejects.toMatchObject({ codeText: 'No Answer' })
  await expect(daemon.client.queuesList({})).rejects.toMatchObject({
    codeText: 'No Answer',
    message: 'no answer from the daemon in this process: nothing listens there; is the daemon running?',
    cause: { code: 'ECONNREFUSED' },
  })
  await expect(daemon.fetch('/health')).rejects.toMatchObject({ name: 'TypeError', message: 'fetch failed' })
  const connection = daemon.connect()
  await expect(new Promise((_, reject) => connection.once('error', reject))).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  })
})

test('the outage of a partition: others take its calls, and those that name it get a 453', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ partitions: 2 })
  await queue.produce({ reference: 'a' })
  await queue.produce({ reference: 'b' })
  const lease = await queue.lease()
  const away = lease.partition
  const outage = queue.partition(away).outage()
  const noPartitions = { code: 453, message: 'queue has no available partitions' }
  await expect(lease.complete()).rejects.toMatchObject(noPartitions)
  await queue.produce({ reference: 'c' })
  const other = await queue.lease({ batchSize: 5 })
  expect([other.partition, other.items.length]).toEqual([1 - away, 2])
  const both = queue.partition(1 - away).outage()
  await expect(queue.produce({})).rejects.toMatchObject(noPartitions)
  await expect(queue.lease()).rejects.toMatchObject(noPartitions)
  both.close()
  outage.close()
  await lease.complete()
  expect(() => queue.partition(7).outage()).toThrow("'7' is not a valid partition")
})

test('a waiting lease gets what a partition holds when its outage is over', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ partitions: 2 })
  await queue.produce({ reference: 'a' })
  const [item] = await queue.items()
  const outage = queue.partition(item?.partition ?? 0).outage()
  const waiting = queue.lease({ requestTimeout: '1m' })
  await queue.waitFor({ event: 'lease-waiting' })
  outage.close()
  expect((await waiting).items[0]?.reference).toBe('a')
})

test.each(['frozen', 'real'] as const)('delayed calls go on in their order, however many: clock %s', async (clock) => {
  await using daemon = await started({ clock })
  const queue = await daemon.createQueue({ leaseTimeout: '10m' })
  // Past the first look, so that the next one is when the lease expires.
  await daemon.clock.advance('1h')
  await queue.produce({ reference: 'early' }, { reference: 'late' })
  const { items, complete } = await leased(daemon.client, queue, 'w1', 2)
  const [early = '', late = ''] = items.map(({ id }) => id)
  const many = queue.fault('produce', { do: { delay: '1m' } })
  const references = Array.from({ length: 3000 }, (_, number) => `item-${number}`)
  const produces = references.map((reference) => queue.produce({ reference }))
  queue.fault('complete', { do: { delay: '9m' }, times: 1 })
  const inTime = complete([early])
  queue.fault('complete', { do: { delay: '11m' }, times: 1 })
  const tooLate = expect(complete([late])).rejects.toMatchObject({ code: 400 })
  await queue.counts()
  await daemon.clock.advance('20m')
  await Promise.all([...produces, inTime, tooLate])
  many.close()
  const left = await queue.items()
  expect(left.map(({ reference }) => reference).filter((reference) => reference.startsWith('item'))).toEqual(references)
  expect(left.map(({ reference }) => reference)).toContain('late')
  expect(left.map(({ reference }) => reference)).not.toContain('early')
})

test('a partition that is away keeps its free items, and explain does not promise them', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ partitions: 2 })
  await queue.produce({ reference: 'a' })
  const [item] = await queue.items()
  using _away = queue.partition(item?.partition ?? 0).outage({ optional: true })
  queue.lease({ requestTimeout: '1m' }).catch(() => undefined)
  await queue.counts()
  expect(queue.explain()).not.toContain('about to get them')
})
