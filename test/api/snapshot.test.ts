/** Queues, items and leases as text that is the same in every run. */
import { vi } from 'vitest'
import { startTestDaemon } from '../../src/index.js'

vi.stubEnv('VITEST', 'true')
const { expect, testWith } = await import('../../src/runners/vitest/vitest.js')
const test = testWith({ clock: { start: new Date('2026-01-01T00:00:00Z') }, log: 'silent' })

test('a queue snapshot shows items in every state, pauses and waiting leases', async ({
  createQueue,
  clock,
  leaks,
}) => {
  leaks('off')
  // Earlier advances do not affect the printed times.
  await clock.advance('7h')
  const queue = await createQueue({ maxAttempts: 3 })
  expect(await queue.snapshot()).toBe('(empty)')
  await clock.advance('1h')
  await queue.produce(
    { reference: 'a', json: { id: 1 } },
    { text: 'plain' },
    { reference: 'c', bytes: new Uint8Array([0, 255]) },
  )
  await queue.produce({ reference: 'later', enqueueAt: new Date(clock.now() + 600_000) })
  await queue.lease({ clientId: 'w' })
  await clock.advance('1m')
  await queue.lease({ clientId: 'w' })
  expect(await queue.snapshot()).toMatchInlineSnapshot(`
    "#2 leased by w until +1h2m0s, attempt 1 of 3 plain
    #3 c free <00ff>
    #1 a free, attempt 1 of 3 {"id":1}
    #4 later scheduled for +1h10m0s"
  `)
  queue.pause()
  await queue.clear()
  const waits = queue.lease({ clientId: 'waiter', batchSize: 5 })
  waits.catch(() => undefined)
  await queue.counts()
  expect(await queue.snapshot()).toMatchInlineSnapshot(`
    "paused
    waiting: waiter for 5 until +1h1m2s"
  `)
})

test('items and leases in snapshots have no ids and no times', async ({ queue, leaks }) => {
  leaks('off')
  await queue.produce({ reference: 'a', json: { id: 1 } }, {})
  const lease = await queue.lease({ batchSize: 2, clientId: 'w' })
  expect(lease).toMatchInlineSnapshot(`
    lease of w
      item a, attempt 1 {"id":1}
      item (no reference), attempt 1
  `)
  expect({ items: await queue.items(), first: lease.items[0] }).toMatchInlineSnapshot(`
    {
      "first": item a, attempt 1 {"id":1},
      "items": [
        item a, attempt 1 {"id":1},
        item (no reference), attempt 1,
      ],
    }
  `)
})

test('a snapshot on a running clock has no times, and a server elsewhere has no snapshot', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' }, { reference: 'b', enqueueAt: new Date(daemon.clock.now() + 1e6) })
  await queue.lease({ clientId: 'w' })
  expect(await queue.snapshot()).toBe('#1 a leased by w, attempt 1\n#2 b scheduled')
  await using attached = await startTestDaemon({ endpoint: await daemon.listen() })
  await expect(attached.queue(queue.name).snapshot()).rejects.toThrow(
    /^snapshot works only on a daemon inside the test/,
  )
})
