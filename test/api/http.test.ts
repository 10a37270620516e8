/** HTTP out of the ordinary, byte by byte: the daemon refuses and lets pass what Go's servers do (contract: admin.md §1). */
import { describe, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { answersOf, exchange, LAST, LINES, type RawAnswer, rawRequest } from '../support/raw-http.js'
import { until } from '../support/turns.js'

const LIST = 'POST /v1/queues.list HTTP/1.1'
const CHUNKED = rawRequest(LIST, ['Transfer-Encoding: chunked'])
const LONGEST_HEAD = 1_048_576 + 4_096

/** A reply in short: its status, and the message or the text in it. */
function short({ status, headers, body }: RawAnswer): [number, string] {
  if (headers['content-type'] !== 'application/json') return [status, body]
  return [status, (JSON.parse(body) as { message?: string }).message ?? body]
}

/** A head of exactly so many bytes. */
function headOf(length: number, mark = ''): string {
  const head = rawRequest(LIST, [`X-Long: ${mark}`], '{}').slice(0, -'{}'.length)
  return rawRequest(LIST, [`X-Long: ${mark}${'a'.repeat(length - head.length)}`], '{}')
}

const notAllowed = (method: string) => [400, `http method '${method}' not allowed; only POST`]
const unknown = (path: string) => [501, `no such method; ${path}`]
const DONE = [200, '{}']
const BAD = [400, '400 Bad Request']

/** What is answered, and the connection lives on. */
const ANSWERED: [what: string, request: string, answer: unknown][] = [
  ['a method that nobody knows', rawRequest('FOO /v1/queues.list HTTP/1.1', [], '{}'), notAllowed('FOO')],
  ['one with a body in chunks', CHUNKED.replace('POST', 'FOO').concat('2\r\n{}\r\n0\r\n\r\n'), notAllowed('FOO')],
  ['one in lower case', rawRequest('post /v1/queues.list HTTP/1.1'), notAllowed('post')],
  ['one with signs in it', rawRequest('M-SEARCH * HTTP/1.1'), notAllowed('M-SEARCH')],
  ['CONNECT with a path', rawRequest('CONNECT /v1/queues.list HTTP/1.1'), notAllowed('CONNECT')],
  ['CONNECT with a host, as to a proxy', rawRequest('CONNECT example.com:80 HTTP/1.1'), notAllowed('CONNECT')],
  ['TRACE', rawRequest('TRACE /v1/queues.list HTTP/1.1'), notAllowed('TRACE')],
  ['OPTIONS of a path', rawRequest('OPTIONS /v1/queues.list HTTP/1.1'), notAllowed('OPTIONS')],
  ['OPTIONS of the server', rawRequest('OPTIONS * HTTP/1.1'), [200, '']],
  ['an upgrade', rawRequest(LIST, ['Connection: Upgrade', 'Upgrade: websocket'], '{}'), DONE],
  ['a fragment', rawRequest('POST /v1/queues.list#a?b HTTP/1.1', [], '{}'), unknown('/v1/queues.list#a')],
  ['a fragment in the query', rawRequest('POST /v1/queues.list?a#b HTTP/1.1', [], '{}'), DONE],
  ['a bad escape in the query', rawRequest('POST /v1/queues.list?%zz HTTP/1.1', [], '{}'), DONE],
  ['a path in UTF-8', rawRequest('POST /v1/\xc5\xbe HTTP/1.1', [], '{}'), unknown('/v1/ž')],
  ['a path that is no UTF-8 (D16)', rawRequest('POST /v1/\xff HTTP/1.1', [], '{}'), unknown('/v1/\ufffd')],
  ['an escaped control', rawRequest('POST /v1/%00%0a HTTP/1.1', [], '{}'), unknown('/v1/\0\n')],
  ['a target with a host', rawRequest('POST HTTP://u:p@h:1/v1/queues.list HTTP/1.1', [], '{}'), DONE],
  ['a host without a path', rawRequest('POST http://h?x HTTP/1.1', [], '{}'), unknown('')],
  ['a target without slashes', rawRequest('POST foo:bar HTTP/1.1', [], '{}'), unknown('')],
  ['a target with two slashes', rawRequest('POST //v1/queues.list HTTP/1.1', [], '{}'), unknown('//v1/queues.list')],
  ['the target *', rawRequest('POST * HTTP/1.1', [], '{}'), unknown('*')],
  ['HTTP/1.2', rawRequest(LIST.replace('1.1', '1.2'), [], '{}'), DONE],
  ['HTTP/1.0 that asks', rawRequest(LIST.replace('1.1', '1.0'), ['Connection: keep-alive'], '{}'), DONE],
  ['lines that end with LF', rawRequest(LIST, [], '{}').replaceAll('\r\n', '\n'), DONE],
  ['a header on two lines', rawRequest(LIST, ['Authorization: Bearer', '\t x'], '{}'), DONE],
  ['a header twice: the first counts', rawRequest(LIST, ['Accept: application/json', 'Accept: x'], '{}'), DONE],
  [
    '3,000 headers, all of them',
    rawRequest(LIST, [...manyHeaders(3000), 'Authorization: x'], '{}'),
    [401, expect.any(String)],
  ],
  ['the longest head', headOf(LONGEST_HEAD), DONE],
  ['the same length twice', rawRequest(LIST, ['Content-Length: 2'], '{}'), DONE],
  ['a length, and chunks', CHUNKED.replace('\r\n', '\r\nContent-Length: 7\r\n').concat('2\r\n{}\r\n0\r\n\r\n'), DONE],
  [
    'chunks with blanks, extensions, a trailer',
    `${CHUNKED}1 \t\r\n{\r\n01;a=b\r\n}\r\n0\r\nX : y\r\nZ: 1\r\n\r\n`,
    DONE,
  ],
  ['chunks by another case', CHUNKED.replace('chunked', 'Chunked').concat('2\r\n{}\r\n0\r\n\r\n'), DONE],
  ['a line break after a POST', `${rawRequest(LIST, [], '{}')}\r\n`, DONE],
]

/** What is no HTTP, or too much of it: an answer in text, and the connection ends. */
const REFUSED: [what: string, request: string, answer: unknown][] = [
  ['garbage', '\0\x01 this is not HTTP\r\n\r\n', BAD],
  ['a line that is none, before the head is there', 'hello\r\n', BAD],
  ['a line break before the first request', `\r\n${rawRequest(LIST, [], '{}')}`, BAD],
  ['no version', rawRequest('POST /v1/queues.list'), BAD],
  ['no method', rawRequest(' /v1/queues.list HTTP/1.1'), BAD],
  ['a method with brackets', rawRequest('F(O)O /v1/queues.list HTTP/1.1'), BAD],
  ['a blank in the target', rawRequest('POST /v1/a b HTTP/1.1'), BAD],
  ['a bad escape', rawRequest('POST /%zz HTTP/1.1'), BAD],
  ['half an escape', rawRequest('POST /v1/x%2 HTTP/1.1'), BAD],
  ['a control in the target', rawRequest('POST /v1/\x01 HTTP/1.1'), BAD],
  ['a target without a slash', rawRequest('POST v1/queues.list HTTP/1.1'), BAD],
  ['a target with a bad host', rawRequest('POST http://h%zz/v1/queues.list HTTP/1.1'), BAD],
  ['a target with a bad port', rawRequest('POST http://h:ab/v1/queues.list HTTP/1.1'), BAD],
  ['a target with a bad user', rawRequest('POST http://a[b@h/v1/queues.list HTTP/1.1'), BAD],
  ['CONNECT with nothing like a host', rawRequest('CONNECT a\\b HTTP/1.1'), BAD],
  ['two hosts', rawRequest(LIST, ['Host: y'], '{}'), BAD],
  ['no host', 'POST /v1/queues.list HTTP/1.1\r\n\r\n', [400, '400 Bad Request: missing required Host header']],
  ['a bad host', rawRequest(LIST).replace('Host: x', 'Host: a b'), [400, '400 Bad Request: malformed Host header']],
  ['a blank before the colon', rawRequest(LIST, ['X : a']), [400, '400 Bad Request: invalid header name']],
  ['a header without a colon', rawRequest(LIST, ['hello']), BAD],
  ['a header without a name', rawRequest(LIST, [': a']), BAD],
  ['a header whose name is not ASCII', rawRequest(LIST, ['\xc5\xbe: a']), BAD],
  ['a blank before the first header', `${LIST}\r\n Host: x\r\n\r\n`, BAD],
  ['a control in a header', rawRequest(LIST, ['X: a\0b']), BAD],
  ['half a line break in a header', rawRequest(LIST, ['X: a\rb']), BAD],
  ['lengths that differ', rawRequest(LIST, ['Content-Length: 3'], '{}'), BAD],
  ['lengths that differ, and chunks', CHUNKED.replace('\r\n', '\r\nContent-Length: 1\r\nContent-Length: 2\r\n'), BAD],
  ['an empty length', rawRequest(LIST, ['Content-Length:']), BAD],
  ['a length that is none', rawRequest(LIST, ['Content-Length: +2']), BAD],
  ['a length that is too long', rawRequest(LIST, ['Content-Length: 9223372036854775808']), BAD],
  [
    'a body packed otherwise',
    rawRequest(LIST, ['Transfer-Encoding: gzip, chunked']),
    [501, 'Unsupported transfer encoding'],
  ],
  [
    'chunks twice',
    CHUNKED.replace('\r\n', '\r\nTransfer-Encoding: chunked\r\n'),
    [501, 'Unsupported transfer encoding'],
  ],
  ...['2.0', '0.9'].map((version): [string, string, unknown] => [
    `HTTP/${version}`,
    rawRequest(LIST.replace('1.1', version)),
    [505, '505 HTTP Version Not Supported: unsupported protocol version'],
  ]),
  ['a head that is too long', headOf(LONGEST_HEAD + 1), [431, '431 Request Header Fields Too Large']],
  [
    'a head without end',
    rawRequest(LIST, [`X: ${'a'.repeat(2_000_000)}`]).trimEnd(),
    [431, '431 Request Header Fields Too Large'],
  ],
  ['a target without end', `POST /${'a'.repeat(2_000_000)}`, [431, '431 Request Header Fields Too Large']],
]

/** Bodies in chunks that are none; the rest of the connection means nothing then. */
const BAD_CHUNKS: [body: string, message: string][] = [
  ['zz\r\n{}\r\n0\r\n\r\n', 'invalid byte in chunk length'],
  ['1\r\n{\r\nzz\r\n}\r\n0\r\n\r\n', 'invalid byte in chunk length'],
  ['-1\r\n{}\r\n0\r\n\r\n', 'invalid byte in chunk length'],
  [' 2\r\n{}\r\n0\r\n\r\n', 'invalid byte in chunk length'],
  ['0x2\r\n{}\r\n0\r\n\r\n', 'invalid byte in chunk length'],
  ['\r\n{}\r\n0\r\n\r\n', 'empty hex number for chunk length'],
  ['fffffffffffffffff\r\n{}\r\n0\r\n\r\n', 'http chunk length too large'],
  ['2\r\n{}XX0\r\n\r\n', 'malformed chunked encoding'],
  ['2\n{}\n0\n\n', 'chunked line ends with bare LF'],
  ['2\r{}\r\n0\r\n\r\n', 'invalid CR in chunked line'],
  [`2;${'a'.repeat(5000)}\r\n{}\r\n0\r\n\r\n`, 'header line too long'],
  [`${`1;${'a'.repeat(4000)}\r\n \r\n`.repeat(5)}0\r\n\r\n`, 'chunked encoding contains too much non-data'],
  ['2\r\n{}\r\n0\r\nbad trailer\r\n\r\n', 'malformed MIME header: missing colon: "bad trailer"'],
  [`2\r\n{}\r\n0\r\nX: ${'a'.repeat(5000)}\r\n\r\n`, 'http: suspiciously long trailer after chunked body'],
]

/** Bodies whose end never comes. */
const CUT_OFF: [request: string, message: string][] = [
  [CHUNKED, 'unexpected EOF'],
  [`${CHUNKED}5`, 'unexpected EOF'],
  [`${CHUNKED}5\r\n{}`, 'unexpected EOF'],
  [`${CHUNKED}2\r\n{}\r`, 'unexpected EOF'],
  [`${CHUNKED}2\r\n{}\r\n0\r\n`, 'http: unexpected EOF reading trailer'],
  [rawRequest(LIST, ['Content-Length: 10']).concat('{}'), 'unexpected EOF'],
]

function manyHeaders(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `X-${number}: a`)
}

describe.each(Object.entries(LINES))('%s', (_, open) => {
  test.each(ANSWERED)('%s is answered, and the connection lives on', async (_, request, answer) => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const replies = await exchange(await open(daemon), request, LAST)
    expect([replies.length, short(replies[0] as RawAnswer), replies[0]?.headers.connection]).toEqual([
      2,
      answer,
      request.includes('HTTP/1.0') ? 'keep-alive' : undefined,
    ])
  })

  test.each(REFUSED)('%s is refused, and the connection ends', async (_, request, answer) => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const replies = await exchange(await open(daemon), request, LAST)
    expect(replies.map(short)).toEqual([answer])
    expect(replies[0]?.headers).toEqual({ 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  })

  test.each(BAD_CHUNKS)('the chunks %j: 512, and the connection ends', async (body, message) => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const replies = await exchange(await open(daemon), CHUNKED, body, LAST)
    expect(replies.map(short)).toEqual([[512, message]])
    expect(replies[0]?.headers).toMatchObject({ connection: 'close', 'content-type': 'application/json' })
  })

  test.each(CUT_OFF)('%j and no more: 512', async (request, message) => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const line = await open(daemon)
    const answers = answersOf(line)
    line.end(request)
    expect((await answers).map(short)).toEqual([[512, message]])
  })

  test('where nobody reads the body, what is wrong with it only ends the connection', async () => {
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

  test('half a head, and half a line, are no request', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    for (const request of ['POST /v1', CHUNKED.slice(0, -2)]) {
      const line = await open(daemon)
      const answers = answersOf(line)
      line.end(request)
      expect((await answers).map(short)).toEqual([BAD])
    }
    // Behind a request the server looks at four bytes at least.
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

  test('requests at once are answered in their order, also when the last is no HTTP', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const requests = [rawRequest(LIST, [], '{}'), rawRequest('FOO / HTTP/1.1'), 'garbage\r\n\r\n'].join('')
    expect((await exchange(await open(daemon), requests)).map(short)).toEqual([DONE, notAllowed('FOO'), BAD])
  })

  test('a request that comes byte by byte is read like any other', async () => {
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

  test('a lease that waits holds up the requests behind it', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const queue = await daemon.createQueue()
    const lease = JSON.stringify({ queueName: queue.name, clientId: 'c', batchSize: 1, requestTimeout: '1m' })
    const line = await open(daemon)
    const answers = exchange(line, rawRequest('POST /v1/queue.lease HTTP/1.1', [], lease), LAST)
    await until('it waits', async () => (await queue.counts()).leasesWaiting === 1)
    await queue.produce({ reference: 'a' })
    const [first, second] = await answers
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ items: [{ reference: 'a' }] })
    expect(second?.headers['content-type']).toBe('application/health+json')
  })

  test('a client that sends no more still gets its answer, unless it would have to wait for it', async () => {
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

  test('who waits for a word before the body gets it when the body is wanted', async () => {
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

  test('HTTP/1.0, HTTP/2 and "close" get one answer', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    for (const [request, answer] of [
      [rawRequest(LIST.replace('1.1', '1.0'), [], '{}'), DONE],
      [rawRequest(LIST, ['Connection: x, Close'], '{}'), DONE],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', notAllowed('PRI')],
    ] as const) {
      expect((await exchange(await open(daemon), request, LAST)).map(short)).toEqual([answer])
    }
  })

  test('HEAD gets the head only', async () => {
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
