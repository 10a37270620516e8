/** When keys are checked, a caller learns no name of a queue in a namespace it may not call. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Permission,
  type QueratorError,
  startTestDaemon,
  type TestDaemon,
  type TestUser,
} from '../../src/index.js'
import { METHODS, type Method, type MethodName } from '../../src/protocol/methods.js'

let daemon: TestDaemon

beforeAll(async () => {
  daemon = await startTestDaemon({ auth: 'internal', log: 'silent' })
  await daemon.createQueue({ name: 'orders', namespace: 'shop' })
  await daemon.createQueue({ name: 'salaries', namespace: 'office' })
  await daemon.createQueue({ name: 'common' })
  await daemon.closeDoor()
})
afterAll(() => daemon.close())

/** The calls that concern a queue. */
const CALLS = (Object.keys(METHODS) as MethodName[]).filter((name) => (METHODS[name] as Method).namespace === 'queue')

/** The details in the error of a call on a queue that does not exist. */
async function hints(client: Pick<TestUser, 'call'>, name: MethodName, queueName: string) {
  // Most calls check the other fields after the queue. These two check them before.
  const timeouts = name === 'queuesUpdate' ? { leaseTimeout: '1m', expireTimeout: '1h' } : {}
  const refused = (await client
    .call(name, { queueName, ...timeouts })
    .catch((error: unknown) => error)) as QueratorError
  expect(refused).toMatchObject({ code: 400, message: `queue does not exist; no such queue named '${queueName}'` })
  return refused.details
}

test('finds the calls that concern a queue', () => {
  expect(CALLS).toEqual(expect.arrayContaining(['queueLease', 'queuesDelete', 'storageItemsImport']))
})

describe.each(CALLS)('%s of a queue that does not exist', (name) => {
  const permission = METHODS[name].permission as Permission
  const all = { existing: 'orders, salaries, common', nearest: 'salaries' }

  test('names nothing to a caller without any permission, or with all others', async () => {
    expect(await hints(daemon.clientWith({}), name, 'salary')).toEqual({})
    const others = Object.values(METHODS).map((method) => method.permission as Permission)
    const user = await daemon.createUser({ permissions: others.filter((one) => one !== permission) })
    expect(await hints(user, name, 'salary')).toEqual({})
  })

  test('names the queues of the namespaces in which the caller may make this call', async () => {
    const ofShop = await daemon.createUser({ namespace: 'shop', permissions: [permission] })
    expect(await hints(ofShop, name, 'salary')).toEqual({ existing: 'orders' })
    expect(await hints(ofShop, name, 'order')).toEqual({ existing: 'orders', nearest: 'orders' })
    const ofAll = await daemon.createUser({ permissions: [permission] })
    expect(await hints(ofAll, name, 'salary')).toEqual(all)
    const scoped = await daemon.createUser({ namespace: 'office', scoped: true, roles: ['Admin'] })
    expect(await hints(scoped, name, 'salary')).toEqual({ existing: 'salaries, common', nearest: 'salaries' })
  })

  test('names no queues if the caller may make this call but there are none', async () => {
    const abroad = await daemon.createUser({ namespace: 'empty', permissions: [permission] })
    expect(await hints(abroad, name, 'salary')).toEqual({ existing: 'no queues' })
  })
})

describe('the metrics are open to everyone, and show', () => {
  const told = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization }
    const reply = await daemon.fetch('/metrics', { headers })
    const text = await reply.text()
    expect([reply.status, text]).toEqual([200, expect.stringContaining('http_handler_duration')])
    return [...text.matchAll(/querator_queue_items\{queue="([^"]*)"/g)].map(([, name]) => name)
  }

  test.each(['nobody', 'Basic x', `Bearer qtr-live-${'a'.repeat(43)}`])('no queues to %s', async (authorization) => {
    expect(await told(authorization === 'nobody' ? undefined : authorization)).toEqual([])
  })

  test('the queues of the namespaces in which the caller may see them', async () => {
    const ofShop = await daemon.createUser({ namespace: 'shop', permissions: ['system.metrics'] })
    expect(await told(`Bearer ${ofShop.key}`)).toEqual(['orders'])
    const viewer = await daemon.createUser({ roles: ['PublicViewer'] })
    expect(await told(`Bearer ${viewer.key}`)).toEqual(['orders', 'salaries', 'common'])
    const worker = await daemon.createUser({ permissions: ['queue.lease'] })
    expect(await told(`Bearer ${worker.key}`)).toEqual([])
  })

  test('all queues while the door is open or keys are not checked', async () => {
    for (const auth of ['internal', 'none'] as const) {
      await using open = await startTestDaemon({ auth, log: 'silent' })
      await open.createQueue({ name: 'orders' })
      expect(await (await open.fetch('/metrics')).text()).toContain('querator_queue_items{queue="orders"')
    }
  })
})
