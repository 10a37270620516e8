/** The connections of an outage: those of the control plane stay, all others break. */
import { once } from 'node:events'
import { Agent, type RequestOptions, request } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'

const FROZEN = { clock: 'frozen', log: 'silent', endpoint: '' } as const

/** Opens connections to a daemon that serves a control plane, each way. */
const WAYS: Record<string, (daemon: TestDaemon) => Promise<() => Duplex>> = {
  'over TCP': async (daemon) => {
    const { hostname, port } = new URL(await daemon.listen({ control: true }))
    return () => connect({ host: hostname, port: Number(port) })
  },
  'over an in-memory connection': async (daemon) => {
    await daemon.listen({ control: true })
    return () => daemon.connect()
  },
}

/** A client that keeps one connection, and says whether it was the same as before. */
function keepAlive(open: () => Duplex) {
  let opened = 0
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  Object.assign(agent, {
    createConnection: () => {
      opened++
      return open()
    },
  })
  const send = async (path: string, options: RequestOptions = {}) => {
    const sent = request({ agent, path, headers: { connection: 'keep-alive' }, ...options })
    sent.end(options.method === 'POST' ? '{}' : '')
    const [response] = await once(sent, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()), opened }
  }
  return { send, end: () => agent.destroy() }
}

const JSON_TYPE = 'application/json'
const LIST = { method: 'POST', headers: { 'content-type': JSON_TYPE, accept: JSON_TYPE, connection: 'keep-alive' } }

for (const [way, opener] of Object.entries(WAYS)) {
  test(`an outage keeps the idle connections of the control plane, and no other, ${way}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const open = await opener(daemon)
    const { post } = await controlOf(daemon, 'in memory')
    const [control, protocol, own, fresh] = [keepAlive(open), keepAlive(open), keepAlive(open), open()]
    const ownList = { ...LIST, headers: { ...LIST.headers, 'x-querator-test-own': '1' } }
    expect(await control.send('/test/clock')).toMatchObject({ status: 200, opened: 1 })
    expect(await protocol.send('/v1/queues.list', LIST)).toMatchObject({ status: 200, opened: 1 })
    expect(await own.send('/v1/queues.list', ownList)).toMatchObject({ status: 200, opened: 1 })
    const { fault } = (await post('/test/outage')).body
    expect(await control.send('/test/faults')).toMatchObject({ status: 200, opened: 1 })
    expect(await own.send('/v1/queues.list', ownList)).toMatchObject({ status: 200, opened: 1 })
    fresh.write('GET /test/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(String((await once(fresh, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 OK/)
    await expect(protocol.send('/v1/queues.list', LIST)).rejects.toMatchObject({ code: 'ECONNRESET' })
    // The next request is looked at, whatever the one before was.
    await expect(control.send('/v1/queues.list', LIST)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(await control.send('/test/faults')).toMatchObject({ status: 200, opened: 2 })
    await post('/test/faults/remove', { fault })
    expect(await protocol.send('/v1/queues.list', LIST)).toMatchObject({ status: 200 })
    for (const client of [control, protocol, own]) client.end()
    fresh.destroy()
  })

  test(`an outage does not cut replies of the control plane that are on their way, ${way}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const open = await opener(daemon)
    const { post } = await controlOf(daemon, 'in memory')
    const queue = await daemon.createQueue({ name: 'orders' })
    for (let batch = 0; batch < 10; batch++) {
      await queue.produce(...Array.from({ length: 500 }, (_, index) => ({ reference: `${batch}-${index}` })))
    }
    for (const limit of [200, 800, 5000]) {
      const socket = open()
      socket.write(`GET /test/events?limit=${limit} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n`)
      await once(socket, 'readable')
      const { fault } = (await post('/test/outage')).body
      let text = ''
      let whole = 0
      for await (const chunk of socket) {
        text += chunk
        const head = text.indexOf('\r\n\r\n')
        whole ||= head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1])
        if (text.length >= whole) break
      }
      expect([limit, text.length]).toEqual([limit, whole])
      await post('/test/faults/remove', { fault })
    }
  })
}

test('a connection in memory is as good as one over TCP while the daemon is away', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const open = await (WAYS['over an in-memory connection'] as (typeof WAYS)[string])(daemon)
  using outage = daemon.outage()
  const client = keepAlive(open)
  expect(await client.send('/test/clock')).toMatchObject({ status: 200 })
  expect(outage.fired).toBe(0)
  await expect(client.send('/v1/queues.list', LIST)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(outage.fired).toBe(1)
  client.end()
})

test('an outage counts the calls that a pause holds, and they are carried out when the queue goes on', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { get, post } = await controlOf(daemon)
  const queue = await daemon.createQueue({ name: 'orders' })
  await post('/test/queues/pause', { queue: 'orders' })
  const produced = queue.produce({ reference: 'a' }).catch((error) => error.codeText)
  const { fault } = (await post('/test/outage')).body
  expect(await produced).toBe('No Answer')
  expect((await get('/test/faults')).body.faults).toMatchObject([{ fault, fired: 1, matched: 1 }])
  await post('/test/queues/resume', { queue: 'orders' })
  await post('/test/faults/remove', { fault })
  expect(await queue.counts()).toMatchObject({ total: 1 })
})
