/** API keys, scopes, cascading deletes and the open door, beyond the recordings (docs/protocol/admin.md §2 to §8). */
import { expect, test } from 'vitest'
import { type LogRecord, type QueratorError, startTestDaemon, type TestDaemon } from '../../src/index.js'

const START = new Date('2026-01-01T00:00:00Z')
const KEY = /^qtr-live-[0-9A-Za-z]{43}$/

function daemonWithKeys(): Promise<TestDaemon> {
  return startTestDaemon({ auth: 'internal', clock: { start: START }, log: 'silent' })
}

/** The status of a call, and its message if there is one. */
async function asked(daemon: TestDaemon, authorization: string, path = '/v1/users.list'): Promise<[number, string?]> {
  const headers = { authorization, 'content-type': 'application/json' }
  const response = await daemon.fetch(path, { method: 'POST', headers, body: '{}' })
  const { message } = (await response.json()) as { message?: string }
  return message === undefined ? [response.status] : [response.status, message]
}

test('testing a refused call takes three lines: create a user, close the door, make the call', async () => {
  await using daemon = await daemonWithKeys()
  const worker = await daemon.createUser({ namespace: 'shop', permissions: ['queue.lease'] })
  const orders = await daemon.createQueue({ name: 'orders', namespace: 'shop' })
  await daemon.closeDoor()
  const item = { queueName: 'orders', requestTimeout: '1s', items: [{ reference: 'a' }] }
  await expect(worker.queueProduce(item)).rejects.toMatchObject({ code: 403, codeText: 'Forbidden' })
  await expect(daemon.clientWith({}).queueProduce(item)).rejects.toMatchObject({ code: 403 })
  await orders.produce({ reference: 'a' })
  const lease = { queueName: 'orders', requestTimeout: '1s', batchSize: 1, clientId: 'c' }
  expect((await worker.queueLease(lease)).items).toMatchObject([{ reference: 'a' }])
})

test('a key is shown once: no later call and no log contains it', async () => {
  const records: LogRecord[] = []
  await using daemon = await startTestDaemon({ auth: 'internal', log: (record) => records.push(record) })
  const { id: userId } = await daemon.client.usersCreate({ username: 'u' })
  const { key, prefix, id } = await daemon.client.apiKeysCreate({ userId, name: 'k' })
  expect(key).toMatch(KEY)
  expect(key.startsWith(prefix)).toBe(true)
  expect(prefix).toHaveLength('qtr-live-'.length + 8)
  const client = daemon.clientWith({ apiKey: key })
  await expect(client.usersList({})).rejects.toMatchObject({ code: 403 })
  await expect(client.queueStats({ queueName: 'nope' })).rejects.toThrow()
  const { items } = await daemon.client.apiKeysList({})
  expect(items).toMatchObject([{ id, userId, name: 'k', prefix, namespaceScope: '' }])
  const told = JSON.stringify([items, records], (_, value) => (typeof value === 'bigint' ? String(value) : value))
  expect(told).not.toContain(key.slice(prefix.length))
})

test('every key is different, and a seed repeats them', async () => {
  const keyOf = async (seed?: string) => {
    await using daemon = await startTestDaemon({ ...(seed ? { seed } : {}), clock: { start: START } })
    const { id: userId } = await daemon.client.usersCreate({ username: 'u' })
    return (await daemon.client.apiKeysCreate({ userId })).key
  }
  expect(await keyOf()).not.toBe(await keyOf())
  expect(await keyOf('x')).toBe(await keyOf('x'))
  expect(await keyOf('x')).not.toBe(await keyOf('y'))
  expect(await keyOf('x')).toMatch(KEY)
})

test.each([
  ['Bearer', 'invalid authorization header format'],
  ['Bearer  x', 'api key is invalid'],
  ['Bearer qtr-live', 'api key is invalid'],
  [`Bearer abc-live-${'a'.repeat(43)}`, 'api key is invalid'],
  [`Bearer qtr--${'a'.repeat(43)}`, 'api key is invalid'],
  [`Bearer qtr-LIVE-${'a'.repeat(43)}`, 'api key is invalid'],
  [`Bearer qtr-${'a'.repeat(17)}-${'a'.repeat(43)}`, 'api key is invalid'],
  [`Bearer qtr-live-${'a'.repeat(42)}`, 'api key is invalid'],
  [`Bearer qtr-live-${'a'.repeat(43)}-b`, 'api key is invalid'],
  [`Bearer qtr-${'a'.repeat(16)}-${'Z'.repeat(60)}`, 'api key does not exist'],
  [`bearer qtr-live-${'a'.repeat(43)}`, 'invalid authorization header format'],
  [`Bearer\tqtr-live-${'a'.repeat(43)}`, 'invalid authorization header format'],
])("refuses '%s' with 401 before it looks at the path", async (header, message) => {
  await using daemon = await daemonWithKeys()
  expect(await asked(daemon, header)).toEqual([401, message])
  expect(await asked(daemon, header, '/v1/no.such.call')).toEqual([401, message])
})

test('without an auth backend any key is accepted and every call is allowed', async () => {
  await using daemon = await startTestDaemon()
  expect(await asked(daemon, 'Bearer nonsense')).toEqual([200])
  expect(await asked(daemon, 'Basic abc')).toEqual([401, 'invalid authorization header format'])
  expect((await daemon.client.usersList({})).items).toEqual([])
  expect((await daemon.client.rolesList({})).items).toEqual([])
  expect((await daemon.client.namespacesList({})).items).toMatchObject([{ name: '_system' }])
})

test('a key expires by the clock of the daemon and is still valid at its last instant', async () => {
  await using daemon = await daemonWithKeys()
  const expiresAt = new Date(START.getTime() + 60_000)
  const user = await daemon.createUser({ roles: ['Admin'], expiresAt })
  await daemon.clock.advance('1m')
  await user.usersList({})
  await daemon.clock.advance(1)
  await expect(user.usersList({})).rejects.toMatchObject({ code: 401, message: 'api key has expired' })
})

test("a key that expires at Go's zero time shows that time and is expired", async () => {
  await using daemon = await daemonWithKeys()
  const { id: userId } = await daemon.client.usersCreate({ username: 'u' })
  const expiresAt = { seconds: -62_135_596_800n, nanos: 0 }
  const { id, key } = await daemon.client.apiKeysCreate({ userId, expiresAt })
  expect((await daemon.client.apiKeysList({})).items).toMatchObject([{ id, expiresAt }])
  expect(await asked(daemon, `Bearer ${key}`)).toEqual([401, 'api key has expired'])
})

test('a key may be created already expired, and a key with no or an impossible end never expires', async () => {
  await using daemon = await daemonWithKeys()
  const { id: userId } = await daemon.client.usersCreate({ username: 'u' })
  const past = await daemon.client.apiKeysCreate({ userId, expiresAt: new Date(START.getTime() - 1) })
  expect(await asked(daemon, `Bearer ${past.key}`)).toEqual([401, 'api key has expired'])
  const never = { seconds: 253_402_300_800n, nanos: 0 }
  const odd = await daemon.client.apiKeysCreate({ userId, expiresAt: never })
  await daemon.clock.advance('8000h')
  expect(await asked(daemon, `Bearer ${odd.key}`)).toEqual([403, 'access denied'])
  const { items } = await daemon.client.apiKeysList({})
  expect(items.filter((item) => item.expiresAt !== undefined).map((item) => item.id)).toEqual([past.id])
})

test('records the use of a key at most once in five minutes', async () => {
  await using daemon = await daemonWithKeys()
  const user = await daemon.createUser({ roles: ['Admin'] })
  const used = async () => Number((await daemon.client.apiKeysList({})).items[0]?.lastUsedAt?.seconds ?? 0) * 1000
  expect(await used()).toBe(0)
  await user.usersList({})
  expect(await used()).toBe(START.getTime())
  await daemon.clock.advance('299s')
  await user.usersList({})
  expect(await used()).toBe(START.getTime())
  await daemon.clock.advance('1s')
  await user.usersList({})
  expect(await used()).toBe(START.getTime() + 300_000)
})

test("the tag of a key is its own, that of its namespace, or 'live'", async () => {
  await using daemon = await daemonWithKeys()
  await daemon.client.namespacesCreate({ name: 'shop', apiKeyTag: 'stg' })
  const { id: userId } = await daemon.client.usersCreate({ username: 'u' })
  const prefixOf = async (options: object) => (await daemon.client.apiKeysCreate({ userId, ...options })).prefix
  expect(await prefixOf({ keyTag: 'ci', namespaceScope: 'shop' })).toMatch(/^qtr-ci-.{8}$/)
  expect(await prefixOf({ namespaceScope: 'shop' })).toMatch(/^qtr-stg-.{8}$/)
  expect(await prefixOf({ namespaceScope: 'nowhere' })).toMatch(/^qtr-live-.{8}$/)
  for (const [keyTag, message] of [
    ['PROD', 'key_tag is invalid; must be lowercase alphanumeric only'],
    ['x'.repeat(17), 'key_tag is invalid; cannot be greater than 16 characters'],
  ]) {
    await expect(prefixOf({ keyTag })).rejects.toMatchObject({ code: 400, message })
  }
})

test('a scoped key reaches its own namespace, and _system if its user may', async () => {
  await using daemon = await daemonWithKeys()
  const tenant = await daemon.createUser({ namespace: 'a', permissions: ['queue.list'], scoped: true })
  await daemon.createQueue({ namespace: 'b' })
  await daemon.client.rolesCreate({ namespace: 'b', name: 'reader', permissions: ['queue.list'] })
  await daemon.client.roleBindingsCreate({ namespace: 'b', roleName: 'reader', userId: tenant.id })
  await daemon.closeDoor()
  await tenant.queuesList({ namespace: 'a' })
  await expect(tenant.queuesList({ namespace: 'b' })).rejects.toMatchObject({ code: 403 })
  await expect(tenant.queuesList({})).rejects.toMatchObject({ code: 403 })
  const unscoped = await daemon.client.apiKeysCreate({ userId: tenant.id })
  await daemon.clientWith({ apiKey: unscoped.key }).queuesList({ namespace: 'b' })
  await daemon.client.roleBindingsCreate({ namespace: '_system', roleName: 'Admin', userId: tenant.id })
  await tenant.usersList({})
  await tenant.queuesList({ namespace: 'a' })
  await expect(tenant.queuesList({ namespace: 'b' })).rejects.toMatchObject({ code: 403 })
})

test('roles of _system apply in every namespace, and changed permissions apply at once', async () => {
  await using daemon = await daemonWithKeys()
  await daemon.createQueue({ name: 'q', namespace: 'shop' })
  const owner = await daemon.createUser({ namespace: 'shop', roles: ['NamespaceOwner'] })
  const worker = await daemon.createUser({ username: 'w', namespace: 'shop', permissions: [] })
  await daemon.closeDoor()
  await owner.queueStats({ queueName: 'q' })
  await expect(owner.usersList({})).rejects.toMatchObject({ code: 403 })
  await expect(worker.queueStats({ queueName: 'q' })).rejects.toMatchObject({ code: 403 })
  const [role] = (await owner.rolesList({ namespace: 'shop' })).items
  await owner.rolesUpdate({ namespace: 'shop', name: role?.name ?? '', permissions: ['queue.stats', 'queue.stats'] })
  await worker.queueStats({ queueName: 'q' })
  expect((await owner.rolesList({ namespace: 'shop' })).items[0]?.permissions).toEqual(['queue.stats', 'queue.stats'])
})

test('only the first hundred roles of a user in a namespace apply', async () => {
  await using daemon = await daemonWithKeys()
  const user = await daemon.createUser({ namespace: 'shop' })
  const give = async (name: string, permissions: string[]) => {
    await daemon.client.rolesCreate({ namespace: 'shop', name, permissions })
    await daemon.client.roleBindingsCreate({ namespace: 'shop', roleName: name, userId: user.id })
  }
  for (let number = 0; number < 100; number++) await give(`empty-${number}`, [])
  await give('last', ['queue.list'])
  await daemon.closeDoor()
  await expect(user.queuesList({ namespace: 'shop' })).rejects.toMatchObject({ code: 403 })
  await daemon.client.roleBindingsDelete({ namespace: 'shop', roleName: 'empty-7', userId: user.id })
  await user.queuesList({ namespace: 'shop' })
})

test('deleting a user deletes its bindings and keys, while keys of a deleted namespace stay', async () => {
  await using daemon = await daemonWithKeys()
  const user = await daemon.createUser({ namespace: 'shop', roles: ['Admin'], scoped: true })
  await daemon.client.namespacesDelete({ name: 'shop' })
  await user.usersList({})
  await daemon.client.usersDelete({ id: user.id })
  await expect(user.usersList({})).rejects.toMatchObject({ code: 401, message: 'api key does not exist' })
  expect((await daemon.client.apiKeysList({})).items).toEqual([])
  expect((await daemon.client.roleBindingsList({ namespace: '_system' })).items).toMatchObject([
    { userId: 'anonymous' },
  ])
  await daemon.client.usersCreate({ username: user.username })
})

test('without the user anonymous, a call without a key may do nothing', async () => {
  await using daemon = await daemonWithKeys()
  await daemon.client.usersDelete({ id: 'anonymous' })
  await expect(daemon.client.usersList({})).rejects.toMatchObject({ code: 403 })
})

test('a list starts at its pivot, or at the next greater id (D15)', async () => {
  await using daemon = await startTestDaemon()
  for (let number = 0; number < 30; number++) await daemon.client.usersCreate({ username: `u${number}` })
  const all = (await daemon.client.usersList({})).items.map((user) => user.id)
  expect(all).toEqual([...all].sort())
  const from = async (pivot: string, limit = 0) =>
    (await daemon.client.usersList({ pivot, limit })).items.map((user) => user.id)
  expect(await from(all[10] as string, 3)).toEqual(all.slice(10, 13))
  expect(await from(`${all[10]}x`, 3)).toEqual(all.slice(11, 14))
  expect(await from('0')).toEqual(all)
  expect(await from(' ')).toEqual(all)
  expect(await from('zzz')).toEqual([])
  expect(await from('', -1)).toEqual([])
  await daemon.client.usersDelete({ id: all[10] as string })
  expect(await from(all[10] as string, 2)).toEqual(all.slice(11, 13))
})

test('keys of one user, and roles and bindings of one namespace, are listed separately', async () => {
  await using daemon = await startTestDaemon()
  const ids: string[] = []
  for (const username of ['a', 'b']) ids.push((await daemon.client.usersCreate({ username })).id)
  for (let number = 0; number < 5; number++) {
    for (const userId of ids) await daemon.client.apiKeysCreate({ userId, name: `${number}` })
  }
  const [userId = ''] = ids
  const mine = (await daemon.client.apiKeysList({ userId })).items
  expect(mine.map((key) => key.userId)).toEqual(Array(5).fill(userId))
  const pivot = mine[2]?.id ?? ''
  expect((await daemon.client.apiKeysList({ userId, pivot, limit: 2 })).items).toEqual(mine.slice(2, 4))
  expect((await daemon.client.apiKeysList({ userId: 'nobody' })).items).toEqual([])
  for (const namespace of ['shop', 'store']) {
    await daemon.client.namespacesCreate({ name: namespace })
    await daemon.client.rolesCreate({ namespace, name: 'packer', permissions: ['queue.lease'] })
    await daemon.client.roleBindingsCreate({ namespace, roleName: 'packer', userId })
  }
  expect((await daemon.client.rolesList({ namespace: 'shop' })).items).toMatchObject([{ name: 'packer' }])
  const bindings = (await daemon.client.roleBindingsList({ namespace: 'shop' })).items
  expect(bindings).toMatchObject([{ namespace: 'shop', userId }])
})

test('deleting a role keeps the others of its namespace and frees its name', async () => {
  await using daemon = await startTestDaemon()
  await daemon.client.namespacesCreate({ name: 'shop' })
  const create = (name: string) => daemon.client.rolesCreate({ namespace: 'shop', name, permissions: ['queue.lease'] })
  for (const name of ['packer', 'shipper']) await create(name)
  await daemon.client.rolesDelete({ namespace: 'shop', name: 'packer' })
  await expect(create('shipper')).rejects.toMatchObject({ code: 400 })
  await create('packer')
  await daemon.client.rolesDelete({ namespace: 'shop', name: 'shipper' })
  expect((await daemon.client.rolesList({ namespace: 'shop' })).items).toMatchObject([{ name: 'packer' }])
})

test('a queue belongs to one namespace, but its name is unique in the whole daemon', async () => {
  await using daemon = await startTestDaemon()
  await daemon.createQueue({ name: 'q', namespace: 'a', deadQueue: true })
  await expect(daemon.createQueue({ name: 'q', namespace: 'b' })).rejects.toThrow("invalid queue; 'q' already exists")
  const names = async (namespace: string) =>
    (await daemon.client.queuesList({ namespace })).items.map((info) => info.queueName)
  expect([await names('a'), await names('b'), await names('')]).toEqual([['q-dead', 'q'], [], []])
  await expect(
    daemon.client.queuesCreate({ queueName: 'x', namespace: 'c', leaseTimeout: '1m', expireTimeout: '1h' }),
  ).rejects.toMatchObject({ code: 453, message: "namespace does not exist; 'c' was not found" })
})

test('D14: an update keeps the creation time of a namespace', async () => {
  await using daemon = await startTestDaemon({ clock: { start: START } })
  await daemon.client.namespacesCreate({ name: 'a', description: 'old', apiKeyTag: 'x' })
  await daemon.clock.advance('1h')
  await daemon.client.namespacesUpdate({ name: 'a' })
  const [, namespace] = (await daemon.client.namespacesList({})).items
  expect(namespace).toMatchObject({ description: '', apiKeyTag: '', createdAt: { seconds: BigInt(+START / 1000) } })
})

test('closing the door twice is harmless, even after closing it by hand', async () => {
  await using daemon = await daemonWithKeys()
  const binding = { namespace: '_system', roleName: 'Admin', userId: 'anonymous' }
  const admin = await daemon.createUser({ roles: ['Admin'] })
  await daemon.closeDoor()
  expect(await daemon.closeDoor()).toBe(await daemon.closeDoor())
  await expect(admin.roleBindingsDelete(binding)).rejects.toThrow(/^role binding does not exist/)
})

test('open door mode is logged at level info, for those who read the log', async () => {
  const records: LogRecord[] = []
  await using _ = await startTestDaemon({ auth: 'internal', log: (record) => records.push(record) })
  expect(records).toMatchObject([
    { level: 'info', message: expect.stringMatching(/^SYSTEM RUNNING IN OPEN DOOR MODE/) },
  ])
})

test.each([
  [() => startTestDaemon({ auth: 'ldap' as never }), 'the option auth is one of none, internal; got ldap'],
  [
    async () => (await startTestDaemon()).createUser(),
    /^createUser is for a daemon that checks keys .* start it with auth: 'internal'/,
  ],
  [async () => (await startTestDaemon()).closeDoor(), /^closeDoor is for a daemon that checks keys/],
  [
    async () => (await daemonWithKeys()).createUser({ role: 'x' } as never),
    /^createUser has no option 'role'; did you mean 'roles'\? It has:/,
  ],
])('a wrong use of access options throws an error that explains it (%#)', async (use, message) => {
  await expect(use()).rejects.toThrow(message)
})

test('a createUser that fails leaves no half-created user behind', async () => {
  await using daemon = await daemonWithKeys()
  const failed = (await daemon
    .createUser({ username: 'u', roles: ['Nonsense'] })
    .catch((error: unknown) => error)) as QueratorError
  expect(failed).toMatchObject({ code: 453, message: "role does not exist; '_system:Nonsense' was not found" })
  await daemon.createUser({ username: 'u', roles: ['Admin'] })
  await expect(daemon.createUser({ username: 'u' })).rejects.toMatchObject({
    message: "username is already taken; 'u' is already taken",
  })
})
