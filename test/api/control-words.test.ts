/** What the control plane says: never what only a test in JavaScript can do. */
import { expect, test } from 'vitest'
import { serveControl } from '../../src/control/control-plane.js'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { type Control, controlOf } from '../support/control.js'
import { daemonOf, inOneStorage } from '../support/lasting.js'

/** What a reader without JavaScript cannot do. */
const JAVASCRIPT = /\bdaemon\.[a-z]|\bawait\b|\bkeeps: '|crash\(|restart\(|startTestDaemon|\bstorage: '/

type Asked = [status: number, message: string]

async function controlled(options: TestDaemonOptions = {}) {
  const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', endpoint: '', ...options })
  const asked = askedOf(await controlOf(daemon))
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  return { daemon, ...asked }
}

function askedOf({ get, post }: Pick<Control, 'get' | 'post'>) {
  const message = ({ status, body }: Awaited<ReturnType<Control['get']>>): Asked => [status, body.message ?? '']
  return {
    dump: async () => (await get('/test/dump')).body,
    get: async (path: string) => message(await get(path)),
    post: async (path: string, body?: unknown) => message(await post(path, body)),
    text: async (path: string) => (await get(path)).body.text as string,
  }
}

test('a restart after a crash refuses keeps, and the crash decides', async () => {
  const { daemon, post } = await controlled()
  await post('/test/crash', { keeps: 'items' })
  expect(await post('/test/restart', { keeps: 'nothing' })).toEqual([
    453,
    'POST /test/restart: the daemon has crashed, and the crash decided what is left; give keeps to POST /test/crash instead',
  ])
  expect(daemonOf(daemon).presence.isDown).toBe(true)
  expect(await post('/test/restart')).toEqual([200, ''])
  expect(await daemon.queue('orders').counts()).toMatchObject({ total: 1 })
  expect(await post('/test/restart', { keeps: 'nothing' })).toEqual([200, ''])
  expect((await daemon.client.queuesList({})).items).toEqual([])
  await daemon.close()
})

test('what needs a daemon that runs names the route that brings it up', async () => {
  const { daemon, get, post } = await controlled()
  await post('/test/crash')
  const down = 'the daemon has crashed; POST /test/restart first'
  expect(await post('/test/crash')).toEqual([453, down])
  expect(await get('/test/dump')).toEqual([453, down])
  expect(await post('/test/load', { dump: {} })).toEqual([453, down])
  expect(await get('/test/snapshot?queue=orders')).toEqual([453, down])
  const [status, vain] = await post('/test/clock/advance-until', { event: 'completed', within: 20 })
  expect(status).toBe(453)
  expect(vain).toContain('the daemon is down: it crashed; POST /test/restart brings it up')
  expect(vain).not.toMatch(JAVASCRIPT)
  await daemon.close()
})

test('a paused queue is explained without JavaScript', async () => {
  const { daemon, post, text } = await controlled()
  await post('/test/queues/pause', { queue: 'orders' })
  expect(await text('/test/explain?queue=orders')).toContain('the queue is paused: a resume lets requests in')
  expect(daemon.queue('orders').explain()).toContain("daemon.resume('orders') lets requests in")
  const [, vain] = await post('/test/clock/advance-until', { event: 'completed', within: 20 })
  expect(vain).toContain("'orders' is paused: a resume lets calls in")
  await daemon.close()
})

test("a restart with the runner's clock says what to do over HTTP", async () => {
  const { daemon, post } = await controlled({ clock: 'runner' })
  expect(await post('/test/restart', { after: '1m' })).toEqual([
    453,
    expect.stringMatching(/; POST \/test\/crash, move the fake timers, and then POST \/test\/restart without after$/),
  ])
  await daemon.close()
})

test('storages that last decide what is left, and nobody is told to give the command an option', async () => {
  const daemon = await inOneStorage(new KeptStorage(new KeptPlace()))
  serveControl(daemonOf(daemon))
  const { post } = askedOf(await controlOf(daemon))
  const message = 'keeps is for a daemon in memory, and the storages of this one decide what there is; leave it out'
  expect(await post('/test/crash', { keeps: 'items' })).toEqual([453, message])
  expect(await post('/test/restart', { keeps: 'items' })).toEqual([453, message])
  await daemon.close()
})

test('a dump that is wrong is a 400 with its field, and changes nothing', async () => {
  const { daemon, dump, post } = await controlled()
  const good = await dump()
  const load = (changes: object) => post('/test/load', { dump: { ...good, ...changes } })
  expect(await load({ queues: [{}] })).toEqual([
    400,
    'POST /test/load: dump: queues[0].name is a text; it is missing; correct it, or make the dump again with GET /test/dump',
  ])
  expect(await load({ version: 3 })).toEqual([
    400,
    'POST /test/load: dump is of version 3, and this package reads version 1; update querator-test, or make the dump again with this version',
  ])
  expect(await load({ version: 0 })).toEqual([
    400,
    'POST /test/load: dump is of version 0, and this package reads version 1; make the dump again with GET /test/dump',
  ])
  expect(await load({ format: 'x' })).toEqual([400, expect.stringMatching(/make one with GET \/test\/dump$/)])
  const [queue] = good.queues
  const elsewhere = [{ ...queue, partitions: [{ ...queue.partitions[0], storage: 'disk-1' }] }]
  const [status, message] = await load({ queues: elsewhere })
  expect(status).toBe(400)
  expect(message).toContain(
    "has no storage 'disk-1', only 'mem-0'; start the server with a configuration that has it; correct it, or",
  )
  expect(await dump()).toEqual(good)
  expect(await load({})).toEqual([200, ''])
  await daemon.close()
})

test.each<[string, (daemon: TestDaemon) => unknown, string]>([
  ['a promise', (daemon) => daemon.dump(), 'the option from is a promise; await it: { from: await daemon.dump() }'],
  [
    'an older version',
    async (daemon) => ({ ...(await daemon.dump()), version: 0 }),
    'the option from is of version 0, and this package reads version 1; make the dump again with daemon.dump()',
  ],
])('the option from as %s says what to do', async (_, make, message) => {
  await using daemon = await startTestDaemon({ clock: 'frozen', endpoint: '' })
  const given = make(daemon)
  const from = message.includes('promise') ? given : await given
  await expect(startTestDaemon({ from: from as never, endpoint: '' })).rejects.toThrow(message)
})
