/** Recordings: what happened on a daemon while a function ran. */
import { describe, expect, test } from 'vitest'
import { assertQueue } from '../../src/fixtures/assert-queue.js'
import { beginRecording } from '../../src/harness/consumers/open-recording.js'
import { type RecordedItem, startTestDaemon, type TestDaemon } from '../../src/index.js'

const START = Date.parse('2026-01-01T00:00:00Z')

function frozen(options: object = {}): Promise<TestDaemon> {
  return startTestDaemon({ clock: { start: new Date(START) }, log: 'silent', ...options })
}

function references(items: readonly RecordedItem[]): string[] {
  return items.map(({ reference }) => reference)
}

/** The error of a claim that does not hold, or of a wrong call. */
async function errorOf(claim: Promise<unknown>): Promise<Error> {
  return claim.then(
    () => new Error('it holds'),
    (error: Error) => error,
  )
}

describe('daemon.recording', () => {
  test('returns what happened meanwhile, whatever was there before and comes after', async () => {
    await using daemon = await frozen()
    const orders = await daemon.createQueue({ name: 'orders', maxAttempts: 1, deadQueue: true, expireTimeout: '1h' })
    await orders.produce({ reference: 'before', kind: 'order', encoding: 'json', json: { id: 0 } })
    const seen = await daemon.recording(async () => {
      await orders.produce({ reference: 'a', json: { id: 1 } }, { reference: 'b', text: 'B' })
      const lease = await orders.lease({ batchSize: 3, clientId: 'w' })
      await lease.items[0]?.complete()
      await lease.items[1]?.retry({ at: new Date(START + 600_000) })
      await daemon.clock.advance('1m')
      await daemon.client.queueLease({ queueName: 'nope' }).catch(() => undefined)
      return 'done'
    })
    await orders.produce({ reference: 'after' })
    expect(seen.value).toBe('done')
    expect(references(seen.produced)).toEqual(['a', 'b'])
    expect(references(seen.leased)).toEqual(['before', 'a', 'b'])
    expect(references(seen.completed)).toEqual(['before'])
    expect(references(seen.retried)).toEqual(['a'])
    expect(references(seen.leaseExpired)).toEqual(['b'])
    expect(references(seen.deadLettered)).toEqual(['b'])
    expect(seen.expired).toEqual([])
    expect(seen.refused).toMatchObject([{ call: 'queue.lease', code: 400, times: 1 }])
    expect(seen.completed[0]).toMatchObject({
      queue: 'orders',
      item: 1,
      partition: 0,
      kind: 'order',
      encoding: 'json',
      attempts: 1,
      clientId: 'w',
      time: new Date(START),
      due: undefined,
    })
    expect(seen.completed[0]?.json()).toEqual({ id: 0 })
    expect(seen.retried[0]?.due).toEqual(new Date(START + 600_000))
    expect(seen.deadLettered[0]).toMatchObject({ queue: 'orders', deadQueue: 'orders-dead' })
    expect(seen.deadLettered[0]?.time).toEqual(new Date(START + 60_000))
    expect(seen.deadLettered[0]?.text()).toBe('B')
    const [a] = seen.produced
    expect(a?.id).toBe(a?.history()[0]?.id)
    expect(a?.history().map(({ kind }) => kind)).toEqual(['produced', 'leased', 'retried', 'scheduled'])
    expect(seen.events.map(({ number }) => number)).toEqual(
      Array.from({ length: seen.events.length }, (_, at) => at + (seen.events[0]?.number ?? 0)),
    )
  })

  test('has whole payloads, also of items that are gone, and of which only the record knows the rest', async () => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue({ partitions: 3 })
    const large = 'é'.repeat(5000)
    const bytes = Uint8Array.from({ length: 2000 }, (_, at) => at % 256)
    await queue.produce({ reference: 'early', text: large })
    const seen = await daemon.recording(async () => {
      await queue.produce({ reference: 'bytes', bytes })
      for (const _ of [1, 2]) await (await queue.lease()).complete()
    })
    expect(seen.completed.map((item) => item.text().length).sort()).toEqual([2000, 5000])
    expect(seen.completed.find(({ reference }) => reference === 'bytes')?.bytes).toStrictEqual(bytes)
    await queue.delete()
    expect(seen.produced[0]?.bytes).toStrictEqual(bytes)
  })

  test('takes functions that are not async, and nests', async () => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue()
    const outer = await daemon.recording(async () => {
      await queue.produce({ reference: 'one' })
      const inner = await daemon.recording(() => queue.produce({ reference: 'two' }))
      await queue.produce({ reference: 'three' })
      return inner
    })
    expect(references(outer.value.produced)).toEqual(['two'])
    expect(references(outer.produced)).toEqual(['one', 'two', 'three'])
    expect((await daemon.recording(() => 7)).value).toBe(7)
    expect((await daemon.recording(() => undefined)).events).toEqual([])
  })

  test('passes the error of the function through, and stops', async () => {
    await using daemon = await frozen()
    const own = new Error('own')
    await expect(daemon.recording(() => Promise.reject(own))).rejects.toBe(own)
    const thrower = () => {
      throw own
    }
    await expect(daemon.recording(thrower)).rejects.toBe(own)
    await expect(daemon.recording(() => Promise.reject(undefined))).rejects.toBe(undefined)
  })

  test('keeps items only until it ends, or until there are too many', async () => {
    await using daemon = await frozen({ events: 5 })
    const queue = await daemon.createQueue()
    const { record } = queue.embedded('a test')
    let open = 0
    const stopped = new Set<() => void>()
    const witness = record.witness.bind(record)
    record.witness = (tell) => {
      open++
      const stop = witness(tell)
      return () => {
        if (!stopped.has(stop)) open--
        stopped.add(stop)
        stop()
      }
    }
    await daemon.recording(() => expect(open).toBe(1))
    expect(open).toBe(0)
    await daemon.recording(() => Promise.reject(new Error('own'))).catch(() => undefined)
    expect(open).toBe(0)
    const tooMany = daemon.recording(async () => {
      await queue.produce({}, {}, {}, {}, {})
      expect(open).toBe(1)
      await queue.produce({})
      expect(open).toBe(0)
    })
    await expect(tooMany).rejects.toThrow('raise the option events')
  })

  test('a call that was refused before and is refused again belongs to the recording', async () => {
    await using daemon = await frozen()
    const refused = () => daemon.client.queueLease({ queueName: 'nope' }).catch(() => undefined)
    await refused()
    const seen = await daemon.recording(async () => {
      await refused()
      await refused()
    })
    await refused()
    expect(seen.refused).toMatchObject([{ queue: 'nope', times: 2 }])
  })

  test('queues limits it, and in() returns the part of one queue', async () => {
    await using daemon = await frozen()
    const [a, b] = [await daemon.createQueue({ name: 'a' }), await daemon.createQueue({ name: 'b' })]
    const work = async () => {
      await a.produce({ reference: 'in-a' })
      await b.produce({ reference: 'in-b' })
      await (await daemon.createQueue({ name: 'c' })).produce({ reference: 'in-c' })
      await daemon.queue('c').delete()
    }
    const all = await daemon.recording(work)
    const some = await daemon.recording(work, { queues: [a, 'c'] })
    expect(references(all.produced)).toEqual(['in-a', 'in-b', 'in-c'])
    expect(references(some.produced)).toEqual(['in-a', 'in-c'])
    expect(references(all.in(b).produced)).toEqual(['in-b'])
    expect(references(all.in('c').in('c').produced)).toEqual(['in-c'])
    expect(all.in('c').value).toBe(undefined)
    expect(() => some.in(b)).toThrow("the recording is of 'a', 'c' only, and knows nothing of 'b'")
    expect(() => all.in('a').in('b')).toThrow("the recording is of 'a' only, and knows nothing of 'b'")
    expect(() => all.in('queue-of-nobody')).toThrow(
      "there was no queue named 'queue-of-nobody' during the recording; produced elsewhere: 1 to 'a', 1 to 'b', 1 to 'c'",
    )
    expect(() => all.in(7 as never)).toThrow('in takes a queue or its name; got 7')
  })

  test('a queue that is deleted and made again is one name', async () => {
    await using daemon = await frozen()
    const work = async () => {
      const queue = await daemon.createQueue({ name: 'q' })
      await queue.produce({ reference: 'x' })
      await queue.delete()
    }
    const seen = await daemon.recording(async () => {
      await work()
      await work()
    })
    expect(references(seen.in('q').produced)).toEqual(['x', 'x'])
    expect(seen.produced.map(({ item }) => item)).toEqual([1, 2])
  })

  test.each([
    [{ queus: [] }, "recording has no option 'queus'; did you mean 'queues'? It has: queues"],
    [{ queues: [] }, 'the option queues of recording is a list of queues or their names'],
    [{ queues: 'orders' }, 'the option queues of recording is a list of queues or their names'],
    [{ queues: ['orders', 7] }, 'the option queues of recording is a list of queues or their names'],
  ])('refuses the options %j before it runs anything', async (options, message) => {
    await using daemon = await frozen()
    const ran: number[] = []
    await expect(daemon.recording(() => ran.push(1), options as never)).rejects.toThrow(message)
    await expect(daemon.recording(7 as never)).rejects.toThrow('recording takes a function to run; got 7')
    expect(ran).toEqual([])
  })

  test('says to raise the option events if the daemon keeps too few', async () => {
    await using none = await frozen({ events: 0 })
    const ran: number[] = []
    await expect(none.recording(() => ran.push(1))).rejects.toThrow(
      'a recording is read from the events, and this daemon keeps none; raise the option events',
    )
    expect(ran).toEqual([])
    await using few = await frozen({ events: 5 })
    const queue = await few.createQueue()
    const items = (count: number) => Array.from({ length: count }, () => ({}))
    expect((await few.recording(() => queue.produce(...items(5)))).produced).toHaveLength(5)
    const error = await errorOf(few.recording(() => queue.produce(...items(6))))
    expect(error.message).toBe(
      '6 events happened during the recording, and this daemon keeps the latest 5; raise the option events',
    )
    expect(error.stack?.split('\n')[1]).toMatch(/test\/api\/recordings\.test\.ts:\d+/)
    // Its own error says more.
    const own = new Error('own')
    const both = few.recording(async () => {
      await queue.produce(...items(20))
      throw own
    })
    await expect(both).rejects.toBe(own)
  })

  test('needs an open daemon in the process', async () => {
    const daemon = await frozen()
    const attached = await startTestDaemon({ endpoint: await daemon.listen() })
    await expect(attached.recording(() => undefined)).rejects.toThrow(
      /^recording works only on a daemon inside the test process/,
    )
    await attached.close()
    const queue = await daemon.createQueue()
    const seen = await daemon.recording(async () => {
      await queue.produce({ reference: 'last' })
      await daemon.close()
    })
    expect(references(seen.produced)).toEqual(['last'])
    expect(seen.produced[0]?.history()).toHaveLength(1)
    await expect(daemon.recording(() => undefined)).rejects.toThrow('the daemon is closed')
  })

  test('can be begun and ended by hand', async () => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue({ name: 'q' })
    const open = beginRecording(queue.embedded('a test'), { queues: ['q'] })
    await queue.produce({ reference: 'a' })
    const seen = open.end()
    expect([references(seen.produced), seen.value]).toEqual([['a'], undefined])
  })
})

describe('matchers on a recording', () => {
  async function recorded() {
    const daemon = await frozen()
    const queues = {
      orders: await daemon.createQueue({ name: 'orders', maxAttempts: 1, deadQueue: true }),
      order: await daemon.createQueue({ name: 'order' }),
    }
    await queues.orders.produce({ reference: 'before' })
    const seen = await daemon.recording(async () => {
      await queues.order.produce({ reference: 'typo' }, {}, {})
      await queues.orders.produce({ reference: 'a', json: { id: 1, large: 'x'.repeat(2000) } })
      await queues.orders.produce({ reference: 'later', enqueueAt: new Date(START + 3_600_000) })
      await (await queues.orders.lease()).complete()
      await queues.orders.lease()
      await daemon.clock.advance('1m')
    })
    return { daemon, seen, ...queues }
  }

  test('toHaveProduced, toHaveCompleted and toHaveDeadLettered hold, do not hold, and refuse', async () => {
    const { daemon, seen, orders } = await recorded()
    await using _ = daemon
    const claims = assertQueue(seen)
    await claims.toHaveProduced('orders', ['a', { reference: 'later', in: '1h' }])
    await claims.toHaveProduced(orders, [{ json: { id: 1, large: 'x'.repeat(2000) } }, { at: '2026-01-01T01:00:00Z' }])
    await claims.toHaveProduced('order', 3)
    await claims.toHaveCompleted('orders', ['before'])
    await claims.toHaveDeadLettered(orders, [{ reference: 'a', json: expect.any(Object) }])
    await claims.not.toHaveProduced('orders', ['a'])
    await claims.not.toHaveProduced('orders', 0)
    await claims.not.toHaveCompleted('order', 1)
    await claims.not.toHaveDeadLettered('orders', ['before'])
    for (const [claim, message] of [
      [claims.toHaveProduced('orders', ['a']), /^expected 'orders', during the recording, to have produced\n/],
      [claims.not.toHaveProduced('order', 3), /^expected 'order', during the recording, not to have produced 3 items/],
      [
        claims.toHaveCompleted('orders', 2),
        /^expected 'orders', during the recording, to have completed 2 items, but there are 1/,
      ],
      [claims.toHaveProduced(['a'] as never), /^toHaveProduced on a recording takes the queue and what you expect/],
      [assertQueue(orders).toHaveProduced('orders', ['a']), /^toHaveProduced on a queue takes only what you expect/],
      [
        claims.toHaveProduced('ordres', ['a']),
        "there was no queue named 'ordres' during the recording; did you mean 'orders'? produced elsewhere: 3 to 'order', 2 to 'orders'",
      ],
      [
        claims.not.toHaveProduced('ordres', ['a']),
        "there was no queue named 'ordres' during the recording; did you mean 'orders'? produced elsewhere: 3 to 'order', 2 to 'orders'",
      ],
      [claims.toHaveProduced(7 as never, ['a']), 'toHaveProduced takes a queue or its name; got 7'],
      [claims.toHaveProduced('orders', 'a' as never), 'toHaveProduced takes a list of items; got a'],
      [claims.toHaveCompleted('orders', [{ in: '1h' } as never]), "toHaveCompleted: items have no field 'in'"],
      [
        claims.toBeDrained(),
        'toBeDrained is about a queue, as createQueue() and the fixture queue make them; got a Recording',
      ],
    ] as const) {
      await expect(claim).rejects.toThrow(message)
    }
  })

  test('a failure shows what differs, and what was produced elsewhere', async () => {
    const { daemon, seen } = await recorded()
    await using _ = daemon
    const failed = await errorOf(
      assertQueue(seen).toHaveProduced('orders', ['never', { reference: 'later', in: '30m' }]),
    )
    expect(failed.message.split('\n')).toEqual([
      "expected 'orders', during the recording, to have produced",
      '',
      '   reference  state     attempts  payload',
      '✗  a          produced  0         {"id":1,"large":"xxxxxxxxxxxxxxxxxxxxxx…  ← expected \'never\'',
      '✗  later      produced  0                                                   ← due in 1h0m0s, expected in 30m0s',
      '',
      'timeline of a:',
      '  +0s    produced',
      '  +0s    leased by client-2 for 1m0s, attempt 1',
      '  +1m0s  lease-expired by client-2',
      '  +1m0s  dead-lettered to orders-dead',
      'timeline of later:',
      '  +0s  produced',
      '  +0s  scheduled for 1h0m0s',
    ])
  })

  test('a failure says that nothing was produced, that a call was refused, and which queue was probably meant', async () => {
    await using daemon = await frozen()
    await daemon.createQueue({ name: 'orders' })
    const order = await daemon.createQueue({ name: 'order' })
    const seen = await daemon.recording(async () => {
      await order.produce({ reference: 'a' }, {}, {})
      await daemon.client.queueProduce({ queueName: 'orders', items: [] }).catch(() => undefined)
    })
    const failed = await errorOf(assertQueue(seen).toHaveProduced('orders', ['a']))
    expect(failed.message.split('\n')).toEqual([
      "expected 'orders', during the recording, to have produced",
      '',
      '  (no items)',
      "✗ missing: 'a', which was produced to 'order'",
      "! nothing was produced to 'orders' during the recording; produced elsewhere: 3 to 'order' (was 'orders' meant?)",
      expect.stringMatching(/^! queue\.produce refused: 400 Bad Request, /),
    ])
    expect((await errorOf(assertQueue(seen).toHaveCompleted('orders', ['b']))).message.split('\n')).toEqual([
      "expected 'orders', during the recording, to have completed",
      '',
      '  (no items)',
      "✗ missing: 'b', to which nothing happened",
      expect.stringMatching(/^! queue\.produce refused/),
    ])
    const nothing = await daemon.recording(() => undefined)
    expect((await errorOf(assertQueue(nothing).toHaveProduced('orders', 1))).message).toContain(
      "! nothing was produced to 'orders' during the recording; nothing was produced elsewhere",
    )
  })
})
