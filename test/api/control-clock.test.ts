/** The clock over the control plane: how far it goes, what several moves report, and what ends a move that waits. */
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'
import { DOORS } from '../support/doors.js'
import { turn } from '../support/turns.js'

const START = new Date('2026-01-01T00:00:00Z')
const FROZEN = { clock: { start: START }, log: 'silent', endpoint: '' } as const
const END = Date.UTC(10_000, 0, 1) - 1

for (const door of Object.keys(DOORS)) {
  test(`the clock goes to the end of the year 9999 and no further, and a refused move changes nothing, ${door}`, async () => {
    await using daemon = await startTestDaemon(FROZEN)
    const { get, post } = await controlOf(daemon, door)
    const queue = await daemon.createQueue({ name: 'orders' })
    const much = await post('/test/clock/advance', { by: Number.MAX_SAFE_INTEGER })
    expect([much.status, much.body.message]).toEqual([
      453,
      'clock.advance: the clock goes to the end of the year 9999, which is 69898631h59m59.999s away; got 9007199254740991ms',
    ])
    expect((await get('/test/clock')).body).toMatchObject({ now: START.getTime(), time: START.toISOString() })
    const all = END - START.getTime()
    expect((await post('/test/clock/advance', { by: all + 1 })).status).toBe(453)
    expect((await post('/test/clock/advance', { by: all })).body.time).toBe('9999-12-31T23:59:59.999Z')
    expect((await post('/test/clock/advance', { by: 1 })).body.message).toContain('which is 0s away; got 1ms')
    await queue.produce({ reference: 'a' })
    expect((await queue.lease()).items).toMatchObject([{ reference: 'a' }])
    expect((await get('/test/clock')).status).toBe(200)
  })
}

test('a daemon in the process refuses the same move, frozen or running', async () => {
  for (const clock of ['frozen', 'real'] as const) {
    await using daemon = await startTestDaemon({ ...FROZEN, clock })
    const before = daemon.clock.now()
    await expect(daemon.clock.advance(Number.MAX_SAFE_INTEGER)).rejects.toThrow('the end of the year 9999')
    expect(daemon.clock.now() - before).toBeLessThan(60_000)
    await daemon.clock.advance('1s')
    expect(daemon.clock.now()).toBeGreaterThanOrEqual(before + 1000)
  }
})

test('moves at the same time each report the time to which they moved', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { post } = await controlOf(daemon, 'in memory')
  const moves = await Promise.all(Array.from({ length: 8 }, () => post('/test/clock/advance', { by: '1s' })))
  const moved = moves.map(({ body }) => (body.now - START.getTime()) / 1000).sort((a, b) => a - b)
  expect(moved).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  for (const { body } of moves) expect(body.time).toBe(new Date(body.now).toISOString())
})

test('a reset ends an advance-until at once, and says so', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { post } = await controlOf(daemon, 'in memory')
  const queue = await daemon.createQueue({ name: 'orders' })
  // While a consumer works, it waits as long as the client allows.
  await queue.produce({ reference: 'a' })
  await queue.lease({ clientId: 'worker' })
  const fields = { event: 'completed', queue: 'orders', settle: '1h', within: '1h' }
  const waiting = post('/test/clock/advance-until', fields)
  await turn()
  await post('/test/reset')
  const { status, body } = await waiting
  expect([status, body.message]).toEqual([453, 'the daemon was reset while advance-until was waiting'])
})

test('advance-until refuses what it could never meet', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { post } = await controlOf(daemon)
  const queue = await daemon.createQueue({ name: 'orders' })
  const until = async (fields: object) => {
    const { status, body } = await post('/test/clock/advance-until', { event: 'completed', within: 20, ...fields })
    return [status, body.message.split('\n')[0], body.details.nearest]
  }
  const misspelt = "queue does not exist; no such queue named 'ordes'; did you mean 'orders'?"
  expect(await until({ queue: 'ordes' })).toEqual([400, misspelt, 'orders'])
  // A refused call names the queue too, and does not make it known.
  await daemon.client.queueClear({ queueName: 'ordes' }).catch(() => undefined)
  expect(await until({ queue: 'ordes' })).toEqual([400, misspelt, 'orders'])
  expect(await until({ times: 0 })).toEqual([
    400,
    'POST /test/clock/advance-until: times is a whole number, 1 or more; got 0',
    undefined,
  ])
  const { count } = daemon.events
  expect(await until({ since: count + 1 })).toEqual([
    400,
    `POST /test/clock/advance-until: since is ${count + 1}, but this daemon has had only ${count} events; it was probably started again since then`,
    undefined,
  ])
  expect(await until({ since: count })).toEqual([
    453,
    'timed out after 20ms waiting for an item to be completed',
    undefined,
  ])
  // A queue that is gone has had events.
  await queue.delete()
  expect(await until({ queue: 'orders' })).toEqual([
    453,
    "timed out after 20ms waiting for an item to be completed in 'orders'",
    undefined,
  ])
  await post('/test/reset')
  expect(await until({ queue: 'orders' })).toEqual([
    400,
    "queue does not exist; no such queue named 'orders'",
    undefined,
  ])
  await using silent = await startTestDaemon({ ...FROZEN, events: 0 })
  const keepsNone = await (await controlOf(silent)).post('/test/clock/advance-until', { event: 'completed' })
  expect([keepsNone.status, keepsNone.body.message]).toEqual([453, expect.stringContaining('keeps no events')])
})
