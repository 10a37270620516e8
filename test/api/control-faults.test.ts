/** Faults over the control plane, for suites in every language: what their clients see, and what the daemon keeps. */
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { QueratorClient, startTestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'
import { DOORS } from '../support/doors.js'

const FROZEN = { clock: { start: new Date('2026-01-01T00:00:00Z') }, log: 'silent', endpoint: '' } as const
const COMPLETE = { call: 'queue.complete', queue: 'orders' }

/** A daemon with a control plane, and a client of another process: over TCP. */
async function controlled(door?: string) {
  const daemon = await startTestDaemon(FROZEN)
  const control = await controlOf(daemon, door)
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  return { daemon, client, queue, ...control, [Symbol.asyncDispose]: () => daemon.close() }
}

for (const door of Object.keys(DOORS)) {
  test(`a lost reply: added, listed, removed, ${door}`, async () => {
    await using on = await controlled(door)
    const { client, queue, get, post } = on
    const { status, body } = await post('/test/faults', { ...COMPLETE, do: 'lose-reply', times: 1 })
    const fresh = {
      fault: 1,
      text: "lose-reply on queue.complete of 'orders'",
      fired: 0,
      matched: 0,
      held: 0,
      open: true,
      nearest: [],
    }
    expect([status, body]).toEqual([200, fresh])
    const { items } = await client.queueLease({
      queueName: 'orders',
      clientId: 'w',
      batchSize: 1,
      requestTimeout: '5s',
    })
    const ids = items.map(({ id }) => id)
    const complete = () => client.queueComplete({ queueName: 'orders', requestTimeout: '5s', partition: 0, ids })
    await expect(complete()).rejects.toMatchObject({ codeText: 'No Answer' })
    expect(await queue.counts()).toMatchObject({ total: 1 })
    await expect(complete()).rejects.toMatchObject({ code: 400 })
    const listed = (await get('/test/faults')).body
    expect(listed).toEqual({
      faults: [
        {
          ...fresh,
          fired: 1,
          matched: 1,
          open: false,
          nearest: ["queue.lease of 'orders' by w: another call"],
        },
      ],
    })
    expect((await post('/test/faults/remove', { fault: 1 })).body).toEqual(listed.faults[0])
    expect((await get('/test/faults')).body).toEqual({ faults: [] })
    const removed = { faults: [{ ...listed.faults[0], open: false }] }
    expect((await get('/test/faults?fault=1')).body).toEqual(removed)
    expect((await get('/test/faults?fault=2')).body).toEqual({ faults: [] })
    expect((await post('/test/faults/remove', { fault: 1 })).status).toBe(400)
  })
}

test('a removed fault still shows that it did not change a call, until a reset', async () => {
  await using on = await controlled()
  const { client, queue, get, post } = on
  await queue.clear()
  await post('/test/faults', { call: 'queue.lease', do: 'lose-reply' })
  const leasing = client.queueLease({ queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '5s' })
  await queue.waitFor({ event: 'lease-waiting' })
  expect((await post('/test/faults/remove', { fault: 1 })).body).toMatchObject({ fired: 1, matched: 1 })
  await queue.produce({})
  await leasing
  const { body } = await get('/test/faults?fault=1')
  expect(body.faults).toMatchObject([{ fired: 0, matched: 0, open: false }])
  expect(body.faults[0].nearest).toContain(
    "queue.lease of 'orders' by w: not changed by it: the fault was closed first",
  )
  await post('/test/reset')
  expect((await get('/test/faults?fault=1')).body).toEqual({ faults: [] })
})

test('the latest removed faults are kept, and all that are open', async () => {
  await using on = await controlled()
  const { get, post } = on
  await post('/test/faults', { ...COMPLETE, do: 'hang', clientId: 'first' })
  for (let number = 2; number <= 1003; number++) {
    await post('/test/faults', { ...COMPLETE, do: 'hang', clientId: 'w' })
    await post('/test/faults/remove', { fault: number })
  }
  const kept = async (fault: number) => (await get(`/test/faults?fault=${fault}`)).body.faults.length
  expect([await kept(1), await kept(2), await kept(3), await kept(1003)]).toEqual([1, 0, 0, 1])
})

test('a fault that is removed lets calls go on, or breaks their connections', async () => {
  await using on = await controlled()
  const { client, queue, get, post } = on
  const produce = () => client.queueProduce({ queueName: 'orders', requestTimeout: '5s', items: [{ utf8: 'c' }] })
  const held = async () => {
    const { body } = await get('/test/faults')
    return body.faults.map((fault: { held: number }) => fault.held)
  }
  const until = async (wanted: number[]) => {
    while (JSON.stringify(await held()) !== JSON.stringify(wanted)) await queue.counts()
  }
  await post('/test/faults', { call: 'queue.produce', do: 'hang' })
  const first = produce()
  await until([1])
  expect((await post('/test/faults/remove', { fault: 1 })).body).toMatchObject({ held: 1, fired: 1, open: true })
  await first
  await post('/test/faults', { call: 'queue.produce', do: 'hang' })
  const second = expect(produce()).rejects.toMatchObject({ codeText: 'No Answer' })
  await until([1])
  await post('/test/faults/remove', { fault: 2, breakCalls: true })
  await second
  expect(await queue.counts()).toMatchObject({ total: 3 })
})

test('every kind of fault is taken as JSON', async () => {
  await using on = await controlled()
  const texts: string[] = []
  for (const fields of [
    { call: 'queue.lease', do: 'lose-request', clientId: 'w', nth: 2 },
    { call: 'queue.produce', do: { refuse: 454 }, times: 3 },
    { call: 'queue.produce', do: { refuse: { code: 453, message: 'queue has no available partitions' } }, times: 1 },
    { call: 'queues.list', do: { delay: '5s', when: 'after' }, times: 1 },
    { call: 'queues.list', do: { delay: 1.5 }, times: 1 },
    { call: 'queue.complete', do: 'expire-lease', reference: 'a', times: 1 },
    { call: 'queue.retry', do: { first: 1 }, times: 1 },
    { call: 'queue.lease', do: { clockSkew: '-30s' }, times: 1 },
  ]) {
    const { status, body } = await on.post('/test/faults', fields)
    expect([fields, status]).toEqual([fields, 200])
    texts.push(body.text)
  }
  expect(texts).toEqual([
    'lose-request on queue.lease by w, number 2',
    'refuse with 454 on queue.produce, 3 times',
    'refuse with 453 on queue.produce',
    'delay of 5s after queues.list',
    'delay of 1.5ms on queues.list',
    'expire-lease on queue.complete with a',
    'first 1 on queue.retry',
    'clock-skew of -30s on queue.lease',
  ])
  expect((await on.get('/test/faults')).body.faults.map(({ fault }: { fault: number }) => fault)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8,
  ])
})

test('wrong fields are refused, and nothing is added', async () => {
  await using on = await controlled()
  for (const [fields, message] of [
    [{ call: 'queue.complete' }, "POST /test/faults needs the field 'do'"],
    [{ call: 'queue.complete', do: 7 }, 'POST /test/faults: do is a string, or an object such as'],
    [{ call: 'queue.complete', do: null }, 'POST /test/faults: do is a string, or an object such as'],
    [{ call: 'queue.complet', do: 'hang' }, "did you mean 'queue.complete'?"],
    [{ call: 'queue.complete', do: 'lose-repl' }, "did you mean 'lose-reply'?"],
    [{ call: 'queue.complete', do: { refuse: 418 } }, 'queue.complete is never refused with 418'],
    [{ call: 'queue.complete', do: { delay: '5s', wen: 'after' } }, "did you mean 'when'?"],
    [{ call: 'queue.complete', do: [] }, 'a fault'],
    [{ call: 'queue.complete', do: 'hang', times: 0 }, 'times is a whole number, 1 or more'],
    [{ call: 'queue.produce', do: 'hang', clientId: 'w' }, 'takes no clientId'],
    [{ call: 'queue.complete', do: 'hang', optional: true }, "has no field 'optional'"],
  ] as const) {
    const { status, body } = await on.post('/test/faults', fields)
    expect([fields, status, body.message]).toEqual([fields, 400, expect.stringContaining(message)])
  }
  for (const [path, fields, status, message] of [
    ['/test/outage', { queue: 'orders' }, 400, 'takes queue and partition together'],
    ['/test/outage', { partition: 0 }, 400, 'takes queue and partition together'],
    ['/test/outage', { queue: 'ordes', partition: 0 }, 400, "did you mean 'orders'?"],
    ['/test/outage', { queue: 'orders', partition: 9 }, 400, "'9' is not a valid partition"],
    ['/test/faults/remove', { fault: 1 }, 400, 'there is no fault 1; there are none'],
    ['/test/faults/remove', { fault: 1, breakCalls: 'yes' }, 400, "breakCalls is true or false; got 'yes'"],
  ] as const) {
    const reply = await on.post(path, fields)
    expect([path, reply.status, reply.body.message]).toEqual([path, status, expect.stringContaining(message)])
  }
  expect((await on.get('/test/faults')).body).toEqual({ faults: [] })
  await on.post('/test/faults', { ...COMPLETE, do: 'lose-request' })
  const conflict = await on.post('/test/faults', { ...COMPLETE, do: 'lose-reply' })
  expect(conflict.status).toBe(453)
  expect(conflict.body.message).toContain("'lose-request on queue.complete of 'orders'' was made first")
  const unknown = await on.post('/test/faults/remove', { fault: 2 })
  expect(unknown.body.message).toBe('there is no fault 2; there are: 1')
})

test('an outage: only the control plane answers, and it ends the outage', async () => {
  await using on = await controlled()
  const { daemon, client, get, post } = on
  const endpoint = await daemon.listen()
  const waiting = client.queueLease({ queueName: 'empty', clientId: 'w', batchSize: 1, requestTimeout: '5s' })
  await expect(waiting).rejects.toMatchObject({ code: 400 })
  const { status, body } = await post('/test/outage')
  expect([status, body]).toMatchObject([200, { fault: 1, text: 'outage of the daemon', fired: 0 }])
  await expect(client.queuesList({})).rejects.toMatchObject({ codeText: 'No Answer' })
  await expect(daemon.client.queuesList({})).rejects.toMatchObject({ codeText: 'No Answer' })
  await expect(fetch(`${endpoint}/health`)).rejects.toThrow()
  expect((await get('/test/clock')).status).toBe(200)
  expect((await (await daemon.fetch('/test/clock')).json()) as object).toMatchObject({ frozen: true })
  expect((await get('/test/faults')).body.faults).toMatchObject([{ fired: 3, open: true }])
  const events = (await get('/test/events?kind=fault')).body.events
  expect(events).toMatchObject([
    { fault: 'outage', call: 'queues.list', times: 2 },
    { fault: 'outage', call: '/health', times: 1 },
  ])
  await post('/test/faults/remove', { fault: 1 })
  expect((await client.queuesList({})).items).toHaveLength(1)
})

test('an outage breaks connections that wait, but not a stream of events', async () => {
  await using on = await controlled()
  const { daemon, client, queue, post } = on
  await queue.clear()
  const waiting = expect(
    client.queueLease({ queueName: 'orders', clientId: 'w', batchSize: 1, requestTimeout: '1m' }),
  ).rejects.toMatchObject({ codeText: 'No Answer' })
  await queue.waitFor({ event: 'lease-waiting' })
  const endpoint = await daemon.listen()
  const lines: string[] = []
  const stream = request(`${endpoint}/test/events/stream?kind=produced`)
  const read = new Promise<void>((resolve) => {
    stream.on('response', (response) => {
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        lines.push(text)
        if (text.includes('"kind":"produced"')) resolve()
      })
      void post('/test/outage').then(async ({ body }) => {
        await waiting
        await post('/test/faults/remove', { fault: body.fault })
        await client.queueProduce({ queueName: 'orders', requestTimeout: '5s', items: [{ utf8: 'late' }] })
      })
    })
  })
  stream.end()
  await read
  stream.destroy()
  expect(lines.join('')).toContain('"queue":"orders"')
})

test('the outage of a partition', async () => {
  await using on = await controlled()
  const { client, post } = on
  await post('/test/outage', { queue: 'orders', partition: 0 })
  const produce = () => client.queueProduce({ queueName: 'orders', requestTimeout: '5s', items: [{ utf8: 'c' }] })
  await expect(produce()).rejects.toMatchObject({ code: 453, message: 'queue has no available partitions' })
  await post('/test/faults/remove', { fault: 1 })
  await produce()
})

test('reset ends faults, and the next one has another number', async () => {
  await using on = await controlled()
  const { get, post } = on
  await post('/test/faults', { ...COMPLETE, do: 'hang' })
  await post('/test/reset')
  expect((await get('/test/faults')).body).toEqual({ faults: [] })
  expect((await post('/test/faults', { ...COMPLETE, do: 'hang' })).body.fault).toBe(2)
})

test('a control plane that is served again keeps its faults and its last reset', async () => {
  await using on = await controlled()
  const { daemon, get, post } = on
  await post('/test/reset')
  await post('/test/faults', { call: 'queue.complete', do: 'hang' })
  await daemon.listen({ control: { host: 'querator' } })
  expect((await get('/test/faults')).body.faults).toMatchObject([{ fault: 1 }])
  expect((await get('/test/events')).body.events).toEqual([])
})
