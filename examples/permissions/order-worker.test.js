/** What the worker's key must be allowed to do, and what the worker says when it is not. */
import { expect, testWith } from 'querator-test/vitest'
import { OrderWorker } from './order-worker.js'

const test = testWith({ auth: 'internal' })

test('lease and complete are all that the worker needs', async ({ daemon, createQueue }) => {
  const orders = await createQueue({ namespace: 'shop' })
  const user = await daemon.createUser({ namespace: 'shop', permissions: ['queue.lease', 'queue.complete'] })
  await daemon.closeDoor()

  await orders.produce({ json: { id: 1 } })
  const handled = []
  const worker = new OrderWorker({ url: await daemon.listen(), key: user.key })
  await worker.workOff(orders.name, (order) => handled.push(order.id))

  expect(handled).toEqual([1])
  expect(await orders.items()).toEqual([])
})

test('a key of another namespace is of no use', async ({ daemon, createQueue }) => {
  const orders = await createQueue({ namespace: 'shop' })
  const user = await daemon.createUser({ namespace: 'warehouse', roles: ['NamespaceOwner'], scoped: true })
  await daemon.closeDoor()

  const worker = new OrderWorker({ url: await daemon.listen(), key: user.key })
  await expect(worker.workOff(orders.name)).rejects.toThrow('the worker may not call queue.lease')
})

test('the worker says that its key has expired', async ({ daemon, clock, createQueue }) => {
  const orders = await createQueue({ namespace: 'shop' })
  const expiresAt = new Date(clock.now() + 3_600_000)
  const user = await daemon.createUser({ namespace: 'shop', permissions: ['queue.lease'], expiresAt })
  await clock.advance('1h1m')

  const worker = new OrderWorker({ url: await daemon.listen(), key: user.key })
  await expect(worker.workOff(orders.name)).rejects.toThrow('the worker needs a new key: api key has expired')
})
