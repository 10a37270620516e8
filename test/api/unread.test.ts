/** Clients that do not read their replies: each costs one reply and one short wait. */
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { Daemon } from '../../src/daemon/daemon.js'
import type { HttpServer } from '../../src/transport/http/http-server.js'
import { LIST } from '../support/http-cases.js'
import { FakeMachine } from '../support/machine.js'
import { answersOf, LAST, rawRequest } from '../support/raw-http.js'
import { LINES, StoppedServer } from '../support/stopped-server.js'
import { turn, until } from '../support/turns.js'

const QUEUE = {
  queueName: 'q',
  leaseTimeout: '1m',
  expireTimeout: '1h',
  requestedPartitions: 1,
}
const LIST_ITEMS = rawRequest(
  'POST /v1/storage/items.list HTTP/1.1',
  [],
  JSON.stringify({ queueName: 'q', partition: 0 }),
)

/** A daemon whose waits the test controls, and a queue with this many megabytes in it. */
async function daemonWith(megabytes: number): Promise<{ daemon: Daemon; machine: FakeMachine }> {
  const machine = new FakeMachine()
  const log = { write: () => undefined }
  const daemon = new Daemon({ clock: new MovableClock('frozen', machine.source()), log })
  const send = async (call: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const request = { method: 'POST', target: `/v1/${call}`, headers, body: Buffer.from(JSON.stringify(body)) }
    const { status, body: reply } = await daemon.send(request)
    if (status !== 200) throw new Error(Buffer.from(reply).toString())
  }
  await send('queues.create', QUEUE)
  const items = [{ bytes: Buffer.alloc(1_000_000).toString('base64') }]
  for (let count = 0; count < megabytes; count++) {
    await send('queue.produce', { queueName: 'q', requestTimeout: '1m', items })
  }
  return { daemon, machine }
}

const DOORS: Record<string, (daemon: Daemon) => Promise<Duplex>> = {
  'over TCP': async (daemon) => {
    const address = await daemon.listen()
    return connect({ port: Number(address.split(':')[1]), host: '127.0.0.1' })
  },
  'over an in-memory connection': async (daemon) => daemon.connect(),
}

async function manyTurns(): Promise<void> {
  for (let turns = 0; turns < 300; turns++) await turn()
}

/** Lets the daemon check twice for clients that do not read. */
async function twoLooks(machine: FakeMachine): Promise<void> {
  for (let looks = 0; looks < 2; looks++) {
    await until('a wait has begun', () => machine.waiting.length === 1)
    machine.wakeAfter(200)
    await turn()
  }
}

/** Requests more than any socket buffers, and reads none of it. */
async function asksInVain(daemon: Daemon, line: Duplex): Promise<void> {
  const { started } = daemon.activity
  line.on('error', () => undefined).pause()
  line.write(LIST_ITEMS)
  await until('the request is answered', () => daemon.activity.started > started && daemon.activity.open === 0)
  await manyTurns()
}

describe.each(Object.entries(DOORS))('%s', (_, open) => {
  test('advance waits once for the reply, and close does not wait for it again', async () => {
    const { daemon, machine } = await daemonWith(16)
    await asksInVain(daemon, await open(daemon))
    const first = daemon.clock.advance('1s')
    await twoLooks(machine)
    await first
    for (let moves = 0; moves < 3; moves++) await daemon.clock.advance('1s')
    await daemon.close()
    expect(machine.waiting).toEqual([])
  })

  test('close waits briefly for a reply that nobody has waited for yet', async () => {
    const { daemon, machine } = await daemonWith(16)
    await asksInVain(daemon, await open(daemon))
    const closed = daemon.close()
    await twoLooks(machine)
    await closed
  })

  test('runs 400 pipelined requests one at a time if their replies are not read, and stops reading the connection', async () => {
    const { daemon } = await daemonWith(16)
    const line = await open(daemon)
    const before = daemon.activity.started
    line.on('error', () => undefined).pause()
    line.write(LIST_ITEMS.repeat(400))
    for (let count = 0; count < 40; count++) line.write(Buffer.alloc(1_000_000))
    await until('one request is answered', () => daemon.activity.started > before && daemon.activity.open === 0)
    await manyTurns()
    expect(daemon.activity.started - before).toBe(1)
    expect(line.writableLength).toBeGreaterThan(20_000_000)
    line.destroy()
    const closed = daemon.close()
    await until('nothing is open', () => daemon.activity.open === 0)
    await closed
  })
})

const REPLY = { status: 200, headers: {}, body: Buffer.alloc(1000, 'a') }

async function openInMemory(server: HttpServer): Promise<Duplex> {
  return (LINES['over an in-memory connection'] as (typeof LINES)[string])(server)
}

test('small replies that are never read pile up to a few kilobytes only', async () => {
  let count = 0
  const stopped = new StoppedServer(async () => {
    count++
    return REPLY
  })
  const line = await openInMemory(stopped.server)
  line.write(rawRequest(LIST, [], '{}').repeat(400))
  await manyTurns()
  // What both ends of the pair buffer, plus the next reply.
  expect(count * REPLY.body.length).toBeLessThan(2 * (line.readableHighWaterMark + line.writableHighWaterMark))
  const answers = answersOf(line)
  line.write(LAST)
  expect(await answers).toHaveLength(401)
})

test('waits longer for a client that reads a large reply slowly than for one that does not read', async () => {
  const reply = { status: 200, headers: {}, body: Buffer.alloc(5_000_000) }
  const stopped = new StoppedServer(async () => reply)
  const line = await openInMemory(stopped.server)
  line.write(rawRequest(LIST, [], '{}'))
  await manyTurns()
  let isOver = false
  void stopped.clock.advance(1).then(() => {
    isOver = true
  })
  for (let looks = 0; looks < 4; looks++) {
    await manyTurns()
    for (let read = 0; read < 300_000; await turn()) read += (line.read() as Buffer | null)?.length ?? 0
    stopped.machine.wakeAfter(200)
  }
  await manyTurns()
  expect(isOver).toBe(false)
  stopped.machine.wakeAfter(200)
  await until('the wait is over', () => isOver)
})

test('a client that disconnects leaves no pending reply', async () => {
  const stopped = new StoppedServer(async (request) => {
    await request.replying?.()
    return REPLY
  })
  const line = await openInMemory(stopped.server)
  line.write(rawRequest(LIST, [], '{}').repeat(400))
  await manyTurns()
  expect(stopped.budget.used).toBeGreaterThan(0)
  line.destroy()
  await until('the reply is freed', () => stopped.budget.used === 0)
  await stopped.clock.advance(1)
})

test('a reply to a client that did not wait for it is not pending', async () => {
  const stopped = new StoppedServer(async (request) => {
    await new Promise<void>((resolve) => request.whenGone?.(resolve))
    await request.replying?.()
    return REPLY
  })
  const line = await openInMemory(stopped.server)
  line.end(rawRequest(LIST, [], '{}'))
  await manyTurns()
  await stopped.clock.advance(1)
  expect(await answersOf(line)).toEqual([])
})

test('an error sent in place of a reply counts as one reply', async () => {
  const stopped = new StoppedServer(async (request) => {
    await request.replying?.()
    // As if the first reply could not be encoded.
    await request.replying?.()
    return REPLY
  })
  const line = await openInMemory(stopped.server)
  const answers = answersOf(line)
  line.write(rawRequest(LIST, [], '{}'))
  await manyTurns()
  await stopped.clock.advance(1)
  line.write(LAST)
  expect(await answers).toHaveLength(2)
})
