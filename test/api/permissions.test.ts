/** Every call of the table, asked by nobody, by a user without its permission, and by a user with it and nothing else. */
import { describe, expect, test } from 'vitest'
import { PERMISSIONS } from '../../src/access/permissions.js'
import { type Permission, type QueratorClient, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { METHODS, type Method, type MethodName, type RequestInit } from '../../src/protocol/methods.js'

/** What a call is about: made anew for each of them. */
interface Things {
  readonly userId: string
  readonly roleId: string
  readonly keyId: string
  /** Of an item that is leased. */
  readonly itemId: string
}

const NAMESPACE = 'shop'

/** A request of each call that a caller with its permission can make; the compiler sees to it that none is missing. */
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

/** What a call answers: undefined when it was done, else its error. */
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
  /** Where the call is permitted, and a place where that is of no use. */
  const [here, elsewhere] = namespace === 'system' ? ['_system', NAMESPACE] : [NAMESPACE, 'elsewhere']

  test('is refused to nobody', async () => {
    const { daemon, things } = await closedDaemon()
    expect(await outcome(daemon.clientWith({}), name, things)).toMatchObject(DENIED)
  })

  test('tells nobody whether what it names is there', async () => {
    const { daemon } = await closedDaemon()
    const nowhere = { userId: 'no-user', roleId: 'no-role', keyId: 'no-key', itemId: 'no-item' }
    const request = { ...REQUESTS[name](nowhere) } as Record<string, unknown>
    // The queue is looked for first, as on the server: its namespace says which permission counts.
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

  test('is refused to a user who may do all else, or may do it elsewhere', async () => {
    const { daemon, things } = await closedDaemon()
    const without = await daemon.createUser({ namespace: here, permissions: others(permission) as Permission[] })
    expect(await outcome(without, name, things)).toMatchObject(DENIED)
    const abroad = await daemon.createUser({ namespace: elsewhere, permissions: [permission as Permission] })
    expect(await outcome(abroad, name, things)).toMatchObject(DENIED)
  })

  test('is done for a user who may do it and nothing else', async () => {
    const { daemon, things } = await closedDaemon()
    const user = await daemon.createUser({ namespace: here, permissions: [permission as Permission] })
    expect(await outcome(user, name, things)).toBeUndefined()
  })

  test('is done for a user who may do it in _system', async () => {
    const { daemon, things } = await closedDaemon()
    const user = await daemon.createUser({ permissions: [permission as Permission] })
    expect(await outcome(user, name, things)).toBeUndefined()
  })
})

test('no call asks for a permission that does not exist, and each that is asked for is one of a call', () => {
  const asked = new Set((Object.values(METHODS) as Method[]).map(({ permission }) => permission))
  const unused = ['system.health', 'system.metrics']
  expect([...asked, ...unused].sort()).toEqual([...PERMISSIONS].sort())
})
