/** Events over the control plane that are no longer kept, or never were: nothing is missing in silence. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { serveControl } from '../../src/control/control-plane.js'
import { Daemon } from '../../src/daemon/daemon.js'
import { KIND } from '../../src/engine/events/event-kinds.js'
import { ControlClient } from '../../src/harness/backing/control-client.js'
import { RemoteEvents } from '../../src/harness/elsewhere/remote-events.js'
import { startTestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'
import { DOORS } from '../support/doors.js'

const FROZEN = { clock: 'frozen', log: 'silent', endpoint: '' } as const

for (const door of Object.keys(DOORS)) {
  test(`a number that no event has had is refused, ${door}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const { get } = await controlOf(daemon, door)
    await daemon.createQueue({ name: 'orders' })
    expect((await get('/test/events?since=1')).body).toMatchObject({ events: [], count: 1 })
    const { status, body } = await get('/test/events?since=500')
    expect([status, body]).toEqual([
      400,
      {
        code: 400,
        message:
          'GET /test/events: since is 500, but this daemon has had only 1 events; it was probably started again since then',
        details: { count: '1' },
      },
    ])
  })

  test(`a history is whole or refused, ${door}`, async () => {
    await using daemon = await startTestDaemon({ ...FROZEN, events: 20 })
    const { get } = await controlOf(daemon, door)
    const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
    await queue.produce({ reference: 'a' })
    const { items } = await queue.lease()
    const history = (which: string) => get(`/test/history?queue=orders&${which}`)
    expect((await history('reference=a')).body).toMatchObject({ events: [{ kind: 'produced' }, {}], missed: 0 })
    for (let number = 0; number < 18; number++) await queue.produce({ reference: `b${number}` })
    await items[0]?.complete()
    for (const which of ['reference=a', `id=${items[0]?.id}`]) {
      const { status, body } = await history(which)
      expect([which, status, body.message]).toEqual([
        which,
        453,
        'this daemon no longer keeps the first events of the item; ask earlier, or start a test daemon with a larger option events',
      ])
    }
    // Events that are gone may have been about a further item with the reference.
    expect((await history('reference=b3')).body).toMatchObject({ events: [{ kind: 'produced' }], missed: 2 })
    const [stored] = (await queue.items()).filter(({ reference }) => reference === 'b3')
    expect((await history(`id=${stored?.id}`)).body).toMatchObject({ events: [{ kind: 'produced' }], missed: 0 })
    expect((await history('reference=b99')).body.message).toBe(
      "item does not exist; no item with the reference 'b99' in 'orders'; did you mean 'b9'?; this daemon no longer keeps 2 events, which may have been about it",
    )
    const [gone] = await queue.items()
    for (let number = 0; number < 20; number++) await queue.produce({})
    expect((await history(`id=${gone?.id}`)).status).toBe(453)
  })
}

test('the items of a reference have one history, with the calls on them', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { get } = await controlOf(daemon)
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'other' }, { reference: 'a' })
  const lease = await queue.lease({ batchSize: 3 })
  await lease.complete()
  await lease.items[0]?.complete().catch(() => undefined)
  const { events } = (await get('/test/history?queue=orders&reference=a')).body
  const kinds = events.map(({ kind }: { kind: string }) => kind)
  expect(kinds).toEqual(['produced', 'produced', 'leased', 'leased', 'completed', 'completed', 'refused'])
})

test('a list stops at its limit, and the next one goes on there', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { get } = await controlOf(daemon)
  const [orders, other] = [await daemon.createQueue({ name: 'orders' }), await daemon.createQueue({ name: 'other' })]
  for (const reference of ['a', 'b', 'c']) {
    await orders.produce({ reference })
    await other.produce({ reference })
  }
  const seen: string[] = []
  for (let since = 0, more = true; more; ) {
    const { body } = await get(`/test/events?queue=orders&kind=produced&limit=1&since=${since}`)
    seen.push(...body.events.map(({ reference }: { reference: string }) => reference))
    expect(body.events.length).toBeLessThanOrEqual(1)
    since = body.last
    more = body.more
  }
  expect(seen).toEqual(['a', 'b', 'c'])
  expect((await get('/test/events?limit=0')).body).toMatchObject({ events: [], more: true, last: 0, count: 8 })
})

test('the latest events are found without a look at the others', async () => {
  const daemon = new Daemon({ clock: new MovableClock('frozen'), events: 1000 })
  serveControl(daemon)
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const fields = { queue_name: 'orders', lease_timeout: '1m', expire_timeout: '1h', requested_partitions: 1 }
  const body = Buffer.from(JSON.stringify(fields))
  await daemon.send({ method: 'POST', target: '/v1/queues.create', headers, body })
  const address = { queue: 'orders', queueId: daemon.inspector.queueId('orders') as number }
  for (let number = 2; number <= 1000; number++) daemon.record.queue(KIND['queue-updated'], 0, address)
  let looks = 0
  const at = daemon.record.at.bind(daemon.record)
  daemon.record.at = (number) => {
    looks++
    return at(number)
  }
  for (const [query, numbers] of [
    ['since=998', [999, 1000]],
    ['limit=2', [1, 2]],
    ['since=1000', []],
  ] as const) {
    looks = 0
    const target = `/test/events?queue=orders&${query}`
    const reply = await daemon.send({ method: 'GET', target, headers: {}, body: new Uint8Array() })
    const { events } = JSON.parse(Buffer.from(reply.body).toString())
    expect(events.map(({ number }: { number: number }) => number)).toEqual(numbers)
    expect(looks).toBeLessThanOrEqual(3)
  }
  await daemon.close()
})

/** A server that sends this as its stream of events. */
async function streamOf(send: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => send(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { events: new RemoteEvents(new ControlClient(endpoint)), endpoint, [Symbol.asyncDispose]: close }
}

async function kindsOf(events: RemoteEvents): Promise<string[]> {
  const kinds: string[] = []
  try {
    for await (const { kind } of events) kinds.push(kind)
  } catch (error) {
    const { name, code, message } = error as Error & { code: number }
    kinds.push(`${name} ${code} ${message}`)
  }
  return kinds
}

const EVENT = 'id: 1\ndata: {"number":1,"time":"2026-01-01T00:00:00Z","kind":"produced"}\n\n'
const HEAD = { 'content-type': 'text/event-stream', connection: 'close' }

test.each<[string, (response: ServerResponse) => void, (endpoint: string) => string[]]>([
  [
    'the server is killed',
    (response) => {
      response.writeHead(200, HEAD)
      response.write(EVENT, () => response.socket?.destroy())
    },
    (endpoint) => [
      'produced',
      `QueratorError 0 no answer from ${endpoint}: the stream of events broke off; is the daemon running?`,
    ],
  ],
  [
    'the connection ends without a word',
    (response) => response.writeHead(200, HEAD).end(EVENT),
    (endpoint) => [
      'produced',
      `QueratorError 0 no answer from ${endpoint}: the stream of events broke off; is the daemon running?`,
    ],
  ],
  [
    'the server says that it ends',
    (response) => response.writeHead(200, HEAD).end(`: events\n\n${EVENT}event: end\ndata: {}\n\n`),
    () => ['produced'],
  ],
  [
    'the server says something about the stream',
    (response) => {
      const about = 'id: 0\nevent: restarted\ndata: {"count":4}\n\nevent: missed\ndata: {"missed":2}\n\n'
      response.writeHead(200, HEAD).end(`${about}${EVENT}event: end\ndata: {}\n\n`)
    },
    () => ['produced'],
  ],
  [
    'the server refuses',
    (response) =>
      response.writeHead(453).end('{"code":453,"message":"this daemon keeps \\"no\\" events","details":{}}\n'),
    () => ['QueratorError 0 this daemon keeps "no" events'],
  ],
  [
    'there is another server',
    (response) => response.writeHead(404).end('none'),
    () => ['QueratorError 404 status 404'],
  ],
])('an iterator over the events of a server elsewhere, when %s', async (_, send, wanted) => {
  await using server = await streamOf(send)
  expect(await kindsOf(server.events)).toEqual(wanted(server.endpoint))
})

test('an iterator over the events of a server elsewhere begins with the last reset', async () => {
  await using server = await startTestDaemon(FROZEN)
  const { post } = await controlOf(server)
  await server.createQueue({ name: 'old' })
  await post('/test/reset')
  const daemon = await startTestDaemon({ endpoint: await server.listen() })
  await server.createQueue({ name: 'new' })
  const read = await daemon.events.read()
  expect(read).toMatchObject([{ queue: 'new' }])
  for await (const event of daemon.events) {
    expect(event).toEqual(read[0])
    break
  }
  await expect(daemon.events.read({ since: 500 })).rejects.toThrow('this daemon has had only 3 events')
  await daemon.close()
})
