/** The stream of events: server-sent events that go on, continue an earlier stream, and leave nothing open. */
import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { EventStream } from '../../src/control/event-stream.js'
import { Daemon } from '../../src/daemon/daemon.js'
import { KIND } from '../../src/engine/events/event-kinds.js'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'
import { turn } from '../support/turns.js'

const FROZEN = { clock: 'frozen', log: 'silent', endpoint: '' } as const

interface Message {
  readonly id?: string
  readonly event?: string
  // biome-ignore lint/suspicious/noExplicitAny: events have many forms
  readonly data?: any
}

/** Reads messages of a stream. */
class Reader {
  readonly response: IncomingMessage
  readonly #sent: ClientRequest
  readonly #messages: AsyncIterator<Message>

  constructor(sent: ClientRequest, response: IncomingMessage) {
    this.#sent = sent
    this.response = response
    response.on('error', () => undefined)
    this.#messages = messagesOf(response)[Symbol.asyncIterator]()
  }

  async next(): Promise<Message | undefined> {
    const { value, done } = await this.#messages.next()
    return done ? undefined : value
  }

  async hangUp(): Promise<void> {
    this.#sent.destroy()
    await new Promise((resolve) => this.response.once('close', resolve))
  }
}

async function* messagesOf(response: IncomingMessage): AsyncGenerator<Message, undefined> {
  let rest = ''
  response.setEncoding('utf8')
  for await (const chunk of response) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      if (part.startsWith(':')) continue
      const fields = Object.fromEntries(part.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)))
      yield { ...fields, ...(fields.data === undefined ? {} : { data: JSON.parse(fields.data) }) }
    }
  }
  return undefined
}

const WAYS = ['over TCP', 'over an in-memory connection'] as const

async function open(daemon: TestDaemon, way: (typeof WAYS)[number], query = '', headers = {}): Promise<Reader> {
  const url = new URL(await daemon.listen({ control: true }))
  const where =
    way === 'over TCP'
      ? { host: url.hostname, port: url.port, agent: false as const }
      : { createConnection: () => daemon.connect() as never }
  const sent = get({ ...where, path: `/test/events/stream${query}`, headers })
  sent.on('error', () => undefined)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return new Reader(sent, response)
}

for (const way of WAYS) {
  test(`events come as they happen, from now on, ${way}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const queue = await daemon.createQueue({ name: 'orders' })
    const reader = await open(daemon, way)
    expect(reader.response.statusCode).toBe(200)
    expect(reader.response.headers).toMatchObject({ 'content-type': 'text/event-stream', connection: 'close' })
    expect(reader.response.headers).not.toHaveProperty('content-length')
    await queue.produce({ reference: 'a' })
    expect(await reader.next()).toEqual({
      id: '2',
      data: expect.objectContaining({ number: 2, kind: 'produced', reference: 'a', queue: 'orders' }),
    })
    await queue.produce({ reference: 'b' })
    expect(await reader.next()).toMatchObject({ id: '3', data: { reference: 'b' } })
    await reader.hangUp()
  })

  test(`Last-Event-ID continues an earlier stream, and wins over since, ${way}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const queue = await daemon.createQueue({ name: 'orders' })
    await queue.produce({ reference: 'a' }, { reference: 'b' })
    const first = await open(daemon, way, '?since=0')
    expect(await first.next()).toMatchObject({ id: '1' })
    const last = await first.next()
    expect(last).toMatchObject({ id: '2', data: { reference: 'a' } })
    await first.hangUp()
    const again = await open(daemon, way, '?since=0', { 'Last-Event-ID': last?.id })
    expect(await again.next()).toMatchObject({ id: '3', data: { reference: 'b' } })
    await again.hangUp()
  })

  test(`a stream can be limited to a queue and a kind, ${way}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 1, deadQueue: true })
    const reader = await open(daemon, way, '?queue=orders-dead&kind=dead-lettered')
    await queue.produce({ reference: 'a' })
    await queue.lease()
    await daemon.clock.advance('1m')
    expect(await reader.next()).toMatchObject({
      data: { kind: 'dead-lettered', queue: 'orders', deadQueue: 'orders-dead' },
    })
    await reader.hangUp()
  })

  test(`a stream says that it ends with its daemon, after the last event, ${way}`, async () => {
    const daemon = await startTestDaemon(FROZEN)
    const reader = await open(daemon, way, '?since=0')
    await daemon.createQueue({ name: 'orders' })
    await daemon.close()
    expect(await reader.next()).toMatchObject({ id: '1', data: { kind: 'queue-created' } })
    expect(await reader.next()).toEqual({ event: 'end', data: {} })
    expect(await reader.next().catch(() => undefined)).toBeUndefined()
    expect(reader.response.closed || reader.response.readableEnded).toBe(true)
  })

  test(`a stream that begins beyond the last event says that the daemon was started again, ${way}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const queue = await daemon.createQueue({ name: 'orders' })
    await queue.produce({ reference: 'a' })
    for (const [query, headers] of [
      ['', { 'last-event-id': '500' }],
      ['?since=500', {}],
    ] as const) {
      const reader = await open(daemon, way, query, headers)
      expect(await reader.next()).toEqual({ id: '0', event: 'restarted', data: { count: 2 } })
      expect(await reader.next()).toMatchObject({ id: '1', data: { kind: 'queue-created' } })
      expect(await reader.next()).toMatchObject({ id: '2', data: { reference: 'a' } })
      await reader.hangUp()
    }
    const upToDate = await open(daemon, way, '', { 'last-event-id': '2' })
    await queue.produce({ reference: 'b' })
    expect(await upToDate.next()).toMatchObject({ id: '3', data: { reference: 'b' } })
    await upToDate.hangUp()
  })
}

test('a daemon that is closed waits until a client has read its stream to the end', async () => {
  const daemon = await startTestDaemon(FROZEN)
  await daemon.listen({ control: true })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce(...Array.from({ length: 1000 }, () => ({})))
  const connection = daemon.connect()
  connection.write('GET /test/events/stream?since=0 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(connection, 'readable')
  const closed = daemon.close()
  // By then the daemon has said everything, and the client has read nothing.
  for (let turns = 0; turns < 20; turns++) await turn()
  let text = ''
  for await (const chunk of connection) text += chunk
  expect(text).toMatch(/\nid: 1001\ndata: .*\n\nevent: end\ndata: \{\}\n\n$/)
  await closed
})

test('a stream sends what is ready as one piece, and all of it before its end', async () => {
  const daemon = new Daemon({ clock: new MovableClock('frozen'), events: 1000 })
  const pieces: string[] = []
  const sink = {
    write: (piece: Uint8Array) => pieces.push(Buffer.from(piece).toString()) > 0,
    end: () => pieces.push('end'),
  }
  const all = { queue: undefined, kind: undefined }
  const stream = new EventStream({ daemon, first: 1 }, all, 0, sink)
  const slow: string[] = []
  const stuck = {
    write: (piece: Uint8Array) => slow.push(Buffer.from(piece).toString()) < 0,
    end: () => slow.push('end'),
  }
  new EventStream({ daemon, first: 1 }, all, 0, stuck)
  daemon.record.during({ call: 'test' }, () => {
    for (let number = 1; number <= 500; number++)
      daemon.record.queue(KIND['queue-updated'], 0, { queue: 'q', queueId: 1 })
  })
  await turn()
  const ids = (texts: string[]) => [...texts.join('').matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  const wanted = Array.from({ length: 500 }, (_, index) => index + 1)
  expect(ids(pieces)).toEqual(wanted)
  expect(pieces.length).toBeLessThan(6)
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(65_536)
  expect(slow).toEqual([': events\n\n'])
  await daemon.close()
  expect(ids(slow)).toEqual(wanted)
  for (const texts of [pieces, slow]) expect(texts.slice(-2)).toEqual(['event: end\ndata: {}\n\n', 'end'])
  stream.close()
})

test('fetch of the daemon gives a stream too, and cancelling it closes it', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  await daemon.listen({ control: true })
  const { body } = await daemon.fetch('/test/events/stream?since=0')
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  const text = async () => Buffer.from((await reader.read()).value as Uint8Array).toString()
  expect(await text()).toBe(': events\n\n')
  await daemon.createQueue({ name: 'orders' })
  expect(await text()).toMatch(/^id: 1\ndata: \{"number":1,.*"kind":"queue-created".*\}\n\n$/)
  await reader.cancel()
  await daemon.createQueue({ name: 'invoices' })
})

test('a client that goes away leaves nothing open, and holds up neither the clock nor the end', async () => {
  const own = new Daemon({ clock: new MovableClock('frozen'), events: 100 })
  let watching = 0
  const watch = own.record.watch.bind(own.record)
  own.record.watch = (watcher) => {
    watching++
    const stop = watch(watcher)
    return () => {
      watching--
      return stop()
    }
  }
  const { serveControl } = await import('../../src/control/control-plane.js')
  serveControl(own)
  const address = await own.listen()
  const sent = get(`http://${address}/test/events/stream`, { agent: false })
  sent.on('error', () => undefined)
  await once(sent, 'response')
  expect(watching).toBe(1)
  await own.clock.advance('1s')
  sent.destroy()
  await once(sent, 'close')
  await own.settled()
  expect(watching).toBe(0)
  await own.close()
})

test('a stream does not read ahead of its client, and says how many events it has missed', async () => {
  const daemon = new Daemon({ clock: new MovableClock('frozen'), events: 3 })
  const queue = (name: string) => {
    const body = Buffer.from(JSON.stringify({ queue_name: name, lease_timeout: '1m', expire_timeout: '1h' }))
    const headers = { 'content-type': 'application/json' }
    return daemon.send({ method: 'POST', target: '/v1/queues.create', headers, body })
  }
  const pieces: string[] = []
  let takesMore = false
  const write = (piece: Uint8Array) => {
    pieces.push(Buffer.from(piece).toString())
    return takesMore
  }
  const stream = new EventStream({ daemon, first: 1 }, { queue: undefined, kind: undefined }, 0, {
    write,
    end: () => pieces.push('end'),
  })
  for (const name of ['a', 'b', 'c', 'd', 'e']) await queue(name)
  expect(pieces).toEqual([': events\n\n'])
  takesMore = true
  stream.ready()
  expect(pieces.slice(1)).toEqual([expect.stringMatching(/^event: missed\ndata: \{"missed":2\}\n\nid: 3\n/)])
  expect(pieces.join('').match(/^id: .*/gm)).toEqual(['id: 3', 'id: 4', 'id: 5'])
  stream.close()
  stream.close()
  await queue('f')
  expect(pieces).toHaveLength(2)
  await daemon.close()
  expect(pieces).not.toContain('end')
})

test('a stream goes on over a reset', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { post } = await controlOf(daemon)
  await daemon.createQueue({ name: 'orders' })
  const reader = await open(daemon, 'over TCP')
  await post('/test/reset')
  expect(await reader.next()).toMatchObject({ data: { kind: 'queue-deleted', queue: 'orders', call: 'reset' } })
  await daemon.createQueue({ name: 'orders' })
  expect(await reader.next()).toMatchObject({ data: { kind: 'queue-created', queue: 'orders' } })
  await reader.hangUp()
})

test('a new stream has nothing from before the last reset, and one that comes back goes on', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { get, post } = await controlOf(daemon)
  await daemon.createQueue({ name: 'old' })
  await post('/test/reset')
  await daemon.createQueue({ name: 'new' })
  const listed = (await get('/test/events?since=0')).body.events
  expect(listed).toMatchObject([{ kind: 'queue-created', queue: 'new' }])
  for (const since of [0, 1]) {
    const reader = await open(daemon, 'over TCP', `?since=${since}`)
    expect((await reader.next())?.data).toEqual(listed[0])
    await reader.hangUp()
  }
  const back = await open(daemon, 'over TCP', '', { 'last-event-id': '1' })
  expect(await back.next()).toMatchObject({ data: { kind: 'queue-deleted', queue: 'old' } })
  await back.hangUp()
})

test('a stream of a queue that never existed is refused', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { get, post } = await controlOf(daemon)
  const queue = await daemon.createQueue({ name: 'orders' })
  for (const path of ['events', 'events/stream']) {
    const { status, body } = await get(`/test/${path}?queue=order`)
    expect([status, body]).toMatchObject([
      400,
      {
        message: "queue does not exist; no such queue named 'order'; did you mean 'orders'?",
        details: { nearest: 'orders' },
      },
    ])
  }
  await queue.delete()
  const reader = await open(daemon, 'over TCP', '?queue=orders&since=0')
  expect(await reader.next()).toMatchObject({ data: { kind: 'queue-created' } })
  await reader.hangUp()
  await post('/test/reset')
  for (const path of ['events', 'events/stream']) expect((await get(`/test/${path}?queue=orders`)).status).toBe(400)
})
