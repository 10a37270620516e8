/** The transport where the recordings cannot go: limits, odd bodies, many connections (docs/protocol/admin.md §1). */
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type LogRecord, QueratorClient, startTestDaemon } from '../../src/index.js'
import { decodeResponse } from '../../src/protocol/codec.js'
import { Reply } from '../../src/protocol/messages/reply.js'
import { METHODS } from '../../src/protocol/methods.js'
import { sizeText } from '../../src/transport/request-body.js'
import { DOORS } from '../support/doors.js'
import { slow } from '../support/slow.js'
import { until } from '../support/turns.js'

const JSON_TYPE = { 'content-type': 'application/json' }

describe.each(Object.entries(DOORS))('%s', (_, open) => {
  slow('reads a body up to the limit of its call and refuses a longer one', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const door = await open(daemon)
    for (const { path, bodyLimit } of Object.values(METHODS)) {
      const fits = await door({ path, headers: JSON_TYPE, body: Buffer.alloc(bodyLimit, ' ') })
      expect([path, fits.status]).toEqual([path, 455])
      const over = await door({ path, headers: JSON_TYPE, body: Buffer.alloc(bodyLimit + 2, ' ') })
      expect([path, over.status, JSON.parse(over.body.toString())]).toEqual([
        path,
        400,
        { code: 400, code_text: 'Bad Request', message: `request body exceeds ${sizeText(bodyLimit)} limit` },
      ])
    }
  })

  test('treats a path that is not UTF-8 as any unknown path (D16)', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const door = await open(daemon)
    const reply = await door({ path: '/v1/%ff%fe', headers: JSON_TYPE, body: '{}' })
    expect([reply.status, JSON.parse(reply.body.toString()).message]).toEqual([501, 'no such method; /v1/\ufffd\ufffd'])
  })

  test('refuses a bad escape in a path as invalid HTTP', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const door = await open(daemon)
    const { status, headers, body } = await door({ path: '/v1/%zz', headers: JSON_TYPE, body: '{}' })
    expect([status, headers['content-type'], headers.connection, body.toString()]).toEqual([
      400,
      'text/plain; charset=utf-8',
      'close',
      '400 Bad Request',
    ])
  })

  test.each([
    [
      'content-type',
      'text/\u00c5\u00be',
      455,
      "Content-Type header 'text/ž' is invalid format or unrecognized content type",
    ],
    [
      'accept',
      'text/\u00c5\u00be;q=1',
      455,
      "Accept header 'text/ž' is invalid format or unrecognized content type, only [application/json,application/protobuf] are supported by this method",
    ],
    ['content-type', 'text/\u00ff', 500, 'proto: field duh.v1.Reply.message contains invalid UTF-8'],
    ['accept', 'text/\u00ff', 500, 'proto: field duh.v1.Reply.message contains invalid UTF-8'],
  ])("the header %s '%s' returns %i", async (name, value, status, message) => {
    const records: LogRecord[] = []
    await using daemon = await startTestDaemon({ log: (record) => records.push(record) })
    const door = await open(daemon)
    const reply = await door({ path: '/v1/queues.list', headers: { ...JSON_TYPE, [name]: value }, body: '{}' })
    expect([reply.status, JSON.parse(reply.body.toString())]).toMatchObject([status, { code: status, message }])
    // It is a mistake of the client, not of the daemon.
    expect(records.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('a body that is not UTF-8 returns 455, or 500 if the message would have to quote it', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const door = await open(daemon)
    const refusal = async (body: string) => {
      const { status, body: json } = await door({
        path: '/v1/queues.list',
        headers: JSON_TYPE,
        body: Buffer.from(body, 'latin1'),
      })
      return [status, (JSON.parse(json.toString()) as { message: string }).message]
    }
    expect(await refusal('{"pivot":"a\xff"}')).toEqual([
      455,
      'proto: syntax error (line 1:10): invalid UTF-8 in string',
    ])
    expect(await refusal('{"pivot":\xff}')).toEqual([500, 'proto: field duh.v1.Reply.message contains invalid UTF-8'])
    // Errors earlier in the body come first.
    expect(await refusal('{"limits":"\xff"}')).toEqual([455, 'proto: (line 1:2): unknown field "limits"'])
  })

  test('answers a header that is not UTF-8 in the encoding that was asked for', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const door = await open(daemon)
    const headers = { 'content-type': 'text/\u00ff', accept: 'application/protobuf' }
    const { status, body } = await door({ path: '/v1/queues.list', headers, body: '{}' })
    const reply = { code: 500, codeText: 'Internal Service Error', message: 'string field contains invalid UTF-8' }
    expect([status, decodeResponse(Reply, body, 'protobuf')]).toMatchObject([500, reply])
  })

  test.each([
    ['none', 'Basic abc', [401, 'invalid authorization header format']],
    ['none', 'bearer abc', [401, 'invalid authorization header format']],
    ['none', 'Bearer', [401, 'invalid authorization header format']],
    ['none', 'Bearer ', [401, 'invalid authorization header format']],
    ['none', 'Bearer \t', [401, 'invalid authorization header format']],
    ['none', 'Bearer\tabc', [401, 'invalid authorization header format']],
    ['none', 'Bearer abc', [501, 'no such method; /v1/nope']],
    ['none', 'Bearer  x', [501, 'no such method; /v1/nope']],
    ['none', ' \t', [501, 'no such method; /v1/nope']],
    ['internal', 'Bearer', [401, 'invalid authorization header format']],
    ['internal', 'Bearer ', [401, 'invalid authorization header format']],
    ['internal', 'Bearer  x', [401, 'api key is invalid']],
    ['internal', '', [501, 'no such method; /v1/nope']],
  ] as const)("auth %s checks Authorization '%s' before the path", async (auth, authorization, answer) => {
    await using daemon = await startTestDaemon({ log: 'silent', auth })
    const door = await open(daemon)
    const reply = await door({ path: '/v1/nope', headers: { ...JSON_TYPE, authorization }, body: '{}' })
    expect([reply.status, JSON.parse(reply.body.toString()).message]).toEqual(answer)
  })

  test('details of an error travel beside the body, not in it', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    await daemon.createQueue({ name: 'orders' })
    const door = await open(daemon)
    const reply = await door({ path: '/v1/queue.stats', headers: JSON_TYPE, body: '{"queue_name":"oders"}' })
    expect(Object.keys(JSON.parse(reply.body.toString()))).toEqual(['code', 'code_text', 'message'])
    const details = decodeURIComponent(reply.headers['x-querator-test-details'] ?? '')
    expect(JSON.parse(details)).toEqual({ existing: 'orders', nearest: 'orders' })
  })
})

test('in-memory fetch follows its own rules: it sends no fragment, and allows any method', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const post = { method: 'POST', headers: JSON_TYPE, body: '{}' }
  expect((await daemon.fetch('/v1/queues.list#nope', post)).status).toBe(200)
  const reply = await daemon.fetch('/v1/queues.list', { method: 'FOO' })
  expect(await reply.json()).toMatchObject({ code: 400, message: "http method 'FOO' not allowed; only POST" })
})

test('details fit into a header, whatever the queues are called', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  for (let count = 0; count < 40; count++) await daemon.createQueue({ name: `${'ž'.repeat(240)}${count}` })
  const client = new QueratorClient({ endpoint: await daemon.listen() })
  for (const queueName of ['x', 'ž'.repeat(240), 'ž'.repeat(90)]) {
    await expect(client.queueStats({ queueName })).rejects.toMatchObject({
      message: `queue does not exist; no such queue named '${queueName}'`,
      details: { existing: expect.stringMatching(/^ž+0, and 39 more$/) },
    })
  }
})

test('formats sizes as the server does', () => {
  expect([512, 256_000, 512_000, 5_000_000, 64_000_000].map(sizeText)).toEqual([
    '512B',
    '250.0KiB',
    '500.0KiB',
    '5.0MB',
    '61.0MiB',
  ])
})

test('refuses a body over its limit while it is still arriving, and does not keep it', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const { hostname, port } = new URL(await daemon.listen())
  const sent = httpRequest({ host: hostname, port, method: 'POST', path: '/v1/queue.lease', headers: JSON_TYPE })
  sent.on('error', () => undefined)
  const answered = once(sent, 'response')
  sent.write(Buffer.alloc(10_000))
  const [response] = await answered
  expect([response.statusCode, response.headers.connection]).toEqual([400, 'close'])
  response.resume()
  // Far more than the daemon would keep goes through, and it still answers others.
  for (let sentBytes = 0; sentBytes < 20_000_000; sentBytes += 1_000_000) sent.write(Buffer.alloc(1_000_000))
  sent.end()
  await once(response, 'end')
  expect((await daemon.fetch('/health')).status).toBe(200)
})

test('a request refused unread leaves its connection usable', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const { hostname, port } = new URL(await daemon.listen())
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (const [path, status] of [
    ['/v1/nope', 501],
    ['/v1/queue.lease', 400],
    ['/v1/queues.list', 455],
  ] as const) {
    const sent = httpRequest({ host: hostname, port, agent, method: 'POST', path, headers: JSON_TYPE })
    sent.end(Buffer.alloc(100_000, 'x'))
    const [response] = await once(sent, 'response')
    response.resume()
    await once(response, 'end')
    expect([path, response.statusCode, response.headers.connection]).toEqual([path, status, undefined])
  }
  agent.destroy()
})

slow('1,000 connections at once: each lease waits, and one produce serves them all in order', async () => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue()
  const { hostname, port } = new URL(await daemon.listen())
  const agent = new Agent({ keepAlive: true, maxSockets: 2000 })
  const lease = async (client: number) => {
    const sent = httpRequest({
      host: hostname,
      port,
      agent,
      method: 'POST',
      path: '/v1/queue.lease',
      headers: JSON_TYPE,
    })
    sent.end(JSON.stringify({ queueName: queue.name, clientId: `${client}`, batchSize: 1, requestTimeout: '5m' }))
    const [response] = await once(sent, 'response')
    let text = ''
    for await (const chunk of response) text += chunk
    return JSON.parse(text).items[0].reference as string
  }
  const leased: Promise<string>[] = []
  for (let client = 0; client < 1000; client++) {
    leased.push(lease(client))
    // Leases are served in order of arrival.
    if (client % 100 === 99) {
      await until('the leases have arrived', async () => (await queue.counts()).leasesWaiting === client + 1)
    }
  }
  await queue.produce(...Array.from({ length: 1000 }, (_, index) => ({ reference: `${index}` })))
  const references = await Promise.all(leased)
  expect(new Set(references).size).toBe(1000)
  // Within a hundred the sockets race, but the hundreds arrived one after the other.
  expect(references.map((reference) => Math.floor(Number(reference) / 100))).toEqual(
    references.map((_, client) => Math.floor(client / 100)),
  )
  expect(await queue.counts()).toMatchObject({ leased: 1000, leasesWaiting: 0 })
  agent.destroy()
})

test('after the daemon closes, calls say in which line it was closed, or that nothing listens', async () => {
  const daemon = await startTestDaemon({ log: 'silent' })
  const url = await daemon.listen()
  await daemon.createQueue({ name: 'q' })
  await daemon.close()
  await expect(daemon.client.queuesList({})).rejects.toThrow(
    /the daemon is closed \(\S*transport\.test\.ts:\d+\); start a new one with startTestDaemon\(\), or close it later$/,
  )
  for (const call of [daemon.dump(), daemon.fork(), daemon.crash(), daemon.restart(), daemon.listen()]) {
    await expect(call).rejects.toThrow(/the daemon is closed \(\S*transport\.test\.ts:\d+\)/)
  }
  expect(() => daemon.intercept('http://queues.internal')).toThrow(
    /the daemon is closed \(\S*transport\.test\.ts:\d+\)/,
  )
  await expect(new QueratorClient({ endpoint: url }).queuesList({})).rejects.toMatchObject({
    code: 0,
    message: expect.stringContaining('nothing listens there; is the daemon running?'),
  })
  const refused: unknown = await new Promise((resolve) => daemon.connect().once('error', resolve))
  expect(refused).toMatchObject({ message: expect.stringContaining('the daemon is closed') })
  await daemon.close()
})

test('a client pointed at something other than Querator says so', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const endpoint = `${await daemon.listen()}/elsewhere`
  await expect(new QueratorClient({ endpoint }).queuesList({})).rejects.toMatchObject({
    code: 501,
    message: 'no such method; /elsewhere/v1/queues.list',
  })
  expect(() => new QueratorClient({ endpoint: 'localhost:2319' })).toThrow(/write it with its scheme/)
})

test('in-memory fetch takes request lines and headers of up to a megabyte, as a socket does', async () => {
  await using daemon = await startTestDaemon()
  const url = await daemon.listen()
  for (const ask of [daemon.fetch, fetch]) {
    const status = async (size: number) => (await ask(`${url}/health`, { headers: { x: 'x'.repeat(size) } })).status
    expect(await status(1_000_000)).toBe(200)
    expect(await status(1_100_000)).toBe(431)
  }
  const long = await daemon.fetch(`/health?${'x'.repeat(1_100_000)}`)
  expect([long.status, await long.text()]).toEqual([431, '431 Request Header Fields Too Large'])
})
