/** Which calls a fault acts on, what its options refuse, and where it shows. */
import { expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { type FaultOptions, startTestDaemon, type TestDaemon } from '../../src/index.js'

async function started(options = {}): Promise<TestDaemon> {
  return startTestDaemon({ clock: 'frozen', log: 'silent', ...options })
}

const LOST = { codeText: 'No Answer' }

test('nth and times choose the calls, and a fault that has acted as often is no longer open', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue()
  const outcomes = async (calls: number) => {
    const all: string[] = []
    for (let call = 0; call < calls; call++) {
      all.push(
        await queue.produce({}).then(
          () => 'ok',
          () => 'lost',
        ),
      )
    }
    return all
  }
  const second = queue.fault('produce', { do: 'lose-request', nth: 2 })
  expect(await outcomes(4)).toEqual(['ok', 'lost', 'ok', 'ok'])
  const twice = queue.fault('produce', { do: 'lose-request', times: 2 })
  expect(await outcomes(4)).toEqual(['lost', 'lost', 'ok', 'ok'])
  const both = queue.fault('produce', { do: 'lose-request', nth: 2, times: 2 })
  expect(await outcomes(4)).toEqual(['ok', 'lost', 'lost', 'ok'])
  for (const fault of [second, twice, both]) expect(fault.isOpen).toBe(false)
  expect([second.fired, twice.fired, both.fired]).toEqual([1, 2, 2])
})

test('queue, clientId and reference choose the calls', async () => {
  await using daemon = await started()
  const [orders, mails] = [await daemon.createQueue({ name: 'orders' }), await daemon.createQueue({ name: 'mails' })]
  for (const queue of [orders, mails]) await queue.produce({ reference: 'a' }, { reference: 'b' })
  const hold = async (clientId: string) => orders.lease({ clientId })
  const [a, b] = [await hold('w1'), await hold('w2')]
  const inMails = await mails.lease({ clientId: 'w1' })
  using byItem = daemon.fault({
    call: 'queue.complete',
    queue: orders,
    clientId: 'w2',
    reference: 'b',
    do: 'lose-request',
  })
  await a.complete()
  await inMails.complete()
  await expect(b.complete()).rejects.toMatchObject(LOST)
  expect(byItem.fired).toBe(1)
  using ofProduce = daemon.fault({ call: 'queue.produce', queue: 'orders', reference: 'x', do: 'lose-request' })
  await orders.produce({ reference: 'y' })
  await mails.produce({ reference: 'x' })
  await expect(orders.produce({ reference: 'y' }, { reference: 'x' })).rejects.toMatchObject(LOST)
  expect(ofProduce.fired).toBe(1)
})

test('a fault without a queue acts on every queue, and never on calls of the harness', async () => {
  await using daemon = await started()
  const [one, two] = [await daemon.createQueue(), await daemon.createQueue()]
  using fault = daemon.fault({ call: 'queue.stats', do: 'lose-request' })
  for (const { name } of [one, two]) {
    await expect(daemon.client.queueStats({ queueName: name })).rejects.toMatchObject(LOST)
  }
  await one.counts()
  expect(fault.fired).toBe(2)
})

test('faults of one call act in the order in which they were made', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  const lease = await queue.lease()
  using slow = queue.fault('complete', { do: { delay: '1s' }, times: 1 })
  using refused = queue.fault('complete', { do: { refuse: 454 }, times: 1 })
  using lost = queue.fault('complete', { do: 'lose-reply', times: 1 })
  const first = lease.complete()
  first.catch(() => undefined)
  expect([slow.fired, refused.fired, lost.fired]).toEqual([1, 1, 0])
  await daemon.clock.advance('1s')
  await expect(first).rejects.toMatchObject({ code: 454 })
  await expect(lease.complete()).rejects.toMatchObject(LOST)
  expect(await queue.items()).toEqual([])
})

test('a conflict is refused and names the first', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  const outage = daemon.outage()
  expect(() => daemon.outage()).toThrow("'outage of the daemon' was made first")
  outage.close()
  daemon.outage().close()
  const all = daemon.fault({ call: 'queue.complete', do: 'lose-request' })
  expect(() => queue.fault('complete', { do: 'lose-reply' })).toThrow(
    "lose-reply could never act: 'lose-request on queue.complete' was made first, and acts on each of these calls; close that one first, or give it times",
  )
  queue.fault('lease', { do: 'lose-request' })
  all.close()
  queue.fault('complete', { do: 'lose-reply' })
  expect(() => queue.fault('complete', { do: 'truncate' })).toThrow(
    "'lose-reply on queue.complete of 'orders'' was made",
  )
  // They may act on different calls.
  queue.fault('complete', { do: { delay: 5 } })
  queue.fault('retry', { do: 'expire-lease', times: 1 })
  queue.fault('retry', { do: { first: 1 } })
  queue.partition(0).outage()
  expect(() => queue.partition(0).outage()).toThrow("'outage of partition 0 of 'orders'' was made first")
})

test.each<[string, unknown, string | RegExp]>([
  ['no call', { do: 'hang' }, "the protocol has no call 'undefined'"],
  ['a misspelt call', { call: 'queue.compete', do: 'hang' }, "no call 'queue.compete'; did you mean 'queue.complete'?"],
  ['a misspelt option', { call: 'queue.lease', do: 'hang', clientid: 'x' }, "did you mean 'clientId'?"],
  [
    'a misspelt kind',
    { call: 'queue.lease', do: 'lose-replay' },
    "a fault has no do 'lose-replay'; did you mean 'lose-reply'?",
  ],
  ['no kind', { call: 'queue.lease' }, 'lose-request, lose-reply'],
  [
    'a kind for another call',
    { call: 'queue.lease', do: 'expire-lease' },
    'acts on queue.complete and queue.retry, not on queue.lease',
  ],
  [
    'deliver-twice on complete',
    { call: 'queue.complete', do: 'deliver-twice' },
    'acts on queue.lease, not on queue.complete',
  ],
  ['a client of produce', { call: 'queue.produce', do: 'hang', clientId: 'w' }, 'takes no clientId'],
  ['a reference of lease', { call: 'queue.lease', do: 'hang', reference: 'a' }, 'takes no reference'],
  ['a reference of stats', { call: 'queue.stats', do: 'hang', reference: 'a' }, 'takes no reference'],
  ['nth of 0', { call: 'queue.lease', do: 'hang', nth: 0 }, 'nth is a whole number, 1 or more; got 0'],
  ['half a time', { call: 'queue.lease', do: 'hang', times: 1.5 }, 'times is a whole number'],
  ['a wrong queue', { call: 'queue.lease', do: 'hang', queue: 5 }, 'queue is a queue or its name; got 5'],
  ['a wrong flag', { call: 'queue.lease', do: 'hang', optional: 'yes' }, 'optional is true or false'],
  ['no delay', { call: 'queue.lease', do: { delay: 'soon' } }, '{ delay } takes milliseconds or a duration'],
  ['a wrong when', { call: 'queue.lease', do: { delay: 5, when: 'later' } }, "when is 'before' or 'after'"],
  ['a negative count', { call: 'queue.retry', do: { first: -1 } }, '{ first } is a number of items'],
  ['a wrong skew', { call: 'queue.lease', do: { clockSkew: 'x' } }, '{ clockSkew } takes milliseconds or a duration'],
  [
    'a delay without an end',
    { call: 'queue.lease', do: { delay: 1e300 } },
    '{ delay } is at most 10,000 days; got 1e+300',
  ],
  ['an endless skew', { call: 'queue.lease', do: { clockSkew: -864e9 - 1 } }, '{ clockSkew } is at most 10,000 days'],
  ['an endless text', { call: 'queue.lease', do: { clockSkew: '-240001h' } }, '{ clockSkew } is at most 10,000 days'],
  ['a huge count', { call: 'queue.retry', do: { first: 1e300 } }, '{ first } is a number of items'],
  [
    'a field of no answer',
    { call: 'queue.retry', do: { refuse: { code: 454, massage: 'x' } } },
    "did you mean 'message'?",
  ],
  [
    'a code that never comes',
    { call: 'queue.produce', do: { refuse: 404 } },
    'is never refused with 404; a server can give:\n  400 queue does not exist',
  ],
  [
    'a text that never comes',
    { call: 'queue.retry', do: { refuse: { code: 400, message: 'no' } } },
    "400 item(s) cannot be retried; '<id>' is not marked as leased",
  ],
  ['two kinds in one', { call: 'queue.retry', do: { first: 1, delay: 5 } }, "{ delay } has no option 'first'"],
])('%s is refused', async (_, options, message) => {
  await using daemon = await started()
  expect(() => daemon.fault(options as FaultOptions)).toThrow(message)
  await daemon.createQueue()
})

test('wrong options of outages and partitions are refused', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue()
  expect(() => daemon.outage({ times: 1 } as never)).toThrow("outage has no option 'times'")
  expect(() => queue.partition(-1)).toThrow('takes the number of a partition')
  expect(() => queue.fault('complete', { do: 'hang', call: 'queue.lease' } as never)).toThrow("no option 'call'")
  expect(() => daemon.queue('nowhere').partition(0).outage()).toThrow("there is no queue named 'nowhere'")
})

test('a fault stands in events, in timelines of its items, in explain() and in the metrics', async () => {
  await using daemon = await started({ callSites: true })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const lease = await queue.lease({ clientId: 'w1' })
  const awaited = queue.waitFor({ event: 'fault', clientId: 'w1' })
  using _fault = queue.fault('complete', { do: 'lose-reply' })
  await expect(lease.complete()).rejects.toMatchObject(LOST)
  expect(await awaited).toMatchObject({
    kind: 'fault',
    fault: 'lose-reply',
    call: 'queue.complete',
    queue: 'orders',
    clientId: 'w1',
    items: [1],
    times: 1,
    callSite: expect.stringContaining('fault-options.test.ts'),
  })
  const kinds = daemon.events.ofItem(1).map(({ kind }) => kind)
  expect(kinds).toEqual(['produced', 'leased', 'fault', 'completed'])
  expect(daemon.events.ofItem(2).map(({ kind }) => kind)).toEqual(['produced'])
  expect(queue.explain()).toMatch(
    /! a fault is open: lose-reply on queue\.complete of 'orders'; it acted once \(\S*fault-options\.test\.ts:\d+\)/,
  )
  const page = await (await daemon.fetch('/metrics')).text()
  expect(page).toContain('querator_faults_total{kind="lose-reply",call="queue.complete"} 1\n')
})

test('a lost reply to a lease stands in the timelines of the items that it leased', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  using _fault = queue.fault('lease', { do: 'lose-reply' })
  await expect(queue.lease({ clientId: 'w1' })).rejects.toMatchObject(LOST)
  expect(daemon.events.ofItem(1).map(({ kind }) => kind)).toEqual(['produced', 'leased', 'fault'])
})

test('a fault about one item of a call stands in the timeline of that one only', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  const lease = await queue.lease({ clientId: 'w1', batchSize: 2 })
  const kindsOf = (item: number) => daemon.events.ofItem(item).map(({ kind }) => kind)
  {
    using _fault = queue.fault('complete', { do: 'expire-lease', reference: 'b' })
    await expect(lease.complete()).rejects.toMatchObject({ code: 400 })
  }
  expect(kindsOf(1)).toEqual(['produced', 'leased', 'completed'])
  expect(kindsOf(2)).toEqual(['produced', 'leased', 'fault', 'lease-expired', 'refused'])
  await queue.lease({ clientId: 'w2' })
  using _twice = queue.fault('lease', { do: 'deliver-twice' })
  await queue.lease({ clientId: 'w3' })
  expect(kindsOf(3)).toEqual(['produced', 'leased', 'lease-expired', 'leased', 'fault'])
})

test('a worker that tries again and again makes one event', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  {
    using _outage = daemon.outage()
    for (let call = 0; call < 5; call++) await expect(queue.produce({})).rejects.toMatchObject(LOST)
  }
  const faults = [...daemon.events].filter(({ kind }) => kind === 'fault')
  expect(faults).toMatchObject([{ fault: 'outage', call: 'queue.produce', queue: 'orders', times: 5 }])
  expect(queue.history()).toContainEqual(expect.objectContaining({ kind: 'fault', times: 5 }))
})

test('faults need no record of events', async () => {
  await using daemon = await started({ events: 0 })
  const queue = await daemon.createQueue()
  using fault = queue.fault('produce', { do: 'lose-request' })
  await expect(queue.produce({})).rejects.toMatchObject(LOST)
  expect(fault.fired).toBe(1)
})

test('a queue that was made again is another queue, and its partition is there', async () => {
  await using daemon = await started()
  const before = await daemon.createQueue({ name: 'again' })
  const outage = before.partition(0).outage()
  await before.delete()
  const after = await daemon.createQueue({ name: 'again' })
  await after.produce({ reference: 'a' })
  const lease = await after.lease()
  await lease.complete()
  outage.close()
  await after.produce({ reference: 'b' })
})

test('closing the daemon lets go of what faults hold', async () => {
  const daemon = await started()
  const queue = await daemon.createQueue()
  const fault = queue.fault('produce', { do: 'hang' })
  const held = queue.produce({})
  held.catch(() => undefined)
  await daemon.close()
  await expect(held).rejects.toMatchObject({ code: 453 })
  expect(fault.isOpen).toBe(false)
  fault.close()
})

test('what a fault finds after it held a call is what is there then', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const lease = await queue.lease({ batchSize: 2 })
  const hang = queue.fault('complete', { do: 'hang', times: 1 })
  queue.fault('complete', { do: 'expire-lease', times: 1 })
  const held = lease.complete()
  held.catch(() => undefined)
  await lease.complete()
  hang.close()
  await expect(held).rejects.toMatchObject({ code: 400, message: expect.stringContaining('does not exist') })
  expect(await queue.counts()).toMatchObject({ total: 0, leased: 0 })
  await queue.produce({ reference: 'c' })
  const again = await queue.lease()
  const hangs = queue.fault('complete', { do: 'hang', times: 1 })
  queue.fault('complete', { do: 'expire-lease', times: 1 })
  const late = again.complete()
  late.catch(() => undefined)
  await queue.delete()
  await daemon.createQueue({ name: 'orders' })
  hangs.close()
  await expect(late).rejects.toMatchObject({ code: 400 })
})

test('a closed daemon takes no faults', async () => {
  const daemon = await started()
  const queue = await daemon.createQueue()
  await daemon.close()
  expect(() => daemon.outage()).toThrow('the daemon is closed')
  expect(() => queue.fault('lease', { do: 'hang' })).toThrow('the daemon is closed')
})

test('drain says which call met a fault, and does not hang', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  queue.fault('complete', { do: 'lose-reply', times: 1 })
  const seen: string[] = []
  await queue.drain((item) => void seen.push(item.reference)).catch((error: Error) => seen.push(error.message))
  expect(seen).toEqual(['a', expect.stringContaining('no answer from the daemon in this process')])
  await queue.produce({ reference: 'b' })
  queue.fault('complete', { do: 'expire-lease', times: 1 })
  const { handled } = await queue.drain(() => undefined)
  expect(handled.map(({ outcome }) => outcome)).toEqual(['lost', 'completed'])
})

test('a delay ends by a running clock, and by that of the runner', async () => {
  for (const clock of ['real', 'runner'] as const) {
    await using daemon = await startTestDaemon({ clock, log: 'silent' })
    const queue = await daemon.createQueue()
    using fault = queue.fault('produce', { do: { delay: 20 } })
    await queue.produce({ reference: 'a' })
    expect(fault.fired).toBe(1)
  }
})

test('a wait gives up while a fault holds the only call, and says which fault', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  daemon.forRunner.observe({ title: 'a test', timeout: 60_000, queues: () => ['orders'] })
  await queue.produce({ reference: 'a' })
  const lease = await queue.lease({ clientId: 'w1' })
  using _fault = queue.fault('complete', { do: 'hang' })
  const held = lease.complete()
  await expect(queue.drained()).rejects.toThrow(
    /^gave up waiting for 'orders' to be drained after [\s\S]*! a fault is open: hang on queue\.complete of 'orders'; it acted once/,
  )
  _fault.close()
  await held
})

test('track moves the clock to the end of a delay', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  using _fault = queue.fault('complete', { do: { delay: '5s' } })
  const began = daemon.clock.now()
  const seen = await daemon.track(async () => (await queue.lease()).complete(), { advance: true })
  expect(seen.completed).toMatchObject([{ reference: 'a' }])
  expect(daemon.clock.now() - began).toBe(5000)
})

test('of many different calls, those that came nearest are named', async () => {
  await using daemon = await started()
  const orders = await daemon.createQueue({ name: 'orders' })
  const tests = new QueuesOfTest(daemon, { name: 'one', file: undefined, timeout: 5000, leaks: 'off' })
  {
    using _fault = daemon.fault({ call: 'queue.lease', queue: orders, clientId: 'w1', do: 'lose-reply' })
    for (let number = 0; number < 60; number++) {
      await daemon.client.queueStats({ queueName: `queue-${number}` }).catch(() => undefined)
    }
    await orders.produce({})
    await orders.lease({ clientId: 'w2' })
  }
  await expect(tests.end({ outcome: 'passed' })).rejects.toThrow(
    "the nearest calls:\n    queue.lease of 'orders' by w2: another client",
  )
})
