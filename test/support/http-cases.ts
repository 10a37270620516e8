/** Unusual requests, and the replies of Go's server to them. */
import { expect } from 'vitest'
import { rawRequest } from './raw-http.js'

/** The first line of an ordinary request. */
export const LIST = 'POST /v1/queues.list HTTP/1.1'
/** The head of a request with a chunked body. */
export const CHUNKED = rawRequest(LIST, ['Transfer-Encoding: chunked'])

const LONGEST_HEAD = 1_048_576 + 4_096

/** A request whose head has exactly this length. */
function headOf(length: number, mark = ''): string {
  const head = rawRequest(LIST, [`X-Long: ${mark}`], '{}').slice(0, -'{}'.length)
  return rawRequest(LIST, [`X-Long: ${mark}${'a'.repeat(length - head.length)}`], '{}')
}

/** Replies in short: the status, and the message or text. */
export const notAllowed = (method: string) => [400, `http method '${method}' not allowed; only POST`]
export const unknown = (path: string) => [501, `no such method; ${path}`]
export const DONE = [200, '{}']
export const BAD = [400, '400 Bad Request']

/** Requests that are answered and keep the connection open. */
export const ANSWERED: [what: string, request: string, answer: unknown][] = [
  ['an unknown method', rawRequest('FOO /v1/queues.list HTTP/1.1', [], '{}'), notAllowed('FOO')],
  [
    'an unknown method with a chunked body',
    CHUNKED.replace('POST', 'FOO').concat('2\r\n{}\r\n0\r\n\r\n'),
    notAllowed('FOO'),
  ],
  ['a method in lower case', rawRequest('post /v1/queues.list HTTP/1.1'), notAllowed('post')],
  ['a method with a hyphen', rawRequest('M-SEARCH * HTTP/1.1'), notAllowed('M-SEARCH')],
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
  ['a path that is not UTF-8 (D16)', rawRequest('POST /v1/\xff HTTP/1.1', [], '{}'), unknown('/v1/\ufffd')],
  ['an escaped control character', rawRequest('POST /v1/%00%0a HTTP/1.1', [], '{}'), unknown('/v1/\0\n')],
  ['a target with a host', rawRequest('POST HTTP://u:p@h:1/v1/queues.list HTTP/1.1', [], '{}'), DONE],
  ['a host without a path', rawRequest('POST http://h?x HTTP/1.1', [], '{}'), unknown('')],
  ['a target without slashes', rawRequest('POST foo:bar HTTP/1.1', [], '{}'), unknown('')],
  ['a target with two slashes', rawRequest('POST //v1/queues.list HTTP/1.1', [], '{}'), unknown('//v1/queues.list')],
  ['the target *', rawRequest('POST * HTTP/1.1', [], '{}'), unknown('*')],
  ['HTTP/1.2', rawRequest(LIST.replace('1.1', '1.2'), [], '{}'), DONE],
  ['HTTP/1.0 with keep-alive', rawRequest(LIST.replace('1.1', '1.0'), ['Connection: keep-alive'], '{}'), DONE],
  ['lines that end with LF', rawRequest(LIST, [], '{}').replaceAll('\r\n', '\n'), DONE],
  ['a header on two lines', rawRequest(LIST, ['Authorization: Bearer', '\t x'], '{}'), DONE],
  [
    'a repeated header, of which the first counts',
    rawRequest(LIST, ['Accept: application/json', 'Accept: x'], '{}'),
    DONE,
  ],
  [
    '3,000 headers, and the last one counts',
    rawRequest(LIST, [...manyHeaders(3000), 'Authorization: x'], '{}'),
    [401, expect.any(String)],
  ],
  ['the longest head', headOf(LONGEST_HEAD), DONE],
  ['a repeated equal length', rawRequest(LIST, ['Content-Length: 2'], '{}'), DONE],
  ['a length and chunks', CHUNKED.replace('\r\n', '\r\nContent-Length: 7\r\n').concat('2\r\n{}\r\n0\r\n\r\n'), DONE],
  [
    'chunks with blanks, extensions, a trailer',
    `${CHUNKED}1 \t\r\n{\r\n01;a=b\r\n}\r\n0\r\nX : y\r\nZ: 1\r\n\r\n`,
    DONE,
  ],
  ['chunked in another case', CHUNKED.replace('chunked', 'Chunked').concat('2\r\n{}\r\n0\r\n\r\n'), DONE],
  ['a line break after a POST', `${rawRequest(LIST, [], '{}')}\r\n`, DONE],
]

/** Requests that are not HTTP, or too large. The reply is plain text, and the connection is closed. */
export const REFUSED: [what: string, request: string, answer: unknown][] = [
  ['garbage', '\0\x01 this is not HTTP\r\n\r\n', BAD],
  ['an invalid line before the head is complete', 'hello\r\n', BAD],
  ['a line break before the first request', `\r\n${rawRequest(LIST, [], '{}')}`, BAD],
  ['no version', rawRequest('POST /v1/queues.list'), BAD],
  ['no method', rawRequest(' /v1/queues.list HTTP/1.1'), BAD],
  ['a method with brackets', rawRequest('F(O)O /v1/queues.list HTTP/1.1'), BAD],
  ['a blank in the target', rawRequest('POST /v1/a b HTTP/1.1'), BAD],
  ['a bad escape', rawRequest('POST /%zz HTTP/1.1'), BAD],
  ['half an escape', rawRequest('POST /v1/x%2 HTTP/1.1'), BAD],
  ['a control character in the target', rawRequest('POST /v1/\x01 HTTP/1.1'), BAD],
  ['a target without a slash', rawRequest('POST v1/queues.list HTTP/1.1'), BAD],
  ['a target with a bad host', rawRequest('POST http://h%zz/v1/queues.list HTTP/1.1'), BAD],
  ['a target with a bad port', rawRequest('POST http://h:ab/v1/queues.list HTTP/1.1'), BAD],
  ['a target with a bad user', rawRequest('POST http://a[b@h/v1/queues.list HTTP/1.1'), BAD],
  ['CONNECT without a valid host', rawRequest('CONNECT a\\b HTTP/1.1'), BAD],
  ['two hosts', rawRequest(LIST, ['Host: y'], '{}'), BAD],
  ['no host', 'POST /v1/queues.list HTTP/1.1\r\n\r\n', [400, '400 Bad Request: missing required Host header']],
  ['a bad host', rawRequest(LIST).replace('Host: x', 'Host: a b'), [400, '400 Bad Request: malformed Host header']],
  ['a blank before the colon', rawRequest(LIST, ['X : a']), [400, '400 Bad Request: invalid header name']],
  ['a header without a colon', rawRequest(LIST, ['hello']), BAD],
  ['a header without a name', rawRequest(LIST, [': a']), BAD],
  ['a header whose name is not ASCII', rawRequest(LIST, ['\xc5\xbe: a']), BAD],
  ['a blank before the first header', `${LIST}\r\n Host: x\r\n\r\n`, BAD],
  ['a control character in a header', rawRequest(LIST, ['X: a\0b']), BAD],
  ['a lone CR in a header', rawRequest(LIST, ['X: a\rb']), BAD],
  ['different lengths', rawRequest(LIST, ['Content-Length: 3'], '{}'), BAD],
  ['different lengths and chunks', CHUNKED.replace('\r\n', '\r\nContent-Length: 1\r\nContent-Length: 2\r\n'), BAD],
  ['an empty length', rawRequest(LIST, ['Content-Length:']), BAD],
  ['an invalid length', rawRequest(LIST, ['Content-Length: +2']), BAD],
  ['a length that is too long', rawRequest(LIST, ['Content-Length: 9223372036854775808']), BAD],
  [
    'a body with another encoding',
    rawRequest(LIST, ['Transfer-Encoding: gzip, chunked']),
    [501, 'Unsupported transfer encoding'],
  ],
  [
    'a repeated chunked encoding',
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
    'an endless head',
    rawRequest(LIST, [`X: ${'a'.repeat(2_000_000)}`]).trimEnd(),
    [431, '431 Request Header Fields Too Large'],
  ],
  ['an endless target', `POST /${'a'.repeat(2_000_000)}`, [431, '431 Request Header Fields Too Large']],
]

/** Invalid chunked bodies. The rest of the connection is ignored. */
export const BAD_CHUNKS: [body: string, message: string][] = [
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

/** Bodies whose end never arrives. */
export const CUT_OFF: [request: string, message: string][] = [
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
