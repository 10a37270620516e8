/**
 * Limits of names, lists and numbers: the last accepted value and the first refused one (docs/protocol/queue.md §1,
 * admin.md §3 to §11).
 */
import { describe, expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'

/** The status of a JSON call, and its message if there is one. */
async function call(daemon: TestDaemon, path: string, body: object): Promise<[number, string?]> {
  const headers = { 'content-type': 'application/json' }
  const response = await daemon.fetch(`/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const { message } = (await response.json()) as { message?: string }
  return message === undefined ? [response.status] : [response.status, message]
}

const QUEUE = { lease_timeout: '1m', expire_timeout: '1h', requested_partitions: 1 }
/** Two bytes per character, because limits are in bytes. */
const wide = (bytes: number) => 'é'.repeat(bytes / 2) + 'x'.repeat(bytes % 2)

test.each([
  ['queue_name', 512, "queue name is invalid; cannot be greater than '512' characters"],
  ['reference', 2000, "reference field is invalid; cannot be greater than '2000' characters"],
])('queues.create: accepts a %s of %i bytes and refuses a longer one', async (field, most, refused) => {
  await using daemon = await startTestDaemon()
  const base = { queue_name: 'q', ...QUEUE }
  expect(await call(daemon, 'queues.create', { ...base, [field]: wide(most) })).toEqual([200])
  expect(await call(daemon, 'queues.create', { ...base, queue_name: 'r', [field]: wide(most + 1) })).toEqual([
    400,
    refused,
  ])
})

test.each([
  'lease',
  'expire',
])('queues.create: accepts a %s timeout of 15 characters and refuses a longer one', async (which) => {
  await using daemon = await startTestDaemon()
  const base = { queue_name: 'q', lease_timeout: '1m', expire_timeout: '60m', requested_partitions: 1 }
  const field = `${which}_timeout`
  expect(await call(daemon, 'queues.create', { ...base, [field]: `${'0'.repeat(12)}60m`.slice(-15) })).toEqual([200])
  expect(await call(daemon, 'queues.create', { ...base, queue_name: 'r', [field]: `${'0'.repeat(13)}60m` })).toEqual([
    400,
    `${which} timeout is invalid; cannot be greater than '15' characters`,
  ])
})

test.each([
  'lease',
  'expire',
])('queues.create: a %s timeout of less than a microsecond counts as empty', async (which) => {
  await using daemon = await startTestDaemon()
  const base = { queue_name: 'q', lease_timeout: '1us', expire_timeout: '1h', requested_partitions: 1 }
  const empty = [400, `${which} timeout is invalid; cannot be empty`]
  expect(await call(daemon, 'queues.create', { ...base, [`${which}_timeout`]: '999ns' })).toEqual(empty)
  expect(await call(daemon, 'queues.create', { ...base, [`${which}_timeout`]: '-999ns' })).toEqual(empty)
  expect(await call(daemon, 'queues.create', { ...base, [`${which}_timeout`]: '1us' })).toEqual([200])
})

test('queues.create: accepts ten thousand partitions and refuses more', async () => {
  await using daemon = await startTestDaemon()
  const base = { queue_name: 'q', ...QUEUE }
  expect(await call(daemon, 'queues.create', { ...base, requested_partitions: 10_001 })).toEqual([
    400,
    'partitions is invalid; cannot be greater than 10000 here',
  ])
  expect(await call(daemon, 'queues.create', { ...base, requested_partitions: 10_000 })).toEqual([200])
})

describe('dead letter queues', () => {
  test('refuses a dead letter queue that has one itself', async () => {
    await using daemon = await startTestDaemon()
    await daemon.createQueue({ name: 'last' })
    await daemon.createQueue({ name: 'middle', deadQueue: 'last' })
    expect(await call(daemon, 'queues.create', { queue_name: 'q', ...QUEUE, dead_queue: 'middle' })).toEqual([
      400,
      "dead_queue is invalid; 'middle' already has its own dead_queue configured",
    ])
  })

  test('looks for a name of 500 bytes and refuses a longer one', async () => {
    await using daemon = await startTestDaemon()
    await daemon.createQueue({ name: wide(500) })
    expect(await call(daemon, 'queues.create', { queue_name: 'q', ...QUEUE, dead_queue: wide(500) })).toEqual([200])
    expect(await call(daemon, 'queues.create', { queue_name: 'r', ...QUEUE, dead_queue: wide(501) })).toEqual([
      400,
      "dead queue is invalid; cannot be greater than '500' characters",
    ])
  })
})

test.each([
  [
    { lease_timeout: '30s', expire_timeout: '20s' },
    'lease timeout is too long; 30s cannot be greater than the expire timeout 20s',
  ],
  [{ lease_timeout: '2h' }, 'lease timeout is too long; 2h0m0s cannot be greater than the expire timeout 1h0m0s'],
  [{ lease_timeout: '1h' }, undefined],
  [{ lease_timeout: '20s', expire_timeout: '20s' }, undefined],
  [{}, undefined],
])('queues.update: checks the timeouts %j', async (timeouts, refused) => {
  await using daemon = await startTestDaemon()
  await call(daemon, 'queues.create', { queue_name: 'q', ...QUEUE })
  const answer = await call(daemon, 'queues.update', { queue_name: 'q', ...timeouts })
  expect(answer).toEqual(refused === undefined ? [200] : [400, refused])
  const kept = { leaseTimeout: '1m0s', expireTimeout: '1h0m0s' }
  const { leaseTimeout, expireTimeout } = await daemon.client.queuesInfo({ queueName: 'q' })
  if (refused !== undefined || Object.keys(timeouts).length === 0) {
    expect({ leaseTimeout, expireTimeout }).toEqual(kept)
  }
})

test('namespaces: accepts names of 256 bytes and key tags of 16 characters', async () => {
  await using daemon = await startTestDaemon()
  expect(await call(daemon, 'namespaces.create', { name: wide(256), api_key_tag: 'a'.repeat(16) })).toEqual([200])
  expect(await call(daemon, 'namespaces.create', { name: wide(257) })).toEqual([
    400,
    "namespace name is invalid; cannot be greater than '256' characters",
  ])
  expect(await call(daemon, 'namespaces.create', { name: 'n', api_key_tag: 'a'.repeat(17) })).toEqual([
    400,
    'api_key_tag is invalid; cannot be greater than 16 characters',
  ])
})

test('keys: accepts names of 128 bytes and requires a user id', async () => {
  await using daemon = await startTestDaemon()
  const { id } = await daemon.client.usersCreate({ username: 'u' })
  expect((await call(daemon, 'apikeys.create', { user_id: id, name: wide(128) }))[0]).toBe(200)
  expect(await call(daemon, 'apikeys.create', { user_id: id, name: wide(129) })).toEqual([
    400,
    "name is invalid; cannot be greater than '128' characters",
  ])
  expect(await call(daemon, 'apikeys.create', {})).toEqual([400, 'user_id is invalid; cannot be empty'])
})

test.each([
  ['namespace', { namespace: '', name: 'r' }],
  ['name', { namespace: 'shop', name: '' }],
])('roles.update is refused without a %s', async (field, body) => {
  await using daemon = await startTestDaemon()
  expect(await call(daemon, 'roles.update', body)).toEqual([400, `${field} is invalid; cannot be empty`])
})

describe('items', () => {
  test.each(['complete', 'retry'])('%s takes a thousand items and no more', async (what) => {
    await using daemon = await startTestDaemon()
    const queue = await daemon.createQueue({ name: 'q' })
    await queue.produce(...Array.from({ length: 1000 }, () => ({ text: 'x' })))
    const { items } = await queue.lease({ batchSize: 1000 })
    const ids = items.map((item) => item.id)
    const body = (list: string[]) => {
      return what === 'complete' ? { ids: list } : { items: list.map((id) => ({ id })) }
    }
    const path = `queue.${what}`
    const base = { queue_name: 'q', partition: 0, ...(what === 'complete' ? { request_timeout: '1m' } : {}) }
    const [status, message] = await call(daemon, path, { ...base, ...body([...ids, ids[0] as string]) })
    expect([status, message]).toEqual([
      400,
      `${what === 'complete' ? 'ids' : 'items'} is invalid; max_complete_batch_size is 1000 but received 1001`,
    ])
    expect(await call(daemon, path, { ...base, ...body(ids) })).toEqual([200])
  })

  test('an import takes 1 to 100,000 items', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    await daemon.createQueue({ name: 'q' })
    const items = (count: number) => ({ queue_name: 'q', partition: 0, items: Array(count).fill({}) })
    expect(await call(daemon, 'storage/items.import', items(100_001))).toEqual([
      400,
      'items is invalid; an import takes at most 100000 items here, but received 100001; import them in several calls',
    ])
    expect((await call(daemon, 'storage/items.import', items(100_000)))[0]).toBe(200)
    expect(await call(daemon, 'storage/items.import', items(0))).toEqual([400, 'items is invalid; cannot be empty'])
  })

  test('storage/items.delete is refused without ids', async () => {
    await using daemon = await startTestDaemon()
    await daemon.createQueue({ name: 'q' })
    expect(await call(daemon, 'storage/items.delete', { queue_name: 'q', partition: 0, ids: [] })).toEqual([
      400,
      'ids is invalid; cannot be empty',
    ])
  })
})

test('complete takes a request timeout of exactly 15 minutes', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue()
  await queue.produce({})
  const { items } = await queue.lease()
  const ids = items.map(({ id }) => id)
  await daemon.client.queueComplete({ queueName: queue.name, requestTimeout: '15m', ids })
  expect(await queue.counts()).toMatchObject({ total: 0 })
})

test('a list by names begins with its pivot, even if that was created first', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  for (const name of ['b', 'c', 'a']) await daemon.createQueue({ name })
  const { items } = await daemon.client.queuesList({ pivot: 'b' })
  expect(items.map(({ queueName }) => queueName)).toEqual(['b', 'c', 'a'])
})

test('a configuration allows a longer name of a dead letter queue than a request', async () => {
  const declared = (length: number) => ({
    name: 'q',
    'dead-queue': 'd'.repeat(length),
    'lease-timeout': '1m',
    'expire-timeout': '1h',
    'requested-partitions': 1,
  })
  const start = (length: number) => startTestDaemon({ log: 'silent', config: { queues: [declared(length)] } })
  await expect(start(513)).rejects.toThrow("dead queue is invalid; cannot be greater than '512' characters")
  await using daemon = await start(512)
  await expect(daemon.createQueue({ deadQueue: 'd'.repeat(501) })).rejects.toThrow("greater than '500' characters")
})

test('a timeout of minus one microsecond is not an empty one', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const create = (leaseTimeout: string) =>
    daemon.client.queuesCreate({ queueName: 'q', leaseTimeout, expireTimeout: '1h', requestedPartitions: 1 })
  await expect(create('-999ns')).rejects.toThrow('lease timeout is invalid; cannot be empty')
  await create('-1us')
})

test('a colon in the user id of a role binding is refused by the name of the field', async () => {
  await using daemon = await startTestDaemon({ log: 'silent', auth: 'internal' })
  const binding = { namespace: '_system', roleName: 'Admin', userId: 'a:b' }
  await expect(daemon.client.roleBindingsCreate(binding)).rejects.toThrow(/user_id/)
})
