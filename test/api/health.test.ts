/**
 * HEAD /health, which wait-on and start-server-and-test use to wait for a server. It differs from Querator
 * (docs/differences.md).
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { DOORS } from '../support/doors.js'

describe.each(Object.entries(DOORS))('%s', (_, open) => {
  test('HEAD /health returns the status and headers of GET /health, and no body', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const door = await open(daemon)
    const get = await door({ method: 'GET', path: '/health' })
    const head = await door({ method: 'HEAD', path: '/health?from=wait-on' })
    expect([get.status, get.body.length > 0]).toEqual([200, true])
    const withoutDate = ({ date: _, ...headers }: Record<string, string>) => headers
    expect([head.status, withoutDate(head.headers), head.body.length]).toEqual([200, withoutDate(get.headers), 0])
  })

  test('HEAD on any other path returns 400, as on the server', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const door = await open(daemon)
    for (const path of ['/', '/metrics', '/health/', '/v1/queue.produce']) {
      expect([path, (await door({ method: 'HEAD', path })).status]).toEqual([path, 400])
    }
  })
})

const SOCKETS: Record<string, (daemon: TestDaemon) => Promise<Duplex>> = {
  'over an in-memory connection': async (daemon) => daemon.connect(),
  'over TCP': async (daemon) => {
    const { hostname, port } = new URL(await daemon.listen())
    const socket: Socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return socket
  },
}

describe.each(Object.entries(SOCKETS))('%s, on one connection', (_, open) => {
  test('requests after HEAD /health are answered, with nothing between the replies', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const { byteLength } = await (await daemon.fetch('/health')).arrayBuffer()
    const socket = await open(daemon)
    const request = (method: string, more = '') => `${method} /health HTTP/1.1\r\nHost: querator\r\n${more}\r\n`
    const ended = once(socket, 'end')
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write(request('HEAD') + request('HEAD') + request('GET', 'Connection: close\r\n'))
    await ended
    const [before, one = '', two = '', three = ''] = text.split('HTTP/1.1 200 OK\r\n')
    expect(before).toBe('')
    for (const reply of [one, two]) {
      expect(reply.toLowerCase()).toContain(`content-length: ${byteLength}\r\n`)
      expect(reply).toMatch(/\r\n\r\n$/)
    }
    expect(JSON.parse(three.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 'pass' })
  })
})
