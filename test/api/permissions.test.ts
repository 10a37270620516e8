/** Every call, made without a key, by a user without its permission, and by a user with only its permission. */
import { describe, expect, test } from 'vitest'
import { PERMISSIONS } from '../../src/access/permissions.js'
import { type Permission, type QueratorClient, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { METHODS, type Method, type MethodName, type RequestInit } from '../../src/protocol/methods.js'

/** What the calls are about, created anew for each of them. */
interface Things {
  readonly userId: string
  readonly roleId: string
  readonly keyId: string
  /** The id of a leased item. */
  readonly itemId: string
}

const NAMESPACE = 'shop'

/** A valid request for each call. The compiler makes sure that none is missing. */
const REQUESTS: { readonly [N in MethodName]: (things: Things) => RequestInit<N> } = {
  queueProduce: () => ({ queueName: 'q', requestTimeout: '1s', items: [{}] }),
  queueLease: () => ({ queueName: 'q', requestTimeout: '1s', batchSize: 1, clientId: 'c' }),
  queueComplete: ({ itemId }) => ({ queueName: 'q', requestTimeout: '1s', ids: [itemId] }),
  queueRetry: ({ itemId }) => ({ queueName: 'q', items: [{ id: itemId }] }),
  queueStats: () => ({ queueName: 'q' }),
  queueClear: () => ({ queueName: 'q', queue: true }),
  queueReload: () => ({ queueName: 'q' }),
  queuesCreate: () => ({
    queueName: 'new',
    namespace: NAMESPACE,
    leaseTimeout: '1m',
    expireTimeout: '1h',
    requestedPartitions: 1,
  }),
  queuesList: () => ({ namespace: NAMESPACE }),
  queuesUpdate: () => ({ queueName: 'q', maxAttempts: 1 }),
  queuesDelete: () => ({ queueName: 'q' }),
  queuesInfo: () => ({ queueName: 'q' }),
  storageItemsList: () => ({ queueName: 'q' }),
  storageScheduledList: () => ({ queueName: 'q' }),
  storageItemsImport: () => ({ queueName: 'q', items: [{}] }),
  storageItemsDelete: ({ itemId }) => ({ queueName: 'q', ids: [itemId] }),
  namespacesCreate: () => ({ name: 'new' }),
  namespacesUpdate: () => ({ name: NAMESPACE }),
  namespacesList: () => ({}),
  namespacesDelete: () => ({ name: 'empty' }),
  usersCreate: () => ({ username: 'new' }),
  usersList: () => ({}),
  usersDelete: ({ userId }) => ({ id: userId }),
  apiKeysCreate: ({ userId }) => ({ userId }),
  apiKeysList: () => ({}),
  apiKeysDelete: ({ keyId }) => ({ id: keyId }),
  rolesCreate: () => ({ namespace: NAMESPACE, name: 'new' }),
  rolesList: () => ({ namespace: NAMESPACE }),
  rolesUpdate: () => ({ namespace: NAMESPACE, name: 'unused' }),
  rolesDelete: () => ({ namespace: NAMESPACE, name: 'unused' }),
  roleBindingsCreate: ({ userId }) => ({ namespace: NAMESPACE, roleName: 'unused', userId }),
  roleBindingsList: () => ({ namespace: NAMESPACE }),
  roleBindingsDelete: ({ userId }) => ({ namespace: NAMESPACE, roleName: 'held', userId }),
}

async function closedDaemon(): Promise<{ daemon: TestDaemon; things: Things }> {
  const daemon = await startTestDaemon({ auth: 'internal', log: 'silent' })
  const { client } = daemon
  const queue = await daemon.createQueue({ name: 'q', namespace: NAMESPACE })
  await client.namespacesCreate({ name: 'empty' })
  await queue.produce({}, {})
  const lease = await queue.lease()
  const { id: userId } = await client.usersCreate({ username: 'somebody' })
  const { id: keyId } = await client.apiKeysCreate({ userId })
  await client.rolesCreate({ namespace: NAMESPACE, name: 'unused' })
  const { id: roleId } = await client.rolesCreate({ namespace: NAMESPACE, name: 'held' })
  await client.roleBindingsCreate({ namespace: NAMESPACE, roleName: 'held', userId })
  await daemon.closeDoor()
  return { daemon, things: { userId, roleId, keyId, itemId: lease.items[0]?.id ?? '' } }
}

/** The outcome of a call: undefined if it succeeded, else its error. */
async function outcome(client: QueratorClient, name: MethodName, things: Things): Promise<unknown> {
  try {
    await client.call(name, REQUESTS[name](things))
    return undefined
  } catch (error) {
    return error
  }
}

const DENIED = { code: 403, message: 'access denied' }
const others = (permission: string) => PERMISSIONS.filter((one) => one !== permission)

describe.each(Object.keys(METHODS) as MethodName[])('%s', (name) => {
  const { permission, namespace } = METHODS[name] as Method
  /** The namespace where the permission applies, and one where it does not help. */
  const [here, elsewhere] = namespace === 'system' ? ['_system', NAMESPACE] : [NAMESPACE, 'elsewhere']

  test('is refused without a key', async () => {
    const { daemon, things } = await closedDaemon()
    expect(await outcome(daemon.clientWith({}), name, things)).toMatchObject(DENIED)
  })

  test('does not reveal to a caller without a key whether something exists', async () => {
    const { daemon } = await closedDaemon()
    const nowhere = { userId: 'no-user', roleId: 'no-role', keyId: 'no-key', itemId: 'no-item' }
    const request = { ...REQUESTS[name](nowhere) } as Record<string, unknown>
    // The queue is looked up first, as on the server, because its namespace decides which permission is needed.
    for (const key of ['name', 'roleName', 'username']) if (key in request) request[key] = 'not-there'
    expect(
      await daemon
        .clientWith({})
        .call(name, request as never)
        .then(
          () => 'done',
          (error) => error,
        ),
    ).toMatchObject(DENIED)
  })

  test('is refused to a user with all other permissions, or with this one elsewhere', async () => {
    const { daemon, things } = await closedDaemon()
    const without = await daemon.createUser({ namespace: here, permissions: others(permission) as Permission[] })
    expect(await outcome(without, name, things)).toMatchObject(DENIED)
    const abroad = await daemon.createUser({ namespace: elsewhere, permissions: [permission as Permission] })
    expect(await outcome(abroad, name, things)).toMatchObject(DENIED)
  })

  test('succeeds for a user with this permission only', async () => {
    const { daemon, things } = await closedDaemon()
    const user = await daemon.createUser({ namespace: here, permissions: [permission as Permission] })
    expect(await outcome(user, name, things)).toBeUndefined()
  })

  test('succeeds for a user with this permission in _system', async () => {
    const { daemon, things } = await closedDaemon()
    const user = await daemon.createUser({ permissions: [permission as Permission] })
    expect(await outcome(user, name, things)).toBeUndefined()
  })
})

test('every call needs an existing permission, and every permission but those of health and metrics belongs to a call', () => {
  const asked = new Set((Object.values(METHODS) as Method[]).map(({ permission }) => permission))
  const unused = ['system.health', 'system.metrics']
  expect([...asked, ...unused].sort()).toEqual([...PERMISSIONS].sort())
})
