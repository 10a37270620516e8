/** A shared server elsewhere: queue names, leftovers, closing, and what works there only in part. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { runPrefix } from '../../src/harness/backing/run-prefix.js'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'

const TIMEOUTS = { leaseTimeout: '1m', expireTimeout: '1h', requestedPartitions: 1 }

async function namesOn(daemon: TestDaemon): Promise<string[]> {
  return (await daemon.client.queuesList({})).items.map((info) => info.queueName)
}

test('two daemons attached at the same time never share a queue, and each removes its own', async () => {
  await using server = await startTestDaemon()
  const endpoint = await server.listen()
  const [one, two] = await Promise.all([startTestDaemon({ endpoint }), startTestDaemon({ endpoint })])
  const [a, b] = await Promise.all([one.createQueue(), two.createQueue({ deadQueue: true })])
  expect(a.name).not.toBe(b.name)
  await one.close()
  expect((await namesOn(server)).sort()).toEqual([b.name, b.deadQueue.name].sort())
  await two.close()
  expect(await namesOn(server)).toEqual([])
})

test('attaching removes the queues of runs that have ended, and no others', async () => {
  await using server = await startTestDaemon()
  const prefix = runPrefix()
  const [, time = '', machine = ''] = /^querator-test-(\w+)-(\w+)-/.exec(prefix) ?? []
  const dead = spawnSync(process.execPath, ['--version']).pid
  const dayAgo = (Number.parseInt(time, 36) - 86_500_000).toString(36)
  const kept = [
    'orders',
    'querator-test-mine',
    `${prefix}running-1`,
    `querator-test-${time}-ffffff-${dead}-abcdef-another-machine-1`,
    `querator-test-${dayAgo}-${machine}-${process.pid}-abcdef-long-running-1`,
  ]
  const removed = [
    `querator-test-${time}-${machine}-${dead}-abcdef-crashed-1`,
    `querator-test-${dayAgo}-ffffff-${process.pid}-abcdef-long-gone-1`,
  ]
  for (const queueName of [...removed, ...kept]) await server.client.queuesCreate({ queueName, ...TIMEOUTS })
  for (let number = 0; number < 1200; number++) {
    await server.client.queuesCreate({ queueName: `${removed[0]}-${number}`, ...TIMEOUTS })
  }
  const attached = await startTestDaemon({ endpoint: await server.listen() })
  await attached.createQueue()
  await attached.close()
  expect(await namesOn(server)).toEqual(kept)
})

test('closing does not delete a queue that the test already deleted, and later calls say that the daemon is closed', async () => {
  await using server = await startTestDaemon({ log: 'silent' })
  const endpoint = await server.listen()
  const attached = await startTestDaemon({ endpoint })
  const queue = await attached.createQueue()
  await queue.delete()
  await server.client.queuesCreate({ queueName: queue.name, ...TIMEOUTS })
  await attached.close()
  expect(await namesOn(server)).toEqual([queue.name])
  for (const use of [
    () => attached.createQueue(),
    () => queue.produce({}),
    () => attached.client.queuesList({}),
    () => attached.fetch('/health'),
  ]) {
    await expect(use()).rejects.toThrow(
      'the daemon is closed; start a new one with startTestDaemon(), or close it later',
    )
  }
})

test('fetch reaches the server for any origin, and keeps the body and the path of the endpoint', async () => {
  await using server = await startTestDaemon()
  const queue = await server.createQueue()
  const attached = await startTestDaemon({ endpoint: await server.listen() })
  const body = JSON.stringify({ queue_name: queue.name, request_timeout: '1m', items: [{ utf8: 'x' }] })
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  const url = 'http://querator.internal/v1/queue.produce'
  expect((await attached.fetch('/v1/queue.produce', init)).status).toBe(200)
  expect((await attached.fetch(url, init)).status).toBe(200)
  expect((await attached.fetch(new URL(url), init)).status).toBe(200)
  expect((await attached.fetch(new Request(url, init))).status).toBe(200)
  expect(await queue.counts()).toMatchObject({ total: 4 })
  const behind = await startTestDaemon({ endpoint: `${await server.listen()}/behind/a/proxy` })
  expect(await (await behind.fetch('/v1/x', { method: 'POST' })).json()).toMatchObject({
    message: 'no such method; /behind/a/proxy/v1/x',
  })
})

test('the error for an unreachable server names it and says what to do', async () => {
  const gone = await startTestDaemon({ endpoint: '' })
  const endpoint = await gone.listen()
  await gone.close()
  const attached = await startTestDaemon({ endpoint })
  await expect(attached.createQueue()).rejects.toThrow(
    `no answer from ${endpoint}: nothing listens there; is the daemon running?`,
  )
  await attached.close()
  await expect(startTestDaemon({ endpoint: 'localhost:2319' })).rejects.toThrow(
    "'localhost:2319' is no URL of a daemon; write it with its scheme: http://localhost:2319",
  )
})

test('the option apiKey works on a server that checks keys, in a namespace too, and removes leftovers there', async () => {
  await using server = await startTestDaemon({ auth: 'internal', log: 'silent' })
  const endpoint = await server.listen()
  const [, time = '', machine = ''] = /^querator-test-(\w+)-(\w+)-/.exec(runPrefix()) ?? []
  const dead = spawnSync(process.execPath, ['--version']).pid
  const leftOver = `querator-test-${time}-${machine}-${dead}-abcdef-crashed-1`
  await server.createQueue({ name: leftOver, namespace: 'shop' })
  const admin = await server.createUser({ roles: ['Admin'] })
  await server.closeDoor()
  await using nobody = await startTestDaemon({ endpoint })
  await expect(nobody.createQueue()).rejects.toMatchObject({ code: 403 })
  const attached = await startTestDaemon({ endpoint, apiKey: admin.key })
  const queue = await attached.createQueue({ namespace: 'shop', deadQueue: true })
  const names = async () => (await server.client.queuesList({ namespace: 'shop' })).items.map((info) => info.queueName)
  expect(await names()).toEqual(expect.arrayContaining([queue.name, queue.deadQueue.name]))
  await expect(attached.createUser()).rejects.toThrow(
    /^createUser works only on a daemon inside the test process, not on/,
  )
  await attached.close()
  expect(await names()).toEqual([])
})
