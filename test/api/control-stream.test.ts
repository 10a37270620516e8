/** The stream of events: server-sent events that go on, continue an earlier stream, and leave nothing open. */
import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { EventStream } from '../../src/control/event-stream.js'
import { Daemon } from '../../src/daemon/daemon.js'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'

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
    const reader = await open(daemon, way, '?queue=orders-dead&kind=dead-lettered')
    const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 1, deadQueue: true })
    await queue.produce({ reference: 'a' })
    await queue.lease()
    await daemon.clock.advance('1m')
    expect(await reader.next()).toMatchObject({
      data: { kind: 'dead-lettered', queue: 'orders', deadQueue: 'orders-dead' },
    })
    await reader.hangUp()
  })

  test(`a stream ends with its daemon, ${way}`, async () => {
    const daemon = await startTestDaemon(FROZEN)
    const reader = await open(daemon, way)
    await Promise.all([
      daemon.close(),
      reader.next().then(
        (message) => expect(message).toBeUndefined(),
        () => undefined,
      ),
    ])
    expect(reader.response.closed || reader.response.readableEnded).toBe(true)
  })
}

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
  const stream = new EventStream(daemon, { queue: undefined, kind: undefined }, 0, {
    write,
    end: () => pieces.push('end'),
  })
  for (const name of ['a', 'b', 'c', 'd', 'e']) await queue(name)
  expect(pieces).toEqual([': events\n\n'])
  takesMore = true
  stream.ready()
  expect(pieces.slice(1, 2)).toEqual(['event: missed\ndata: {"missed":2}\n\n'])
  expect(pieces.slice(2).map((piece) => piece.split('\n')[0])).toEqual(['id: 3', 'id: 4', 'id: 5'])
  stream.close()
  stream.close()
  await queue('f')
  expect(pieces).toHaveLength(5)
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
