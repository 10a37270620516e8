/** Unusual HTTP, byte by byte: the daemon accepts and refuses what Go's server does (docs/protocol/admin.md §1). */
import { describe, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import {
  ANSWERED,
  BAD,
  BAD_CHUNKS,
  CHUNKED,
  CUT_OFF,
  DONE,
  LIST,
  notAllowed,
  REFUSED,
  unknown,
} from '../support/http-cases.js'
import { answersOf, exchange, LAST, LINES, type RawAnswer, rawRequest } from '../support/raw-http.js'
import { until } from '../support/turns.js'

/** A reply in short: its status, and its message or text. */
function short({ status, headers, body }: RawAnswer): [number, string] {
  if (headers['content-type'] !== 'application/json') return [status, body]
  return [status, (JSON.parse(body) as { message?: string }).message ?? body]
}

describe.each(Object.entries(LINES))('%s', (_, open) => {
  test.each(ANSWERED)('answers %s and keeps the connection open', async (_, request, answer) => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const replies = await exchange(await open(daemon), request, LAST)
    expect([replies.length, short(replies[0] as RawAnswer), replies[0]?.headers.connection]).toEqual([
      2,
      answer,
      request.includes('HTTP/1.0') ? 'keep-alive' : undefined,
    ])
  })

  test.each(REFUSED)('refuses %s and closes the connection', async (_, request, answer) => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const replies = await exchange(await open(daemon), request, LAST)
    expect(replies.map(short)).toEqual([answer])
    expect(replies[0]?.headers).toEqual({ 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  })

  test.each(BAD_CHUNKS)('returns 512 for the chunks %j and closes the connection', async (body, message) => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const replies = await exchange(await open(daemon), CHUNKED, body, LAST)
    expect(replies.map(short)).toEqual([[512, message]])
    expect(replies[0]?.headers).toMatchObject({ connection: 'close', 'content-type': 'application/json' })
  })

  test.each(CUT_OFF)('returns 512 when the request ends after %j', async (request, message) => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const line = await open(daemon)
    const answers = answersOf(line)
    line.end(request)
    expect((await answers).map(short)).toEqual([[512, message]])
  })

  test('a broken body only closes the connection if the call does not read it', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    for (const [line, answer] of [
      ['POST /v1/nope HTTP/1.1', unknown('/v1/nope')],
      ['GET /v1/queues.list HTTP/1.1', notAllowed('GET')],
      ['FOO /v1/queues.list HTTP/1.1', notAllowed('FOO')],
    ] as const) {
      const replies = await exchange(await open(daemon), CHUNKED.replace(LIST, line), 'zz\r\n', LAST)
      expect([replies.map(short), replies[0]?.headers.connection]).toEqual([[answer], 'close'])
    }
  })

  test('refuses half a head and half a line', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    for (const request of ['POST /v1', CHUNKED.slice(0, -2)]) {
      const line = await open(daemon)
      const answers = answersOf(line)
      line.end(request)
      expect((await answers).map(short)).toEqual([BAD])
    }
    // After a request, the server looks at no fewer than four bytes.
    for (const [request, answers] of [
      ['', []],
      [`${rawRequest(LIST, [], '{}')}abc`, [DONE]],
      [`${rawRequest(LIST, [], '{}')}abcd`, [DONE, BAD]],
    ] as const) {
      const line = await open(daemon)
      const replies = answersOf(line)
      line.end(request)
      expect((await replies).map(short)).toEqual(answers)
    }
  })

  test('answers pipelined requests in order, even if the last is not HTTP', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const requests = [rawRequest(LIST, [], '{}'), rawRequest('FOO / HTTP/1.1'), 'garbage\r\n\r\n'].join('')
    expect((await exchange(await open(daemon), requests)).map(short)).toEqual([DONE, notAllowed('FOO'), BAD])
  })

  test('reads a request that arrives byte by byte', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const requests = `${CHUNKED}1\r\n{\r\n1;x\r\n}\r\n0\r\nX: y\r\n\r\n${rawRequest(LIST, [], '{}')}${LAST}`
    const replies = await exchange(await open(daemon), ...requests.split(''))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test('a client that reads late gets every reply', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const queue = await daemon.createQueue()
    await queue.produce({ text: 'x'.repeat(100_000) })
    const list = 'POST /v1/storage/items.list HTTP/1.1'
    const request = rawRequest(list, [], JSON.stringify({ queueName: queue.name, partition: 0 }))
    const line = await open(daemon)
    line.write(request.repeat(200))
    line.write(LAST)
    await daemon.client.queuesList({})
    const replies = await answersOf(line)
    expect([replies.length, new Set(replies.slice(0, -1).map(({ body }) => body.length)).size]).toEqual([201, 1])
  })

  test('a waiting lease holds back the requests behind it', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const queue = await daemon.createQueue()
    const lease = JSON.stringify({ queueName: queue.name, clientId: 'c', batchSize: 1, requestTimeout: '1m' })
    const line = await open(daemon)
    // More requests than the daemon buffers.
    const behind = rawRequest(LIST, [], '{}').repeat(5000)
    const answers = exchange(line, rawRequest('POST /v1/queue.lease HTTP/1.1', [], lease), behind, LAST)
    await until('the lease waits', async () => (await queue.counts()).leasesWaiting === 1)
    await queue.produce({ reference: 'a' })
    const [first, ...others] = await answers
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ items: [{ reference: 'a' }] })
    expect(others.length).toBe(5001)
  })

  test('a client that has finished sending still gets its reply, unless it would have to wait for it', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const queue = await daemon.createQueue()
    const ask = async (call: string, body: object) => {
      const line = await open(daemon)
      const answers = answersOf(line)
      line.end(rawRequest(`POST /v1/${call} HTTP/1.1`, [], JSON.stringify({ queueName: queue.name, ...body })))
      return (await answers).map(({ status }) => status)
    }
    const lease = { clientId: 'c', batchSize: 1, requestTimeout: '1m' }
    expect(await ask('queue.lease', lease)).toEqual([])
    expect(await ask('queue.produce', { requestTimeout: '1m', items: [{ reference: 'a' }] })).toEqual([200])
    expect(await queue.counts()).toMatchObject({ leased: 0, leasesWaiting: 0 })
    expect(await ask('queue.lease', lease)).toEqual([200])
  })

  test('sends 100 Continue once the body is wanted', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const expects = ['Expect: 100-continue', 'Content-Length: 2']
    const line = await open(daemon)
    const answers = answersOf(line)
    line.write(rawRequest(LIST, expects))
    line.once('data', () => line.write(`{}${LAST}`))
    expect((await answers).map(({ status }) => status)).toEqual([100, 200, 200])
    const unwanted = await exchange(await open(daemon), rawRequest('POST /v1/nope HTTP/1.1', expects))
    expect(unwanted.map(({ status, headers }) => [status, headers.connection])).toEqual([[501, 'close']])
    const more = await exchange(await open(daemon), rawRequest(LIST, ['Expect: tea'], '{}'), LAST)
    expect(more.map(({ status, headers, body }) => [status, headers.connection, body])).toEqual([[417, 'close', '']])
  })

  test('HTTP/1.0, HTTP/2 and "Connection: close" get one reply', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    for (const [request, answer] of [
      [rawRequest(LIST.replace('1.1', '1.0'), [], '{}'), DONE],
      [rawRequest(LIST, ['Connection: x, Close'], '{}'), DONE],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', notAllowed('PRI')],
    ] as const) {
      expect((await exchange(await open(daemon), request, LAST)).map(short)).toEqual([answer])
    }
  })

  test('HEAD gets only the head', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const line = await open(daemon)
    const pieces: Buffer[] = []
    line.on('data', (piece: Buffer) => pieces.push(piece))
    line.write(rawRequest('HEAD /v1/queues.list HTTP/1.1', ['Connection: close']))
    await new Promise((resolve) => line.once('end', resolve))
    line.end()
    const text = Buffer.concat(pieces).toString()
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(text).toMatch(/content-length: 92\r\n/)
    expect(text.endsWith('\r\n\r\n')).toBe(true)
  })
})
