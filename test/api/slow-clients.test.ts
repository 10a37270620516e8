/** Clients that stop halfway: they get a minute for what they owe, and nobody else waits for them. */
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import type { StreamSink, WireReply } from '../../src/protocol/exchange.js'
import { CHUNKED, LIST } from '../support/http-cases.js'
import { answersOf, LAST, rawRequest } from '../support/raw-http.js'
import { LINES, StoppedServer } from '../support/stopped-server.js'
import { turn, until } from '../support/turns.js'

const HALF_A_HEAD = `${LIST}\r\nHost: x\r\nX: `
const HALF_A_BODY = `${rawRequest(LIST, ['Content-Length: 1000'])}{`

/** More than any socket buffers without being read. */
const LARGE = 30_000_000

async function largeReply(): Promise<WireReply> {
  return { status: 200, headers: {}, body: Buffer.alloc(LARGE) }
}

/** Everything received so far, and whether the connection is closed. */
function watched(line: Duplex) {
  const seen = { text: '', isClosed: false }
  line.on('error', () => undefined)
  line.on('data', (piece: Buffer) => {
    seen.text += piece.toString('latin1')
  })
  line.once('end', () => line.end())
  line.once('close', () => {
    seen.isClosed = true
  })
  return seen
}

describe.each(Object.entries(LINES))('%s', (_, open) => {
  test('a head has one minute from its first byte, then the connection is closed without a reply', async () => {
    const stopped = new StoppedServer()
    const line = await open(stopped.server)
    const seen = watched(line)
    line.write(HALF_A_HEAD)
    for (let seconds = 0; seconds < 59; seconds++) {
      await stopped.pass(1)
      line.write('x')
    }
    expect(seen.isClosed).toBe(false)
    await stopped.pass(2)
    await until('the connection is closed', () => seen.isClosed)
    expect(seen.text).toBe('')
  })

  test('answers a head that is complete within a minute, and the next one', async () => {
    const stopped = new StoppedServer()
    const line = await open(stopped.server)
    const answers = answersOf(line)
    for (const end of [' 1\r\n\r\n', '\r\nContent-Length: 2\r\n\r\n{}']) {
      line.write(HALF_A_HEAD)
      await stopped.pass(59)
      line.write(end)
      await stopped.pass(1)
    }
    line.write(LAST)
    expect((await answers).map(({ status }) => status)).toEqual([455, 200, 200])
  })

  test.each([
    ['with a length', HALF_A_BODY, 'x'],
    ['in chunks', `${CHUNKED}ff\r\n{`, 'x'],
  ])('a body %s has one minute per byte, then the call fails as it does in Go', async (_, begin, more) => {
    const stopped = new StoppedServer()
    const line = await open(stopped.server)
    const seen = watched(line)
    line.write(begin)
    for (let minutes = 0; minutes < 3; minutes++) {
      await stopped.pass(59)
      line.write(more)
      await stopped.pass(0.5)
    }
    expect([seen.text, seen.isClosed]).toEqual(['', false])
    await stopped.pass(61)
    await until('the connection is closed', () => seen.isClosed)
    expect(seen.text).toMatch(/^HTTP\/1\.1 512 [\s\S]*"message":"i\/o timeout"/)
  })

  test('a body that no call reads is given up too', async () => {
    const stopped = new StoppedServer()
    const line = await open(stopped.server)
    const seen = watched(line)
    line.write(HALF_A_BODY.replace('queues.list', 'nope'))
    await until('the request is answered', () => seen.text.startsWith('HTTP/1.1 501 '))
    await stopped.pass(59)
    expect(seen.isClosed).toBe(false)
    await stopped.pass(2)
    await until('the connection is closed', () => seen.isClosed)
  })

  test('a reply that goes on, of which nothing is read for a minute, is given up and freed, and its source closed', async () => {
    const closed = vi.fn()
    let sink: StreamSink | undefined
    const stopped = new StoppedServer(async () => ({
      status: 200,
      headers: {},
      body: new Uint8Array(),
      stream: (given) => {
        sink = given
        return { ready: () => undefined, close: closed }
      },
    }))
    const line = await open(stopped.server)
    line.on('error', () => undefined).pause()
    line.write(rawRequest(LIST, [], '{}'))
    await until('the reply has begun', () => sink !== undefined)
    // A client that has read everything has no limit.
    await stopped.pass(120)
    expect(closed).not.toHaveBeenCalled()
    expect(sink?.write(Buffer.alloc(LARGE))).toBe(false)
    await stopped.pass(59)
    expect([stopped.budget.used, closed.mock.calls.length]).toEqual([LARGE, 0])
    await stopped.pass(2)
    await until('the reply is freed', () => stopped.budget.used === 0)
    expect(closed).toHaveBeenCalled()
    line.destroy()
  })

  test('a reply of which nothing is read for a minute is given up and freed', async () => {
    const stopped = new StoppedServer(largeReply)
    const line = await open(stopped.server)
    line.on('error', () => undefined).pause()
    line.write(rawRequest(LIST, [], '{}').repeat(3))
    await until('the first reply is being sent', () => stopped.budget.used === LARGE)
    // A client that reads some of it gets another minute.
    for (let minutes = 0; minutes < 2; minutes++) {
      await stopped.pass(59)
      const before = stopped.machine.waiting.length
      let read = 0
      while (read < 8_000_000) {
        read += (line.read() as Buffer | null)?.length ?? 0
        await turn()
      }
      expect([before, stopped.machine.waiting.length]).toEqual([1, 1])
    }
    await stopped.pass(59)
    expect(stopped.budget.used).toBe(LARGE)
    await stopped.pass(2)
    await until('the reply is freed', () => stopped.budget.used === 0)
    line.destroy()
  })

  test('a refused client that does not hang up is cut off after half a second', async () => {
    const stopped = new StoppedServer()
    const line = await open(stopped.server)
    const seen = { isClosed: false }
    line.on('error', () => undefined).on('data', () => undefined)
    line.once('close', () => {
      seen.isClosed = true
    })
    const ended = once(line, 'end')
    line.write('garbage\r\n\r\n')
    await ended
    // What it still sends is discarded.
    for (let seconds = 0; seconds < 3; seconds++) {
      await stopped.pass(0.25)
      line.write('x'.repeat(1000))
      await turn()
    }
    expect([seen.isClosed, stopped.machine.waiting.length]).toEqual([false, 1])
    await stopped.pass(1)
    // A socket notices only when it sends something.
    await until('the connection is closed', () => {
      line.write('x')
      return seen.isClosed || line.destroyed
    })
  })

  test('a refused client that reads late has a minute for it', async () => {
    const stopped = new StoppedServer()
    const line = await open(stopped.server)
    line.write('garbage\r\n\r\n')
    await stopped.pass(50)
    expect((await answersOf(line)).map(({ status }) => status)).toEqual([400])
  })

  test('a client that waits for a reply or is idle has no deadline and costs no timer', async () => {
    let answer = (_: WireReply) => {}
    const waiting = new Promise<WireReply>((resolve) => {
      answer = resolve
    })
    const stopped = new StoppedServer(() => waiting)
    const [busy, asks, idle] = await Promise.all([open(stopped.server), open(stopped.server), open(stopped.server)])
    const answers = answersOf(busy)
    busy.write(rawRequest('POST /v1/queue.lease HTTP/1.1', [], '{}'))
    busy.write(LAST)
    // This client never gets 100 Continue, so it never sends the body.
    asks.write(rawRequest(LIST, ['Expect: 100-continue', 'Content-Length: 1000']))
    const seen = [watched(asks), watched(idle)]
    for (let turns = 0; turns < 20; turns++) await turn()
    await stopped.pass(1)
    expect(stopped.machine.waiting).toEqual([])
    await stopped.pass(900)
    expect(seen.map(({ isClosed }) => isClosed)).toEqual([false, false])
    answer({ status: 200, headers: {}, body: Buffer.from('{}') })
    expect((await answers).map(({ status }) => status)).toEqual([200, 200])
    for (const line of [asks, idle]) line.destroy()
  })
})

test('a thousand slow heads cost one timer', async () => {
  const stopped = new StoppedServer()
  const open = LINES['over an in-memory connection'] as (typeof LINES)[string]
  const lines = await Promise.all(Array.from({ length: 1000 }, () => open(stopped.server)))
  for (const line of lines) for (const byte of HALF_A_HEAD) line.write(byte)
  await stopped.pass(10)
  expect(stopped.machine.waiting).toHaveLength(1)
  for (const line of lines) line.destroy()
  await stopped.pass(1)
  expect(stopped.machine.waiting).toEqual([])
})

test('fake timers of the runner do not disconnect slow clients', async () => {
  vi.useFakeTimers()
  try {
    await using daemon = await startTestDaemon({ clock: 'runner', log: 'silent' })
    const line = daemon.connect()
    const answers = answersOf(line)
    line.write(HALF_A_HEAD)
    for (let turns = 0; turns < 20; turns++) await turn()
    await vi.advanceTimersByTimeAsync(3_600_000)
    line.write(`1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`)
    expect((await answers).map(({ status }) => status)).toEqual([200])
  } finally {
    vi.useRealTimers()
  }
})
