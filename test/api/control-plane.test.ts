/** The routes of the control plane, in memory and over TCP: what they do, and what they refuse. */
import { expect, test } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { serveControl } from '../../src/control/control-plane.js'
import { Daemon } from '../../src/daemon/daemon.js'
import { startTestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'
import { DOORS } from '../support/doors.js'

const START = new Date('2026-01-01T00:00:00Z')
const FROZEN = { clock: { start: START }, log: 'silent', endpoint: '' } as const

for (const door of Object.keys(DOORS)) {
  test(`health names the version of the plane, ${door}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const { get } = await controlOf(daemon, door)
    const { status, headers, body } = await get('/test/health')
    expect(body).toEqual({ status: 'pass', version: expect.stringMatching(/^\d/), control: 1 })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test(`the clock can be read, moved, frozen and resumed, ${door}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const { get, post } = await controlOf(daemon, door)
    expect((await get('/test/clock')).body).toEqual({
      now: START.getTime(),
      time: '2026-01-01T00:00:00.000Z',
      frozen: true,
    })
    const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 2 })
    await queue.produce({ reference: 'order-1' })
    const { items } = await queue.lease({ clientId: 'worker' })
    const { status, body } = await post('/test/clock/advance', { by: '1m' })
    expect(status).toBe(200)
    expect(body).toEqual({
      now: START.getTime() + 60_000,
      time: '2026-01-01T00:01:00.000Z',
      frozen: true,
      fired: [
        {
          time: '2026-01-01T00:01:00.000Z',
          kind: 'lease-expired',
          queue: 'orders',
          partition: 0,
          id: expect.any(String),
          reference: 'order-1',
        },
      ],
    })
    await expect(items[0]?.complete()).rejects.toThrow()
    expect((await post('/test/clock/advance', { by: 1500 })).body).toMatchObject({
      now: START.getTime() + 61_500,
      fired: [],
    })
    expect((await post('/test/clock/resume')).body.frozen).toBe(false)
    expect(daemon.clock.frozen).toBe(false)
    expect((await post('/test/clock/freeze')).body.frozen).toBe(true)
    expect((await post('/test/clock/freeze')).body.now).toBe(daemon.clock.now())
  })

  test(`a queue is paused and resumed, ${door}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const { post } = await controlOf(daemon, door)
    await daemon.client.queuesCreate({
      queueName: 'orders',
      leaseTimeout: '1m',
      expireTimeout: '1h',
      requestedPartitions: 3,
    })
    const queue = daemon.queue('orders')
    expect((await post('/test/queues/pause', { queue: 'orders' })).body).toEqual({ queue: 'orders', paused: true })
    const produced = queue.produce({ reference: 'order-1' })
    expect(await queue.counts()).toMatchObject({ total: 0 })
    expect((await post('/test/queues/resume', { queue: 'orders' })).body).toEqual({ queue: 'orders', paused: false })
    await produced
    expect(await queue.counts()).toMatchObject({ total: 1 })
  })

  test(`a queue is explained and drawn as text, ${door}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const { get } = await controlOf(daemon, door)
    const queue = await daemon.createQueue({ name: 'bestellungen-für-ä&b', leaseTimeout: '1m' })
    await queue.produce({ reference: 'order-1', text: 'plain' })
    await queue.lease({ clientId: 'worker' })
    const name = encodeURIComponent('bestellungen-für-ä&b')
    expect((await get(`/test/explain?queue=${name}`)).body).toEqual({ text: queue.explain() })
    expect((await get(`/test/snapshot?queue=${name}`)).body).toEqual({ text: await queue.snapshot() })
    expect((await get(`/test/snapshot?queue=${name}`)).body.text).toBe(
      '#1 order-1 leased by worker until +1m0s, attempt 1 plain',
    )
  })

  test(`events are listed, filtered and paged, ${door}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const { get } = await controlOf(daemon, door)
    const queue = await daemon.createQueue({ name: 'orders' })
    await daemon.createQueue({ name: 'invoices' })
    await queue.produce({ reference: 'a' }, { reference: 'b' })
    const all = (await get('/test/events')).body
    expect(all).toMatchObject({ more: false, missed: 0, last: daemon.events.count })
    expect(all.events).toEqual(JSON.parse(JSON.stringify([...daemon.events].map(({ callPath: _, ...event }) => event))))
    const ofQueue = (await get('/test/events?queue=orders')).body.events
    expect(ofQueue.map((event: { kind: string }) => event.kind)).toEqual(['queue-created', 'produced', 'produced'])
    const { events } = (await get('/test/events?queue=orders&kind=produced')).body
    expect(events.map((event: { reference: string }) => event.reference)).toEqual(['a', 'b'])
    const first = (await get('/test/events?kind=produced&limit=1')).body
    expect(first).toMatchObject({ more: true, events: [{ reference: 'a' }] })
    const rest = (await get(`/test/events?kind=produced&since=${first.last}`)).body
    expect(rest).toMatchObject({ more: false, events: [{ reference: 'b' }] })
    expect((await get(`/test/events?since=${rest.last}`)).body.events).toEqual([])
  })

  test(`an item has a history, by id and by reference, ${door}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const { get } = await controlOf(daemon, door)
    const queue = await daemon.createQueue({ name: 'orders', maxAttempts: 1, leaseTimeout: '1m', deadQueue: true })
    await queue.produce({ reference: 'order-1' })
    await queue.produce({ reference: 'order-2' })
    const { items } = await queue.lease({ clientId: 'worker' })
    await daemon.clock.advance('2m')
    const kinds = ({ body }: { body: { events: { kind: string }[] } }) => body.events.map(({ kind }) => kind)
    const story = ['produced', 'leased', 'lease-expired', 'dead-lettered']
    expect(kinds(await get(`/test/history?queue=orders&id=${items[0]?.id}`))).toEqual(story)
    expect(kinds(await get('/test/history?queue=orders&reference=order-1'))).toEqual(story)
    expect(kinds(await get('/test/history?queue=orders-dead&reference=order-1'))).toEqual(story)
  })

  test(`bad requests are refused and change nothing, ${door}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const { get, post, send } = await controlOf(daemon, door)
    await daemon.createQueue({ name: 'orders' })
    const before = daemon.events.count
    const cases: [Promise<{ status: number; body: unknown }>, number, string][] = [
      [get('/test/clok'), 501, "no such method; /test/clok; did you mean '/test/clock'?"],
      [get('/test/'), 501, 'no such method; /test/; there are: /test/health, '],
      [get('/test'), 501, 'no such method; /test; there are: /test/health, '],
      [get('/test/clock/advance'), 400, "http method 'GET' not allowed; only POST"],
      [post('/test/clock'), 400, "http method 'POST' not allowed; only GET"],
      [send('DELETE', '/test/reset'), 400, "http method 'DELETE' not allowed; only POST"],
      [post('/test/clock/advance'), 400, "POST /test/clock/advance needs the field 'by'; How far: milliseconds"],
      [post('/test/clock/advance', { yb: 1 }), 400, "POST /test/clock/advance has no field 'yb'; "],
      [
        post('/test/clock/advance-until', { event: 'leased', reverence: 'a' }),
        400,
        "POST /test/clock/advance-until has no field 'reverence'; did you mean 'reference'? It has: event, queue, ",
      ],
      [post('/test/clock/freeze', { by: 1 }), 400, "POST /test/clock/freeze has no fields; got 'by'"],
      [
        post('/test/clock/advance', { by: '1 minute' }),
        400,
        'POST /test/clock/advance: by takes milliseconds or a duration',
      ],
      [post('/test/clock/advance', { by: -1 }), 400, 'POST /test/clock/advance: by takes milliseconds or a duration'],
      [post('/test/clock/advance', { by: 0.5 }), 400, 'POST /test/clock/advance: by takes whole milliseconds; got 0.5'],
      [post('/test/clock/advance', { by: null }), 400, 'POST /test/clock/advance: by takes milliseconds or a duration'],
      [post('/test/clock/advance', [1]), 400, 'POST /test/clock/advance takes a JSON object'],
      [send('POST', '/test/clock/advance', {}, '{"by":'), 400, 'POST /test/clock/advance: the body is no JSON; '],
      [
        send('POST', '/test/clock/advance', {}, `{"by":"${'1'.repeat(70_000)}s"}`),
        400,
        'request body exceeds 64.0KiB limit',
      ],
      [
        send('POST', '/test/clock/advance?by=1s'),
        400,
        'POST /test/clock/advance takes its fields in the body, as JSON',
      ],
      [
        send('POST', '/test/clock/advance', {}, '{"__proto__":{"by":1}}'),
        400,
        "POST /test/clock/advance has no field '__proto__'; ",
      ],
      [
        post('/test/queues/pause', { queue: 'order' }),
        400,
        "queue does not exist; no such queue named 'order'; did you mean 'orders'?",
      ],
      [post('/test/queues/pause', { queue: 1 }), 400, 'POST /test/queues/pause: queue is a string; got 1'],
      [get('/test/explain?queue=order'), 400, "queue does not exist; no such queue named 'order'"],
      [get('/test/snapshot'), 400, "GET /test/snapshot needs the field 'queue'"],
      [get('/test/events?queue=order'), 400, "queue does not exist; no such queue named 'order'"],
      [get('/test/events?qeue=orders'), 400, "GET /test/events has no field 'qeue'; did you mean 'queue'?"],
      [get('/test/events?since=x'), 400, "GET /test/events: since is a whole number, 0 or more; got 'x'"],
      [get('/test/events?since=-1'), 400, "GET /test/events: since is a whole number, 0 or more; got '-1'"],
      [
        get('/test/events?kind=lease'),
        400,
        "GET /test/events: kind is no kind of event: 'lease'; did you mean 'leased'?",
      ],
      [get('/test/events?limit=10001'), 400, 'GET /test/events: limit is at most 10000; got 10001'],
      [get('/test/events?limit=1&limit=2'), 400, 'GET /test/events: limit is given twice; give it once'],
      [get('/test/events/stream', { 'last-event-id': 'x' }), 400, "Last-Event-ID is the number of an event; got 'x'"],
      [get('/test/history?queue=orders'), 400, 'GET /test/history needs either id or reference'],
      [get('/test/history?queue=orders&id=a&reference=b'), 400, 'GET /test/history needs either id or reference'],
      [
        get('/test/history?queue=orders&reference=b'),
        400,
        "item does not exist; no item with the reference 'b' in 'orders'",
      ],
      [get('/test/history?queue=orders&id=b'), 400, "item does not exist; no item with the id 'b' in 'orders'"],
    ]
    for (const [reply, code, message] of cases) {
      const { status, body } = await reply
      expect([status, body]).toEqual([
        code,
        {
          code,
          message: expect.stringContaining(message),
          details: expect.any(Object),
        },
      ])
    }
    expect((await get('/test/clok')).body.details).toMatchObject({ nearest: '/test/clock' })
    expect(daemon.events.count).toBe(before)
    expect(daemon.clock.now()).toBe(START.getTime())
  })
}

test('without the option, /test/… is unknown like any other path', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  await daemon.listen()
  for (const door of Object.values(DOORS)) {
    const open = await door(daemon)
    const { status, body } = await open({ method: 'POST', path: '/test/reset' })
    expect([status, JSON.parse(body.toString())]).toEqual([
      501,
      { code: 501, code_text: 'Not Implemented', message: 'no such method; /test/reset' },
    ])
    expect((await open({ method: 'GET', path: '/test/clock' })).status).toBe(400)
  }
  await daemon.listen({ control: false })
  expect((await daemon.fetch('/test/reset', { method: 'POST' })).status).toBe(501)
})

test('control requests are neither calls nor events nor in the metrics', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { get } = await controlOf(daemon)
  await get('/test/clock')
  await get('/test/clok')
  expect([...daemon.events]).toEqual([])
  expect(await (await daemon.fetch('/metrics')).text()).not.toContain('/test')
})

test('advance-until moves from deadline to deadline until the event, and no further', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { post } = await controlOf(daemon)
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 3, deadQueue: true })
  await queue.produce({ reference: 'order-1' })
  const { body, status } = await Promise.all([
    post('/test/clock/advance-until', { event: 'lease-expired', reference: 'order-1', queue: 'orders', settle: 20 }),
    queue.lease({ clientId: 'worker' }),
  ]).then(([reply]) => reply)
  expect([status, body.fired]).toEqual([
    200,
    [expect.objectContaining({ kind: 'lease-expired', reference: 'order-1' })],
  ])
  expect(body.now).toBe(START.getTime() + 60_000)
  // It has happened already.
  const again = await post('/test/clock/advance-until', { event: 'lease-expired', reference: 'order-1' })
  expect(again.body).toMatchObject({ now: body.now, fired: [] })
  const late = { event: 'lease-expired', since: daemon.events.count, settle: 10, limit: '30s' }
  await queue.lease({ clientId: 'worker' })
  const refused = await post('/test/clock/advance-until', late)
  expect(refused.status).toBe(453)
  expect(refused.body.message).toContain(
    'the next deadline is beyond the limit of 30s, but still waiting for an item to lose its lease',
  )
  expect(refused.body.message).toContain("in 1m0s: the lease of order-1 of 'orders' by worker ends")
})

test('advance-until ends when its client hangs up', async () => {
  const daemon = new Daemon({ clock: new MovableClock('frozen'), events: 10 })
  serveControl(daemon)
  const controller = new AbortController()
  const body = Buffer.from(JSON.stringify({ event: 'completed', settle: '1h', within: '1h' }))
  const { signal } = controller
  const reply = daemon.send({ method: 'POST', target: '/test/clock/advance-until', headers: {}, body, signal })
  controller.abort()
  await expect(reply).rejects.toMatchObject({ codeText: 'No Answer' })
  await daemon.close()
})

test('reset puts everything back to the start, and waiting leases get a 453', async () => {
  const config = {
    queues: [{ name: 'declared', 'lease-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 2 }],
  }
  await using daemon = await startTestDaemon({ ...FROZEN, config, auth: 'internal', seed: 1 })
  const { get, post } = await controlOf(daemon)
  const users = async () => (await daemon.client.usersList({})).items.length
  const before = await users()
  const ids = async () => {
    await daemon.queue('declared').produce({ reference: 'a' })
    return (await daemon.queue('declared').items()).map(({ id }) => id)
  }
  const firstIds = await ids()
  const queue = await daemon.createQueue({ name: 'orders' })
  await daemon.createUser({})
  await post('/test/queues/pause', { queue: 'declared' })
  const waits = queue.lease({ clientId: 'waiter', requestTimeout: '5m' })
  await queue.counts()
  await post('/test/clock/advance', { by: '10s' })
  const refused = expect(waits).rejects.toMatchObject({ code: 453, message: 'queue is shutting down' })
  const { body } = await post('/test/reset')
  await refused
  expect(body).toEqual({ now: START.getTime(), time: '2026-01-01T00:00:00.000Z', frozen: true })
  const names = (await daemon.client.queuesList({})).items.map(({ queueName }) => queueName)
  expect(names).toEqual(['declared'])
  expect(await users()).toBe(before)
  expect(await daemon.queue('declared').counts()).toMatchObject({ total: 0 })
  const { events } = (await get('/test/events')).body
  expect(events[0]).toMatchObject({ kind: 'queue-created', queue: 'declared', call: 'reset' })
  expect((await get('/test/events?queue=declared')).body.events).toHaveLength(1)
  expect((await get('/test/history?queue=declared&reference=a')).status).toBe(400)
  expect(await ids()).toEqual(firstIds)
  // The clock moves from the start again.
  expect((await post('/test/clock/advance', { by: '1s' })).body.now).toBe(START.getTime() + 1000)
})

test('reset closes faults, and a call that one holds does not go on in the new queue', async () => {
  const config = {
    queues: [{ name: 'declared', 'lease-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 1 }],
  }
  await using daemon = await startTestDaemon({ ...FROZEN, config })
  const { get, post } = await controlOf(daemon, 'in memory')
  const queue = daemon.queue('declared')
  const delay = queue.fault('produce', { do: { delay: '10s' } })
  const away = queue.partition(0).outage()
  const held = expect(queue.produce({ reference: 'a' })).rejects.toMatchObject({ codeText: 'No Answer' })
  await queue.counts()
  const { events } = (await get('/test/events?kind=fault')).body
  expect(events).toMatchObject([{ fault: 'delay', call: 'queue.produce', items: [], times: 1 }])
  await post('/test/reset')
  await held
  expect([delay.isOpen, away.isOpen]).toEqual([false, false])
  expect((await post('/test/clock/advance', { by: '1m' })).body.fired).toEqual([])
  expect(await queue.counts()).toMatchObject({ total: 0 })
  await queue.produce({ reference: 'b' })
  expect(await queue.counts()).toMatchObject({ total: 1 })
})

test('reset brings a running clock back to the time of the machine', async () => {
  await using daemon = await startTestDaemon({ log: 'silent', endpoint: '' })
  const { post } = await controlOf(daemon)
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({})
  await queue.lease()
  await post('/test/clock/advance', { by: '24h' })
  await post('/test/clock/freeze')
  const { body } = await post('/test/reset')
  expect(body.frozen).toBe(false)
  expect(Math.abs(body.now - Date.now())).toBeLessThan(60_000)
})

test('a daemon that keeps no events says so, and does the rest', async () => {
  await using daemon = await startTestDaemon({ ...FROZEN, events: 0 })
  const { get, post } = await controlOf(daemon)
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  for (const path of ['events', 'events/stream', 'history?queue=orders&reference=a']) {
    const { status, body } = await get(`/test/${path}`)
    expect([status, body.message]).toEqual([453, 'this daemon keeps no events; start it with the option events'])
  }
  expect((await post('/test/clock/advance', { by: '1m' })).body.fired).toMatchObject([{ kind: 'lease-expired' }])
  expect((await get('/test/snapshot?queue=orders')).body.text).toContain('free')
  expect((await post('/test/reset')).status).toBe(200)
})

test('events that the daemon no longer keeps are counted', async () => {
  await using daemon = await startTestDaemon({ ...FROZEN, events: 5 })
  const { get } = await controlOf(daemon)
  const queue = await daemon.createQueue({ name: 'orders' })
  for (let number = 0; number < 9; number++) await queue.produce({})
  expect((await get('/test/events')).body).toMatchObject({ missed: 5, last: 10 })
  expect((await get('/test/events?since=7')).body).toMatchObject({ missed: 0 })
  expect((await get('/test/events?since=3')).body).toMatchObject({ missed: 2 })
})

test('a clock that follows the runner cannot be moved here, and the error says how', async () => {
  await using daemon = await startTestDaemon({ log: 'silent', clock: 'runner', endpoint: '' })
  const { post } = await controlOf(daemon)
  const { status, body } = await post('/test/clock/advance', { by: '1s' })
  expect([status, body.message]).toEqual([453, expect.stringContaining("this daemon has clock: 'runner'")])
  expect((await post('/test/clock/freeze')).status).toBe(453)
})

test('a queue that was deleted and made again has the events of the new one', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { get } = await controlOf(daemon)
  const old = await daemon.createQueue({ name: 'orders' })
  await old.produce({ reference: 'old' })
  await old.delete()
  expect((await get('/test/events?queue=orders')).body.events).toHaveLength(3)
  await daemon.createQueue({ name: 'orders' })
  expect((await get('/test/events?queue=orders')).body.events).toMatchObject([{ kind: 'queue-created' }])
  expect((await get('/test/history?queue=orders&reference=old')).status).toBe(400)
})

test('the option control is checked', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  await expect(daemon.listen({ control: { hots: 'x' } as never })).rejects.toThrow(
    "listen: control has no option 'hots'; did you mean 'host'?",
  )
  await expect(daemon.listen({ control: { host: 'a:1' } })).rejects.toThrow(
    "listen: control.host is the name of a host, such as 'querator', without a port; got 'a:1'",
  )
  await expect(daemon.listen({ control: 'yes' as never })).rejects.toThrow(
    'listen: control takes an object with options',
  )
})

test('a daemon without the harness has a control plane too', async () => {
  const daemon = new Daemon({ clock: new MovableClock('frozen'), events: 10 })
  serveControl(daemon)
  const reply = await daemon.send({ method: 'GET', target: '/test/clock', headers: {}, body: new Uint8Array() })
  expect(JSON.parse(Buffer.from(reply.body).toString())).toMatchObject({ frozen: true })
  await daemon.close()
  await expect(
    daemon.send({ method: 'POST', target: '/test/reset', headers: {}, body: new Uint8Array() }),
  ).rejects.toThrow('the daemon is closed')
})
