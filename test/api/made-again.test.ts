/** A queue created again under its old name knows nothing of the earlier one. */
import { expect, test } from 'vitest'
import { queueMatchers, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'

/** What an earlier test leaves behind in `orders`: a completed item, a dead letter, and a leased item. */
async function earlierTest(daemon: TestDaemon): Promise<void> {
  const orders = await daemon.createQueue({ name: 'orders', maxAttempts: 1, deadQueue: true })
  await orders.produce({ reference: 'o' }, { reference: 'dead' }, { reference: 'held' })
  await (await orders.lease({ clientId: 'before' })).complete()
  await orders.lease({ clientId: 'before' })
  await daemon.clock.advance('1m')
  await orders.lease({ clientId: 'before' })
  await daemon.client.queueLease({ queueName: 'orders' }).catch(() => undefined)
  void orders.counts()
  void orders.produce({ reference: 'never awaited' })
  await orders.deadQueue.delete()
  await orders.delete()
}

async function madeAgain(): Promise<{ daemon: TestDaemon; orders: TestQueue }> {
  const daemon = await startTestDaemon({ clock: 'frozen', callSites: true, log: 'silent' })
  await earlierTest(daemon)
  const orders = await daemon.createQueue({ name: 'orders', maxAttempts: 1, deadQueue: true })
  await orders.produce({ reference: 'o' })
  return { daemon, orders }
}

test.each([
  { event: 'completed', reference: 'o' },
  { event: 'leased', clientId: 'before' },
  { event: 'dead-lettered' },
  { event: 'queue-deleted' },
  { event: 'refused' },
  { event: 'produced', times: 2 },
] as const)('waitFor $event ignores the earlier queue', async (awaited) => {
  const { orders } = await madeAgain()
  await expect(orders.waitFor({ ...awaited, within: '1ms' })).rejects.toThrow(/^timed out/)
})

test('waitFor on a deleted queue sees the events of the queue deleted last', async () => {
  const { orders } = await madeAgain()
  await orders.delete()
  expect(await orders.waitFor({ event: 'queue-deleted' })).toMatchObject({ queue: 'orders' })
  await expect(orders.waitFor({ event: 'completed', within: '1ms' })).rejects.toThrow(/^timed out/)
})

test.each([
  'toHaveCompleted',
  'toHaveDeadLettered',
  'toHaveLeased',
] as const)('%s ignores the earlier queue', async (matcher) => {
  const { orders } = await madeAgain()
  expect(await queueMatchers[matcher](orders, 0)).toMatchObject({ pass: true })
  expect((await queueMatchers[matcher](orders, ['o'])).pass).toBe(false)
})

test('the history of a queue and of its dead letter queue starts anew', async () => {
  const { daemon, orders } = await madeAgain()
  expect(orders.history().map(({ kind }) => kind)).toEqual(['queue-created', 'produced'])
  expect(orders.deadQueue.history().map(({ kind }) => kind)).toEqual(['queue-created'])
  expect(daemon.events.ofQueue('orders')).toEqual(orders.history())
  const ids = [...daemon.events].filter(({ queue }) => queue === 'orders').map(({ queueId }) => queueId)
  expect(new Set(ids).size).toBe(2)
})

test('explain, snapshot and metrics ignore the earlier queue', async () => {
  const { daemon, orders } = await madeAgain()
  expect(orders.explain()).not.toMatch(/before|refused|got nothing/)
  expect(await orders.snapshot()).toBe('#1 o free')
  const metrics = await (await daemon.fetch('/metrics')).text()
  const total = (name: string) => new RegExp(`^${name}\\{queue="orders",.*\\} (\\d+)$`, 'm').exec(metrics)?.[1]
  expect(total('querator_queue_items_produced_total')).toBe('1')
  expect(total('querator_queue_items_completed_total')).toBe('0')
})

test('the report and the leaks of a test ignore the earlier queue', async () => {
  const { daemon, orders } = await madeAgain()
  const seen = daemon.forRunner.observe({ title: 'a test', timeout: 5000, queues: () => ['orders'] })
  await (await orders.lease({ clientId: 'now' })).complete()
  expect(await seen?.leaks()).toBeUndefined()
  expect((await seen?.report([]))?.text).not.toMatch(/before|dead:|never awaited/)
})

test('a queue that one test creates twice appears twice in its report', async () => {
  const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const seen = daemon.forRunner.observe({ title: 'a test', timeout: 5000, queues: () => ['orders'] })
  for (const reference of ['first', 'second']) {
    const orders = await daemon.createQueue({ name: 'orders' })
    await orders.produce({ reference })
    if (reference === 'first') await orders.delete()
  }
  expect((await seen?.report([]))?.text?.split('\n').slice(1)).toEqual([
    "'orders', which is deleted",
    '  first: +0s produced',
    "'orders', at the end 1 free (leaseTimeout 1m0s)",
    '  second: +0s produced',
  ])
})
