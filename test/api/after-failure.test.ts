/** A failure leaves nothing behind: replies that cannot be encoded, logs that throw, clients that disconnect. */
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type LogRecord, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { DOORS } from '../support/doors.js'
import { rawRequest } from '../support/raw-http.js'
import { until } from '../support/turns.js'

const JSON_TYPE = { 'content-type': 'application/json' }

/** A daemon whose log throws at each warning. `thrown` collects the unhandled errors. */
async function daemonWithThrowingLog(memory: string) {
  const thrown: unknown[] = []
  const listener = (error: unknown) => void thrown.push(error)
  const before = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', listener)
  const log = ({ level, message }: LogRecord) => {
    if (level === 'warn') throw new Error(message)
  }
  const daemon = await startTestDaemon({ clock: 'frozen', log, limits: { memory } })
  const dispose = async () => {
    await daemon.close()
    process.removeAllListeners('unhandledRejection')
    for (const one of before) process.on('unhandledRejection', one)
  }
  return { daemon, thrown, [Symbol.asyncDispose]: dispose }
}

async function waitingLeases(daemon: TestDaemon): Promise<number> {
  return (await daemon.queue('q').counts()).leasesWaiting
}

describe.each(Object.entries(DOORS).slice(1))('%s', (_, open) => {
  test('a reply that cannot be encoded counts as one delivery and does not delay the clock later', async () => {
    await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
    await daemon.createQueue({ name: 'q' })
    const items = [{ expireDeadline: { seconds: 253_402_300_800n, nanos: 0 } }]
    await daemon.client.storageItemsImport({ queueName: 'q', items })
    const door = await open(daemon)
    const list = await door({ path: '/v1/storage/items.list', headers: JSON_TYPE, body: '{"queueName":"q"}' })
    expect(list.status).toBe(500)
    let waited = false
    void daemon.clock.advance(10).then(() => {
      waited = true
    })
    // Far fewer turns than the second for which the clock waits for a delivery.
    await until('the clock has advanced', () => waited)
  })
})

test('a log that throws breaks nothing, and its error is not lost', async () => {
  await using it = await daemonWithThrowingLog('100KB')
  const { daemon, thrown } = it
  const queue = await daemon.createQueue({ name: 'q', expireTimeout: '1m', deadQueue: true })
  const other = await daemon.createQueue({ name: 'other' })
  await queue.produce({ text: 'x'.repeat(60_000) })
  const lease = other.lease({ requestTimeout: '61s' }).catch((error: unknown) => error)
  // Two warnings: the copied item also stays in its queue, and both together come near the memory limit.
  await daemon.clock.advance('1m')
  expect((await queue.items()).length).toBe(1)
  await daemon.clock.advance('1s')
  expect(await lease).toMatchObject({ code: 454 })
  await until('both errors are reported', () => thrown.length === 2)
  expect(thrown.map(String).join('\n')).toMatch(/stay in 'q' too[\s\S]*memory limit|memory limit[\s\S]*stay in 'q' too/)
})

test('a client that hangs up is recorded once', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue({ name: 'q' })
  const { hostname, port } = new URL(await daemon.listen())
  for (const hangUp of ['end', 'destroy'] as const) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined).resume()
    const body = JSON.stringify({ queueName: 'q', clientId: hangUp, batchSize: 1, requestTimeout: '1m' })
    socket.write(rawRequest('POST /v1/queue.lease HTTP/1.1', ['Content-Type: application/json'], body))
    await until('the lease waits', async () => (await waitingLeases(daemon)) === 1)
    socket[hangUp]()
    await until('the lease is gone', async () => (await waitingLeases(daemon)) === 0)
  }
  const abandoned = [...queue.history()].filter(({ kind }) => kind === 'lease-abandoned')
  expect(abandoned.map(({ clientId }) => clientId)).toEqual(['end', 'destroy'])
})
