/** `drained` and `idle` on a server elsewhere, over a real socket. */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { until } from '../support/turns.js'

const START = new Date('2026-01-01T00:00:00Z')

/** A server on a port of its own, and a test daemon that uses it. */
async function pair(): Promise<AsyncDisposable & { server: TestDaemon; attached: TestDaemon; endpoint: string }> {
  const server = await startTestDaemon({ endpoint: '', clock: { start: START }, log: 'silent' })
  const endpoint = await server.listen()
  const attached = await startTestDaemon({ endpoint })
  const dispose = async () => {
    await attached.close().catch(() => undefined)
    await server.close()
  }
  return { server, attached, endpoint, [Symbol.asyncDispose]: dispose }
}

/** Stands before a server and notes the calls. Once `silent` is set, it answers nothing. */
class Front implements AsyncDisposable {
  readonly calls: string[] = []
  silent = false
  readonly #http: Server

  constructor(server: TestDaemon) {
    this.#http = createServer(async (request, response) => {
      this.calls.push(request.url ?? '')
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      if (!this.silent) await pass(server, request.url ?? '', request.headers['content-type'] ?? '', chunks, response)
    })
  }

  async listen(): Promise<string> {
    this.#http.listen(0, '127.0.0.1')
    await once(this.#http, 'listening')
    return `http://127.0.0.1:${(this.#http.address() as { port: number }).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.close()
    this.#http.closeAllConnections()
  }
}

async function pass(server: TestDaemon, path: string, type: string, body: Buffer[], response: ServerResponse) {
  const init = { method: 'POST', headers: { 'content-type': type, accept: type }, body: Buffer.concat(body) }
  const reply = await server.fetch(path, init)
  response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? '' })
  response.end(Buffer.from(await reply.arrayBuffer()))
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'it did not fail',
    (error: Error) => error.message,
  )
}

test('idle and drained resolve as soon as a worker elsewhere is done', async () => {
  await using both = await pair()
  const { server, attached } = both
  const queue = await attached.createQueue()
  await queue.drained()
  await queue.produce({ reference: 'a' }, { reference: 'later', enqueueAt: new Date(START.getTime() + 60_000) })
  const order: string[] = []
  const idle = queue.idle().then(() => order.push('idle'))
  const drained = queue.drained().then(() => order.push('drained'))
  const worker = server.queue(queue.name)
  const lease = await worker.lease()
  // An item that is leased is not done.
  expect(await messageOf(queue.idle({ within: 0 }))).toContain('0 items free, 1 leased, 1 scheduled')
  await lease.complete()
  await idle
  expect(order).toEqual(['idle'])
  await server.clock.advance('1m')
  await (await worker.lease()).complete()
  await drained
  expect(order).toEqual(['idle', 'drained'])
})

test('the first question comes at once, and there is no second one if the queue is drained', async () => {
  await using server = await startTestDaemon({ endpoint: '', log: 'silent' })
  await using front = new Front(server)
  await using attached = await startTestDaemon({ endpoint: await front.listen() })
  const queue = await attached.createQueue()
  await until('the server has been looked at for leftovers', () => front.calls.includes('/v1/queues.list'))
  front.calls.length = 0
  await queue.drained({ within: 0 })
  expect(front.calls).toEqual(['/v1/queue.stats'])
})

test('a wait that times out says what is left, on which server, and what to do', async () => {
  await using both = await pair()
  const { server, attached, endpoint } = both
  const queue = await attached.createQueue({ name: 'orders' })
  const later = new Date(START.getTime() + 60_000)
  await queue.produce({ reference: 'order-1' }, { reference: 'order-2' }, { reference: 'order-3', enqueueAt: later })
  await server.queue('orders').lease()
  expect((await messageOf(queue.drained({ within: '20ms' }))).split('\n')).toEqual([
    `timed out after 20ms waiting for 'orders' to be drained, on ${endpoint} (from the option endpoint)`,
    "'orders': no lease waits; 1 item free, 1 leased, 1 scheduled",
    '  order-1 is leased, attempt 1',
    '  order-2 is free',
    '  order-3 is scheduled',
    "complete or retry what is leased; a lease runs out by the server's clock",
    "scheduled items come due by the server's clock; idle() does not wait for them",
    "if the consumer only needs longer, write drained({ within: '30s' })",
  ])
  expect((await messageOf(queue.idle({ within: 20 }))).split('\n')).toEqual([
    `timed out after 20ms waiting for 'orders' to be idle, with no item free or leased, on ${endpoint} (from the option endpoint)`,
    "'orders': no lease waits; 1 item free, 1 leased, 1 scheduled",
    '  order-1 is leased, attempt 1',
    '  order-2 is free',
    '  order-3 is scheduled',
    "complete or retry what is leased; a lease runs out by the server's clock",
    "if the consumer only needs longer, write idle({ within: '30s' })",
  ])
})

test('ten items of all partitions are listed, and an item without a reference by its id', async () => {
  await using both = await pair()
  const { attached } = both
  const queue = await attached.createQueue({ name: 'orders', partitions: 3 })
  for (const number of [1, 2, 3, 4, 5, 6]) await queue.produce({}, { reference: `\u202eorder-${number}` })
  const [head, counts, ...lines] = (await messageOf(queue.idle({ within: 1 }))).split('\n')
  expect(head).toContain("waiting for 'orders' to be idle")
  expect(counts).toBe("'orders': no lease waits; 12 items free, 0 leased, 0 scheduled")
  expect(lines).toHaveLength(13)
  expect(lines.slice(0, 10).every((line) => /^ {2}(\w{27}|\\u\{202e\}order-\d) is free$/.test(line))).toBe(true)
  expect(lines.slice(10)).toEqual([
    '  and 2 more',
    'no consumer leases them: start one with the URL of this server and the name of this queue',
    "if the consumer only needs longer, write idle({ within: '30s' })",
  ])
})

test('a wait that times out points at its own line', async () => {
  await using both = await pair()
  const queue = await both.attached.createQueue()
  await queue.produce({})
  const line = Number(/polling\.test\.ts:(\d+)/.exec(new Error('here').stack ?? '')?.[1]) + 1
  const failed = (await queue.drained({ within: '1ms' }).catch((reason: unknown) => reason)) as Error
  const [frame = ''] = failed.stack?.split('\n').filter((one) => /^\s+at /.test(one)) ?? []
  expect(frame).toContain(`polling.test.ts:${line}:`)
})

test('a queue that is deleted meanwhile ends the wait, and one that never was gives the error of the server', async () => {
  await using both = await pair()
  const { server, attached } = both
  const queue = await attached.createQueue({ name: 'orders' })
  await queue.produce({})
  const gone = messageOf(queue.drained())
  await server.queue('orders').delete()
  expect(await gone).toBe("the queue 'orders' was deleted meanwhile")
  // It was there before this wait.
  expect(await messageOf(queue.idle())).toBe("the queue 'orders' was deleted meanwhile")
  expect(await messageOf(attached.queue('order').idle())).toBe("queue does not exist; no such queue named 'order'")
  // A new queue of the same name is the one that is meant.
  await server.createQueue({ name: 'orders' })
  await queue.drained()
})

test('a queue that others made, and delete meanwhile, ends the wait too', async () => {
  await using server = await startTestDaemon({ endpoint: '', log: 'silent' })
  await using front = new Front(server)
  await using attached = await startTestDaemon({ endpoint: await front.listen() })
  const queue = await server.createQueue({ name: 'orders' })
  await queue.produce({})
  const gone = messageOf(attached.queue('orders').idle())
  // The second question comes after the answer to the first.
  await until('it has asked twice', () => front.calls.length >= 2)
  await queue.delete()
  expect(await gone).toBe("the queue 'orders' was deleted meanwhile")
})

test('a daemon that is closed ends the wait', async () => {
  await using both = await pair()
  const queue = await both.attached.createQueue({ name: 'orders' })
  await queue.produce({})
  const ended = messageOf(queue.idle())
  await both.attached.close()
  expect(await ended).toBe("the daemon was closed while waiting for 'orders' to be idle, with no item free or leased")
  expect(await messageOf(queue.drained())).toBe("the daemon was closed while waiting for 'orders' to be drained")
})

test('a server that accepts and says nothing ends the wait with its error', async () => {
  const silent = createNetServer((socket) => socket.resume().on('error', () => undefined))
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const endpoint = `http://127.0.0.1:${(silent.address() as { port: number }).port}`
  const attached = await startTestDaemon({ endpoint })
  const failed = attached.queue('orders').drained({ within: '600ms' })
  await expect(failed).rejects.toMatchObject({ code: 0, codeText: 'No Answer' })
  expect(await messageOf(failed)).toBe(`no answer from ${endpoint} within 600ms; is the daemon running?`)
  silent.close()
})

test('a server that falls silent meanwhile, or ends, ends the wait with its error', async () => {
  const server = await startTestDaemon({ endpoint: '', log: 'silent' })
  const endpoint = await server.listen()
  await using front = new Front(server)
  const [through, direct] = await Promise.all([
    startTestDaemon({ endpoint: await front.listen() }),
    startTestDaemon({ endpoint }),
  ])
  await server.createQueue({ name: 'orders' })
  await server.queue('orders').produce({})
  const silenced = messageOf(through.queue('orders').drained({ within: '1s' }))
  await until('it has asked', () => front.calls.includes('/v1/queue.stats'))
  front.silent = true
  expect(await silenced).toMatch(/^no answer from http:\S+ within \S+s; is the daemon running\?$/)
  const ended = messageOf(direct.queue('orders').drained())
  await server.close()
  // Its last reply may still be that it stops.
  expect(await ended).toMatch(/^no answer from http:\S+: |service is shutting down|queue is shutting down/)
})

test('wrong options are refused before anything is asked', async () => {
  const attached = await startTestDaemon({ endpoint: 'http://127.0.0.1:9' })
  const queue = attached.queue('orders')
  // @ts-expect-error
  expect(await messageOf(queue.drained({ withn: 1 }))).toMatch(
    /^drained has no option 'withn'; did you mean 'within'\?/,
  )
  expect(await messageOf(queue.idle({ within: '-1s' }))).toContain('within takes milliseconds or a duration')
})

test('without within, a wait ends before the timeout of its test', async () => {
  await using both = await pair()
  const queue = await both.attached.createQueue()
  await queue.produce({})
  const timed = both.attached.forRunner.observe({ title: 'a test', timeout: 100, queues: () => [queue.name] })
  const [, took = ''] = /^timed out after (\d+)\S*ms waiting/.exec(await messageOf(queue.drained())) ?? []
  expect(Number(took)).toBeGreaterThan(0)
  expect(Number(took)).toBeLessThan(100)
  timed.end()
})
