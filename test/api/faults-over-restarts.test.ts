/** Faults and conditions belong to the test: they stay when the daemon goes down and comes up. */
import { expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'
import { KeptStorage } from '../storage/kept-storage.js'
import { daemonOf, inOneStorage } from '../support/lasting.js'

const AWAY = { code: 453, message: 'queue has no available partitions' }
const DECLARED = { name: 'declared', 'lease-timeout': '1m', 'expire-timeout': '24h', 'requested-partitions': 1 }

function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent', ...options })
}

test.each(['crash', 'restart'] as const)('a partition stays away over a %s, until its outage is over', async (how) => {
  for (const keeps of ['items', 'queues'] as const) {
    await using daemon = await started({ keeps })
    const queue = await daemon.createQueue()
    const other = await daemon.createQueue({ partitions: 2 })
    const [outage, half] = [queue.partition(0).outage(), other.partition(1).outage()]
    if (how === 'crash') await daemon.crash()
    await daemon.restart()
    await expect(queue.produce({})).rejects.toMatchObject(AWAY)
    await other.produce({}, {}, {})
    expect((await other.items()).map(({ partition }) => partition)).toEqual([0, 0, 0])
    expect(outage.fired).toBe(1)
    outage.close()
    half.close()
    await queue.produce({})
    expect(await queue.counts()).toMatchObject({ total: 1 })
  }
})

test('a partition stays away if its queue was lost and is made again', async () => {
  await using daemon = await started({ keeps: 'nothing', config: { queues: [DECLARED] } })
  const [declared, lost] = [daemon.queue('declared'), await daemon.createQueue({ name: 'lost' })]
  const outages = [declared, lost].map((queue) => queue.partition(0).outage())
  await daemon.restart()
  await daemon.createQueue({ name: 'lost' })
  for (const queue of [declared, lost]) await expect(queue.produce({})).rejects.toMatchObject(AWAY)
  for (const outage of outages) outage.close()
  for (const queue of [declared, lost]) await queue.produce({})
})

test('an outage that ends while the daemon is down is over, and so is that of a deleted queue', async () => {
  await using daemon = await started({ keeps: 'items' })
  const [one, two] = [await daemon.createQueue({ name: 'one' }), await daemon.createQueue({ name: 'two' })]
  const outage = one.partition(0).outage()
  using _deleted = two.partition(0).outage({ optional: true })
  await two.delete()
  await daemon.createQueue({ name: 'two' })
  await daemon.crash()
  outage.close()
  await daemon.restart()
  await one.produce({})
  await two.produce({})
})

test('with storages that last, a partition stays away', async () => {
  const daemon = await inOneStorage(new KeptStorage())
  const queue = await daemon.createQueue({ name: 'q' })
  const outage = queue.partition(0).outage()
  await daemon.restart()
  await expect(queue.produce({})).rejects.toMatchObject(AWAY)
  outage.close()
  await queue.produce({})
  await daemon.close()
})

test('a dump that takes the place of a queue does not end the outage of its partition', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'q' })
  const outage = queue.partition(0).outage()
  await daemonOf(daemon).load(await daemon.dump(), 'a dump')
  await expect(queue.produce({})).rejects.toMatchObject(AWAY)
  outage.close()
  await queue.produce({})
})

test('every other kind of fault acts after a restart as before', async () => {
  const kinds = ['lose-request', 'lose-reply', 'expire-lease', { refuse: 453 }] as const
  for (const kind of kinds) {
    await using daemon = await started({ keeps: 'items' })
    const queue = await daemon.createQueue()
    await queue.produce({ reference: 'a' })
    const lease = await queue.lease()
    const fault = queue.fault('complete', { do: kind })
    await daemon.restart()
    await expect(lease.complete()).rejects.toThrow()
    expect(fault.fired).toBe(1)
    fault.close()
  }
})

test('the outage of a daemon stays over a restart', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue()
  const outage = daemon.outage()
  await daemon.restart()
  await expect(queue.produce({})).rejects.toMatchObject({ code: 0 })
  outage.close()
  await queue.produce({})
})

test.each([
  'crash',
  'restart',
] as const)('what a competing consumer holds for a moment is free after a %s', async (how) => {
  const conditions = [{ name: 'crowded', oneIn: 1, consumers: 1 }] as const
  await using daemon = await started({ keeps: 'items', conditions })
  const { name } = await daemon.createQueue()
  await daemon.queue(name).produce({ reference: 'a' })
  const waiting = daemon.client.queueLease({ queueName: name, clientId: 'mine', batchSize: 1, requestTimeout: '1m' })
  waiting.catch(() => undefined)
  expect(daemonOf(daemon).inspector.heldBy(name, 'crowd-1')).toHaveLength(1)
  // At once: a turn later they would have given it back, and the consumer that waits would have it.
  if (how === 'crash') await daemonOf(daemon).crash('items')
  await daemonOf(daemon).restart({ keeps: how === 'crash' ? undefined : 'items', after: 0 })
  expect(daemon.events.ofKind('leased', 1).map(({ clientId }) => clientId)).toEqual(['crowd-1'])
  expect(await daemon.queue(name).counts()).toMatchObject({ total: 1, leased: 0 })
})
