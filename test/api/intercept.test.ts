/** `daemon.intercept`: code with a built-in URL reaches the daemon, and nothing else changes. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'

const ORIGIN = 'http://queues.internal:2319'
const kept = globalThis.fetch

const elsewhere = createServer((_, res) => res.end('elsewhere'))
let other = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  other = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
})
afterAll(() => {
  elsewhere.close()
})

/** The code under test. */
function produce(queueName: string, send: typeof fetch = fetch) {
  const body = JSON.stringify({ queue_name: queueName, request_timeout: '1m', items: [{ utf8: 'x' }] })
  const headers = { 'content-type': 'application/json' }
  return send(`${ORIGIN}/v1/queue.produce`, { method: 'POST', headers, body })
}

test('fetch and an earlier reference to fetch both reach the daemon, other origins do not', async () => {
  await using daemon = await startTestDaemon()
  const queue = await daemon.createQueue()
  const undo = daemon.intercept(ORIGIN)
  const response = await produce(queue.name)
  expect([response.status, response.url]).toEqual([200, `${ORIGIN}/v1/queue.produce`])
  expect((await fetch(new URL('/health', ORIGIN))).status).toBe(200)
  expect((await fetch(new Request(`${ORIGIN}/health`))).status).toBe(200)
  expect((await produce(queue.name, kept)).status).toBe(200)
  expect(await (await fetch(`${other}/health`)).text()).toBe('elsewhere')
  expect(await (await kept(`${other}/health`)).text()).toBe('elsewhere')
  expect(await queue.counts()).toMatchObject({ total: 2 })
  await expect(fetch('http://queues.internal:2320/health')).rejects.toThrow()
  undo()
  expect(fetch).toBe(kept)
  await expect(produce(queue.name)).rejects.toThrow('fetch failed')
  await expect(produce(queue.name, kept)).rejects.toThrow('fetch failed')
})

test('closing daemons undoes their interception in any order, and keeps a later replacement of fetch', async () => {
  const one = await startTestDaemon()
  const two = await startTestDaemon()
  one.intercept(ORIGIN)
  two.intercept(new URL('http://other.internal/some/path'))
  const [inOne, inTwo] = [await one.createQueue({ name: 'one' }), await two.createQueue({ name: 'two' })]
  expect([inOne.name, inTwo.name]).toEqual(['one', 'two'])
  await one.close()
  expect((await fetch('http://other.internal/health')).status).toBe(200)
  await expect(produce('one')).rejects.toThrow('fetch failed')
  const between = globalThis.fetch
  const spy: typeof fetch = (input, init) => between(input, init)
  globalThis.fetch = spy
  await two.close()
  expect(fetch).toBe(spy)
  await expect(fetch('http://other.internal/health')).rejects.toThrow('fetch failed')
  globalThis.fetch = kept
})

test('intercepts for a server elsewhere too', async () => {
  await using server = await startTestDaemon()
  await using attached = await startTestDaemon({ endpoint: await server.listen() })
  const queue = await attached.createQueue()
  attached.intercept(ORIGIN)
  expect((await produce(queue.name)).status).toBe(200)
  expect((await produce(queue.name, kept)).status).toBe(200)
  expect(await queue.counts()).toMatchObject({ total: 2 })
})

test('refuses anything but an origin, and a closed daemon', async () => {
  const daemon = await startTestDaemon()
  for (const wrong of ['queues.internal', 'localhost:2319', 'ftp://x', '']) {
    expect(() => daemon.intercept(wrong)).toThrow(
      `intercept takes the origin that your code asks, such as 'http://queues.internal:2319'; got '${wrong}'`,
    )
  }
  await daemon.close()
  expect(() => daemon.intercept(ORIGIN)).toThrow('the daemon is closed')
  expect(fetch).toBe(kept)
})
