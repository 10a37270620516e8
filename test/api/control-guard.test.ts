/** Who may use the control plane: programs on this machine, and no web page. */
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { guard } from '../../src/control/guard.js'
import { startTestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'
import { exchange, LINES } from '../support/raw-http.js'

const FROZEN = { clock: 'frozen', log: 'silent', endpoint: '' } as const

/** What the guard says of a request. */
function verdict(peer: string | undefined, headers: Record<string, string>, host?: string): string {
  try {
    guard({ method: 'GET', target: '/test/clock', headers, body: new Uint8Array(), peer }, host)
    return 'served'
  } catch (error) {
    expect(error).toMatchObject({ code: 403 })
    return (error as Error).message
  }
}

test('only peers on this machine are served, unless a host is named', () => {
  const headers = { host: 'localhost:2319' }
  for (const peer of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])
    expect(verdict(peer, headers)).toBe('served')
  for (const peer of [
    '10.0.0.7',
    '192.168.0.1',
    '::ffff:10.0.0.7',
    'fe80::1',
    '2001:db8::1',
    'unknown',
    '1127.0.0.1',
  ]) {
    expect(verdict(peer, headers)).toBe(
      `the control plane answers only this machine; the request came from ${peer}; on this machine, use localhost; to open it to other machines, start the daemon with --test-control-host and the name by which they reach it`,
    )
    expect(verdict(peer, { host: 'querator:2319' }, 'querator')).toBe('served')
    expect(verdict(peer, { host: 'Querator' }, 'querator')).toBe('served')
  }
})

test('a name that is neither a loopback one nor the configured host is refused', () => {
  for (const host of ['localhost', 'localhost:1', 'LOCALHOST:80', '127.0.0.1:2319', '127.9.9.9', '[::1]:2319']) {
    expect(verdict('127.0.0.1', { host })).toBe('served')
  }
  for (const host of [
    'evil.example',
    'localhost.evil.example:2319',
    '127.0.0.1.evil.example',
    'xlocalhost',
    '',
    '0.0.0.0:2319',
    '[::2]',
  ]) {
    expect(verdict('127.0.0.1', { host })).toBe(
      `the control plane does not answer for the host '${host}'; use localhost, 127.0.0.1 or [::1], or start the daemon with --test-control-host`,
    )
    expect(verdict('127.0.0.1', { host }, 'querator')).toContain('use localhost, 127.0.0.1 or [::1] or querator')
  }
  expect(verdict('127.0.0.1', {})).toContain('does not answer for the host')
  expect(verdict('127.0.0.1', { host: 'queratorx' }, 'querator')).toContain('does not answer for the host')
  expect(verdict('127.0.0.1', { host: 'xquerator' }, 'xqueratorx')).toContain('does not answer for the host')
})

test('a request of a page of another origin is refused, and one of the own origin is not', () => {
  const host = 'localhost:2319'
  expect(verdict('127.0.0.1', { host, origin: 'http://localhost:2319', 'sec-fetch-site': 'same-origin' })).toBe(
    'served',
  )
  expect(verdict('127.0.0.1', { host, 'sec-fetch-site': 'none' })).toBe('served')
  for (const origin of [
    'http://localhost:3000',
    'https://localhost:2319',
    'http://evil.example',
    'null',
    '',
    'http://127.0.0.1:2319',
  ]) {
    expect(verdict('127.0.0.1', { host, origin })).toBe(
      `the control plane does not answer web pages; the request has the Origin '${origin}'; let your test call it, not the page under test`,
    )
    // A page in the process of the test, such as one of jsdom, is a page too.
    expect(verdict(undefined, { host, origin })).toContain('does not answer web pages')
  }
  for (const site of ['cross-site', 'same-site', 'x']) {
    expect(verdict('127.0.0.1', { host, 'sec-fetch-site': site })).toBe(
      `the control plane does not answer web pages; the request has Sec-Fetch-Site '${site}'; let your test call it, not the page under test`,
    )
  }
})

test('a refused request gets a 403 as JSON, without a header for other origins, and changes nothing', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { post, send } = await controlOf(daemon)
  const before = daemon.clock.now()
  const cases = [
    post('/test/clock/advance', { by: '1s' }, { origin: 'http://evil.example' }),
    post('/test/clock/advance', { by: '1s' }, { host: 'evil.example' }),
    post('/test/clock/advance', { by: '1s' }, { 'sec-fetch-site': 'cross-site' }),
    post('/test/unknown', {}, { origin: 'http://evil.example' }),
    send('OPTIONS', '/test/clock/advance', { origin: 'http://evil.example', 'access-control-request-method': 'POST' }),
  ]
  for (const { status, headers, body } of await Promise.all(cases)) {
    expect([status, body]).toEqual([403, { code: 403, message: expect.any(String), details: {} }])
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  }
  expect(daemon.clock.now()).toBe(before)
})

test('the protocol is served to everybody, as without a control plane', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  await daemon.listen({ control: true })
  const line = await (LINES['over TCP'] as (typeof LINES)[string])(daemon)
  const headers = 'Origin: http://evil.example\r\nHost: evil.example\r\nConnection: close'
  const [reply] = await exchange(line, `GET /health HTTP/1.1\r\n${headers}\r\n\r\n`)
  expect(reply?.status).toBe(200)
})

const outside = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

test.runIf(outside !== undefined)(
  'a daemon on all addresses serves this machine only, unless it was given a host',
  async () => {
    for (const [control, status] of [
      [true, 403],
      [{ host: outside as string }, 200],
    ] as const) {
      await using daemon = await startTestDaemon(FROZEN)
      const { port } = new URL(await daemon.listen({ host: '0.0.0.0', control }))
      expect((await fetch(`http://localhost:${port}/test/clock`)).status).toBe(200)
      const reply = await fetch(`http://${outside}:${port}/test/clock`)
      expect(reply.status).toBe(status)
      if (status === 403)
        expect(((await reply.json()) as { message: string }).message).toContain(`the request came from ${outside}`)
    }
  },
)
