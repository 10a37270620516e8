/** The errors that `refuse` knows, against those that the daemon gives. */
import { expect, test } from 'vitest'
import { type QueratorClient, startTestDaemon } from '../../src/index.js'

const QUEUE = { leaseTimeout: '1m', expireTimeout: '1h', requestedPartitions: 1 }

test.each<[string, number, (client: QueratorClient) => Promise<unknown>]>([
  ['queue.stats', 400, (client) => client.queueStats({ queueName: 'nowhere' })],
  ['queue.reload', 400, (client) => client.queueReload({ queueName: 'nowhere' })],
  ['queues.create', 400, (client) => client.queuesCreate({ queueName: 'orders', ...QUEUE })],
  ['queues.create', 453, (client) => client.queuesCreate({ queueName: 'new', namespace: 'nowhere', ...QUEUE })],
  ['queues.info', 400, (client) => client.queuesInfo({ queueName: 'nowhere' })],
  ['namespaces.create', 400, (client) => client.namespacesCreate({ name: 'shop' })],
  ['namespaces.update', 453, (client) => client.namespacesUpdate({ name: 'nowhere' })],
  ['namespaces.delete', 453, (client) => client.namespacesDelete({ name: 'nowhere' })],
  ['users.create', 400, (client) => client.usersCreate({ username: 'kim' })],
  ['users.delete', 453, (client) => client.usersDelete({ id: 'nobody' })],
  ['apikeys.create', 453, (client) => client.apiKeysCreate({ userId: 'nobody', name: 'key' })],
  ['roles.create', 400, (client) => client.rolesCreate({ namespace: 'shop', name: 'clerk' })],
  ['roles.create', 453, (client) => client.rolesCreate({ namespace: 'nowhere', name: 'clerk' })],
  ['roles.update', 453, (client) => client.rolesUpdate({ namespace: 'shop', name: 'nobody' })],
  ['roles.delete', 453, (client) => client.rolesDelete({ namespace: 'shop', name: 'nobody' })],
  [
    'rolebindings.create',
    453,
    (client) => client.roleBindingsCreate({ namespace: 'shop', roleName: 'nobody', userId: 'kim' }),
  ],
])('%s refused with %i has the words of the server', async (call, code, use) => {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const { client } = daemon
  await daemon.createQueue({ name: 'orders' })
  await client.namespacesCreate({ name: 'shop' })
  await client.usersCreate({ username: 'kim' })
  await client.rolesCreate({ namespace: 'shop', name: 'clerk' })
  const refusal = async () =>
    use(client).then(
      () => undefined,
      ({ message }: Error) => message,
    )
  const real = await refusal()
  expect(real).toBeDefined()
  using fault = daemon.fault({ call, do: { refuse: code } })
  expect(await refusal()).toBe(real)
  expect(fault.fired).toBe(1)
})
