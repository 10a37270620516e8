/** Crashes and restarts over the control plane. */
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { type Control, controlOf } from '../support/control.js'
import { turn } from '../support/turns.js'

const FROZEN = { clock: { start: '2026-01-01' } } as const

async function controlled(): Promise<Control & { daemon: Awaited<ReturnType<typeof startTestDaemon>>; url: string }> {
  const daemon = await startTestDaemon(FROZEN)
  const control = await controlOf(daemon)
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  return { daemon, ...control, url: await daemon.listen() }
}

function call(url: string, name: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  return fetch(`${url}/v1/${name}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

const LEASE = { queue_name: 'orders', client_id: 'c', batch_size: 1, request_timeout: '1m' }

test('while the daemon is down, only the control plane replies; then everything is there again', async () => {
  const { daemon, post, get, url } = await controlled()
  expect((await call(url, 'queue.lease', LEASE)).status).toBe(200)
  expect((await post('/test/crash', { keeps: 'items' })).status).toBe(200)
  await expect(call(url, 'queue.stats', { queue_name: 'orders' })).rejects.toThrow('fetch failed')
  await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed')
  expect((await get('/test/clock')).body).toMatchObject({ frozen: true })
  expect((await post('/test/restart', { after: '30s' })).body.time).toBe('2026-01-01T00:00:30.000Z')
  const items = await daemon.queue('orders').items()
  expect(items.map(({ reference, leased }) => ({ reference, leased }))).toEqual([
    { reference: 'a', leased: true },
    { reference: 'b', leased: false },
  ])
  await daemon.close()
})

test('a call that waits breaks in a crash, and gets a 453 in a restart', async () => {
  const { daemon, post, url } = await controlled()
  await daemon.createQueue({ name: 'empty' })
  const waiting = () => call(url, 'queue.lease', { ...LEASE, queue_name: 'empty' })
  const inCrash = waiting().catch((error: Error) => error.message)
  while ((await daemon.queue('empty').counts()).leasesWaiting === 0) await turn()
  await post('/test/crash', { keeps: 'items' })
  expect(await inCrash).toBe('fetch failed')
  await post('/test/restart')
  const inRestart = waiting()
  while ((await daemon.queue('empty').counts()).leasesWaiting === 0) await turn()
  await post('/test/restart', { keeps: 'items' })
  expect((await inRestart).status).toBe(453)
  await daemon.close()
})

test('a daemon that is down refuses a second crash, and a reset brings it up', async () => {
  const { daemon, post, get } = await controlled()
  await post('/test/crash')
  expect((await post('/test/crash')).body.message).toBe('the daemon has crashed; POST /test/restart first')
  expect((await get('/test/snapshot?queue=orders')).body.message).toMatch(/crashed|no queue/)
  expect((await post('/test/reset')).status).toBe(200)
  expect((await daemon.client.queuesList({})).items).toEqual([])
  await daemon.close()
})

test.each([
  [{ keeps: 'everything' }, "POST /test/crash: keeps is items, queues, nothing; got 'everything'"],
  [{ kept: 'items' }, "POST /test/crash has no field 'kept'; did you mean 'keeps'? It has: keeps"],
])('refuses %j, and nothing happens', async (body, message) => {
  const { daemon, post } = await controlled()
  expect((await post('/test/crash', body)).body.message).toBe(message)
  expect(await daemon.queue('orders').items()).toHaveLength(2)
  await daemon.close()
})
