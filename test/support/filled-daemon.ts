/** A daemon in which there is something of everything that a dump can hold. */
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'

/** Starts a daemon for a test, whatever the environment says. */
export function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', log: 'silent', ...options })
}

/** Its clock runs, so that times have parts of a millisecond. */
export async function filled(): Promise<TestDaemon> {
  const daemon = await started({ auth: 'internal', seed: 'dump' })
  const now = () => daemon.clock.now()
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 3, deadQueue: true })
  await queue.produce(
    { reference: 'text', text: 'Grüße \u0000 \ufeff' },
    { reference: 'json', json: { id: 1 }, kind: 'order', encoding: 'json' },
    { reference: 'bytes', bytes: new Uint8Array([0xff, 0xfe, 0, 1]) },
    { reference: 'empty' },
    { reference: 'later', enqueueAt: new Date(now() + 3_600_000) },
  )
  const { items } = await queue.lease({ batchSize: 3, clientId: 'w1' })
  await items[0]?.retry()
  await items[1]?.retry({ at: new Date(now() + 60_000) })
  const many = await daemon.createQueue({ name: 'many', partitions: 3, leaseTimeout: '5m' })
  await many.produce({}, {}, {}, {})
  await many.lease({ clientId: 'w2' })
  await fillWithDeadLetters(daemon)
  await fillByImport(daemon)
  const user = await daemon.createUser({
    permissions: ['queue.lease'],
    namespace: 'shop',
    expiresAt: new Date('2040-01-01'),
  })
  await user.queuesList({}).catch(() => undefined)
  await daemon.createUser({ roles: ['Admin'] })
  await daemon.createQueue({ name: 'of-shop', namespace: 'shop' })
  daemon.pause('of-shop')
  return daemon
}

/** One item is in the dead letter queue, one was there, and one expired and stays behind its copy. */
async function fillWithDeadLetters(daemon: TestDaemon): Promise<void> {
  const dead = await daemon.createQueue({ name: 'failed' })
  const source = await daemon.createQueue({
    ...{ name: 'fails', leaseTimeout: '1s', expireTimeout: '2s', maxAttempts: 1, deadQueue: 'failed' },
  })
  await source.produce({ reference: 'fails' }, { reference: 'fails too' })
  await source.lease({ batchSize: 2 })
  await daemon.clock.advance('1s')
  await (await dead.lease()).complete()
  await source.produce({ reference: 'stays' })
  await daemon.clock.advance('2s')
}

/** What only an import can make: leased by nobody, free with a lease deadline, and nobody looks. */
async function fillByImport(daemon: TestDaemon): Promise<void> {
  await daemon.createQueue({ name: 'imported' })
  await daemon.clock.advance('1s')
  const second = BigInt(Math.floor(daemon.clock.now() / 1000))
  const [in1m, in1h] = [60n, 3600n].map((later) => ({ seconds: second + later, nanos: 5 }))
  await daemon.client.storageItemsImport({
    queueName: 'imported',
    partition: 0,
    items: [
      { reference: 'leased', isLeased: true, leaseDeadline: in1m, expireDeadline: in1h, attempts: -1, maxAttempts: 7 },
      { reference: 'free', leaseDeadline: in1m, expireDeadline: in1h, sourceId: 'elsewhere' },
      { reference: 'old', isLeased: true, leaseDeadline: { seconds: -62_135_596_800n, nanos: 0 } },
    ],
  })
}
