/** What tests begin on a server elsewhere without an `await`: its order, and who hears of what fails. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { attached } from '../support/elsewhere.js'
import { turn } from '../support/turns.js'

const NO_QUEUE = "queue does not exist; no such queue named 'misspelt'"

function begin(daemon: TestDaemon, name: string, outer?: QueuesOfTest): QueuesOfTest {
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'off', outer })
}

/** The message of the error with which a test ends. Empty if it ends without one. */
function endOf(test: QueuesOfTest, outcome: 'passed' | 'failed' = 'passed'): Promise<string> {
  const end = outcome === 'passed' ? { outcome } : { outcome, errors: [] }
  return test.end(end).then(
    () => '',
    (error: Error) => error.message,
  )
}

test('what fails fails the end of its test if nothing else does, and its queues are gone', async () => {
  await using on = await attached()
  const one = begin(on.daemon, 'one')
  await one.create({ name: 'orders' })
  on.daemon.pause('misspelt')
  expect(await endOf(one)).toBe(`what was begun without an await failed: ${NO_QUEUE}`)
  expect((await on.client.queuesList({})).items).toEqual([])
  const two = begin(on.daemon, 'two')
  await two.create()
  expect(await endOf(two)).toBe('')
})

test('what fails fails the next call of its test, once', async () => {
  await using on = await attached()
  const one = begin(on.daemon, 'one')
  const queue = await one.create()
  for (const call of [
    () => queue.produce({}),
    () => queue.counts(),
    () => queue.items(),
    () => on.daemon.events.read(),
  ]) {
    on.daemon.pause('misspelt')
    await expect(call()).rejects.toThrow(NO_QUEUE)
    await call()
  }
  expect(await endOf(one)).toBe('')
})

test('deleting a queue does not take what failed', async () => {
  await using on = await attached()
  const one = begin(on.daemon, 'one')
  const queue = await one.create({ name: 'orders' })
  on.daemon.pause('misspelt')
  await queue.delete()
  expect((await on.client.queuesList({})).items).toEqual([])
  await expect(queue.produce({})).rejects.toThrow(NO_QUEUE)
  expect(await endOf(one)).toBe('')
})

test('requests of the code under test wait for what was begun, and do not take its failure', async () => {
  await using on = await attached()
  const one = begin(on.daemon, 'one')
  const queue = await one.create()
  on.daemon.clock.resume()
  on.daemon.pause('misspelt')
  const body = JSON.stringify({ queue_name: queue.name, request_timeout: '1m', items: [{ utf8: 'x' }] })
  const headers = { 'content-type': 'application/json' }
  expect((await on.daemon.fetch('/v1/queue.produce', { method: 'POST', headers, body })).status).toBe(200)
  expect(on.server.clock.frozen).toBe(false)
  expect(await endOf(one)).toContain(NO_QUEUE)
})

test('of concurrent tests, what failed in the queue of one is told to that one', async () => {
  await using on = await attached()
  const [a, b] = [begin(on.daemon, 'a'), begin(on.daemon, 'b')]
  const [qa, qb] = [await a.create({ name: 'qa' }), await b.create({ name: 'qb' })]
  const refused = () => {
    qa.fault('lease', { do: 'lose-request', optional: true }).close()
    qa.partition(9).outage({ optional: true })
  }
  refused()
  await qb.produce({})
  await qb.counts()
  await expect(qa.produce({})).rejects.toThrow("'9' is not a valid partition")
  refused()
  expect(await endOf(b)).toBe('')
  expect(await endOf(a)).toContain("what was begun without an await failed: partition is invalid; '9'")
})

test('of concurrent tests, each that may have begun what failed is told, and no call of them', async () => {
  await using on = await attached()
  const [a, b] = [begin(on.daemon, 'a'), begin(on.daemon, 'b')]
  await a.create({ name: 'qa' })
  const qb = await b.create({ name: 'qb' })
  on.daemon.pause('misspelt')
  await qb.produce({})
  await on.daemon.clock.read()
  const message = `what was begun by this test, or by another that ran at the same time, without an await failed: ${NO_QUEUE}`
  expect(await endOf(a)).toBe(message)
  await qb.produce({})
  expect(await endOf(b)).toBe(message)
  const c = begin(on.daemon, 'c')
  await c.create()
  expect(await endOf(c)).toBe('')
})

test('what a part of a test begins fails that part', async () => {
  await using on = await attached()
  const outer = begin(on.daemon, 'outer')
  const inner = begin(on.daemon, 'inner', outer)
  on.daemon.pause('misspelt')
  expect(await endOf(inner)).toContain(NO_QUEUE)
  await outer.create()
  expect(await endOf(outer)).toBe('')
})

test('what fails outside of tests fails the next call, or the end of the next test', async () => {
  await using on = await attached()
  on.daemon.pause('misspelt')
  await expect(on.daemon.createQueue()).rejects.toThrow(NO_QUEUE)
  on.daemon.pause('misspelt')
  await on.daemon.fetch('/health')
  expect(await endOf(begin(on.daemon, 'one'))).toContain(NO_QUEUE)
})

test('closing tells what failed outside of tests, when the queues are gone', async () => {
  const { server, daemon, client } = await attached()
  await daemon.createQueue()
  daemon.pause('misspelt')
  await expect(daemon.close()).rejects.toThrow(NO_QUEUE)
  expect((await client.queuesList({})).items).toEqual([])
  expect(() => daemon.pause('misspelt')).toThrow('the daemon is closed')
  await server.close()
})

test('an advance without an await comes before everything that follows', async () => {
  await using on = await attached()
  const queue = await on.daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease({ clientId: 'dead' })
  const before = (await on.daemon.clock.read()).now
  const moves = [on.daemon.clock.advance('61s'), on.daemon.clock.advance('1s')]
  const { items } = await queue.lease({ clientId: 'other' })
  expect(items.map(({ reference }) => reference)).toEqual(['a'])
  expect((await on.daemon.clock.read()).now - before).toBe(62_000)
  expect((await Promise.all(moves)).map((fired) => fired.length)).toEqual([1, 0])
})

test('a request waits for the reply to an advance, however long the server takes', async () => {
  const done: string[] = []
  const slow = createServer(async ({ url = '' }, response) => {
    for (let turns = 0; url.endsWith('/advance') && turns < 50; turns++) await turn()
    done.push(url)
    response.end(JSON.stringify({ control: 1, fired: [] }))
  }).listen(0, '127.0.0.1')
  await once(slow, 'listening')
  const daemon = await startTestDaemon({ endpoint: `http://127.0.0.1:${(slow.address() as AddressInfo).port}` })
  const moving = daemon.clock.advance('61s')
  await Promise.all([daemon.fetch('/v1/queue.lease'), daemon.clock.read()])
  await moving
  expect(done.slice(0, 2)).toEqual(['/test/health', '/test/clock/advance'])
  expect(done).toHaveLength(4)
  await daemon.close()
  slow.close()
})

test('an advance fails if what was begun before has failed', async () => {
  await using on = await attached()
  on.daemon.pause('misspelt')
  const moving = on.daemon.clock.advance('61s')
  await expect(moving).rejects.toThrow(NO_QUEUE)
  await on.daemon.clock.advance('61s')
})
