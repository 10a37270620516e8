/** `daemon.crash()` and `daemon.restart()`: what breaks, what is left, and what a client sees meanwhile. */
import { expect, test } from 'vitest'
import { assertQueue } from '../../src/fixtures/assert-queue.js'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'
import { messageOf } from '../support/message-of.js'

async function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent', callSites: true, ...options })
}

const kinds = (daemon: TestDaemon) => [...daemon.events].map(({ kind }) => kind)

test('a worker loses its connection in the middle of a batch, and the rest comes again after the lease', async () => {
  await using daemon = await started({ keeps: 'items' })
  const orders = await daemon.createQueue({ leaseTimeout: '1m' })
  await orders.produce(...Array.from({ length: 10 }, (_, n) => ({ reference: `order-${n}` })))
  const { items } = await orders.lease({ batchSize: 10 })
  for (const item of items.slice(0, 4)) await item.complete()
  await daemon.crash()
  expect(await messageOf(items[4]?.complete() ?? Promise.resolve())).toContain(
    'nothing listens there; the daemon has crashed (test/api/crash.test.ts:',
  )
  await daemon.restart()
  expect(await orders.counts()).toMatchObject({ total: 6, leased: 6 })
  await items[4]?.complete()
  await daemon.clock.advance('2m')
  expect((await orders.items()).map(({ reference }) => reference)).toEqual([5, 6, 7, 8, 9].map((n) => `order-${n}`))
})

test("keeps nothing by default, queues with 'queues', and everything with 'items'", async () => {
  const left = async (keeps?: 'items' | 'queues' | 'nothing') => {
    await using daemon = await started({
      config: {
        queues: [{ name: 'declared', 'lease-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 1 }],
      },
    })
    const queue = await daemon.createQueue({ name: 'orders' })
    await queue.produce({ reference: 'a' })
    await daemon.crash(keeps === undefined ? {} : { keeps })
    await daemon.restart()
    const { items } = await daemon.client.queuesList({})
    const names = items.map(({ queueName }) => queueName)
    return { names, total: names.includes('orders') ? (await queue.counts()).total : undefined }
  }
  expect(await left()).toEqual({ names: ['declared'], total: undefined })
  expect(await left('nothing')).toEqual({ names: ['declared'], total: undefined })
  expect(await left('queues')).toEqual({ names: ['declared', 'orders'], total: 0 })
  expect(await left('items')).toEqual({ names: ['declared', 'orders'], total: 1 })
})

test('nobody gets a reply to what was on its way in a crash', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue()
  const waiting = messageOf(queue.lease({ clientId: 'w1' }))
  await daemon.crash()
  expect(await waiting).toContain('no answer from the daemon in this process: read ECONNRESET')
  await daemon.restart()
  await queue.produce({ reference: 'a' })
  expect(await queue.counts()).toMatchObject({ total: 1, leased: 0 })
})

test('a restart of a running daemon replies to waiting leases, as SIGTERM does', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue()
  const waiting = messageOf(queue.lease())
  await daemon.restart()
  expect(await waiting).toContain('queue is shutting down')
  expect(kinds(daemon)).toEqual(['queue-created', 'lease-waiting', 'daemon-stopped', 'refused', 'daemon-restarted'])
})

test('the downtime passes by the clock of the daemon, and what came due happens at the start', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  const before = daemon.clock.now()
  await queue.produce({ reference: 'leased' }, { reference: 'later', enqueueAt: new Date(before + 5_000) })
  await queue.lease()
  await daemon.crash()
  await daemon.restart({ after: '2m' })
  expect(daemon.clock.now() - before).toBe(120_000)
  expect(await queue.counts()).toMatchObject({ total: 2, leased: 0, scheduled: 0 })
  expect(queue.history().map(({ kind }) => kind)).toEqual([
    'queue-created',
    'produced',
    'produced',
    'scheduled',
    'leased',
    'daemon-crashed',
    'daemon-restarted',
    'item-due',
    'lease-expired',
  ])
})

test('refuses a downtime that is none, and leaves the daemon as it is', async () => {
  await using daemon = await started()
  expect(await messageOf(daemon.restart({ after: 1.5 }))).toContain('whole milliseconds')
  expect(await messageOf(daemon.restart({ after: 'soon' }))).toContain('restart: after')
  expect(await messageOf(daemon.crash({ keeps: 'all' as never }))).toBe(
    "crash: keeps is one of 'items', 'queues', 'nothing'; got 'all'",
  )
  expect(await messageOf(daemon.crash({ keep: 'items' } as never))).toContain("did you mean 'keeps'?")
  expect(kinds(daemon)).toEqual([])
  await daemon.crash({ keeps: 'items' })
  expect(await messageOf(daemon.restart({ keeps: 'nothing' }))).toContain('give keeps to crash() instead')
})

test('refuses an option keeps that is none', async () => {
  expect(await messageOf(started({ keeps: 'all' as never }))).toContain('the option keeps is one of')
})

test('two restarts at once are two restarts, and a crash during one comes after it', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue()
  await Promise.all([daemon.restart(), daemon.restart(), daemon.crash(), daemon.restart()])
  await queue.produce({ reference: 'a' })
  expect(kinds(daemon).filter((kind) => kind.startsWith('daemon'))).toEqual([
    'daemon-stopped',
    'daemon-restarted',
    'daemon-stopped',
    'daemon-restarted',
    'daemon-crashed',
    'daemon-restarted',
  ])
})

test('a daemon that is down or closed does not crash, and one that is closed does not restart', async () => {
  const daemon = await started()
  await daemon.crash()
  expect(await messageOf(daemon.crash())).toMatch(
    /^the daemon has crashed \(test\/api\/crash\.test\.ts:\d+\); await daemon\.restart\(\) first$/,
  )
  await daemon.close()
  expect(await messageOf(daemon.crash())).toContain('closed')
  expect(await messageOf(daemon.restart())).toContain('closed')
})

test('close ends a daemon that is down, and one that is about to restart', async () => {
  const daemon = await started()
  const url = await daemon.listen()
  await daemon.crash()
  await daemon.close()
  await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed')
  const other = await started()
  const restarting = messageOf(other.restart())
  await other.close()
  await restarting
  expect(await messageOf(other.client.queuesList({}))).toContain('closed')
})

test('over TCP, connections are refused while it is down, and the address stays the same', async () => {
  await using daemon = await started({ keeps: 'items' })
  const url = await daemon.listen()
  const list = () =>
    fetch(`${url}/v1/queues.list`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  expect((await list()).status).toBe(200)
  await daemon.crash()
  const refused = await list().catch((error: Error) => error.cause)
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  expect(await messageOf(daemon.listen())).toContain('await daemon.restart() first')
  await daemon.restart()
  expect((await list()).status).toBe(200)
  expect(await daemon.listen()).toBe(url)
  await daemon.restart()
  expect((await list()).status).toBe(200)
})

test('a daemon that listens only after a restart has a port', async () => {
  await using daemon = await started()
  await daemon.restart()
  expect((await fetch(`${await daemon.listen()}/health`)).status).toBe(200)
})

test('fetch, connections and intercepted origins find nobody while it is down, and the daemon afterwards', async () => {
  await using daemon = await started()
  daemon.intercept('http://queues.internal')
  const both = () =>
    Promise.all(
      [daemon.fetch('/health'), fetch('http://queues.internal/health')].map((one) =>
        one.then(
          ({ status }) => status,
          (error: Error) => (error.cause as { code?: string }).code,
        ),
      ),
    )
  expect(await both()).toEqual([200, 200])
  await daemon.crash()
  expect(await both()).toEqual(['ECONNREFUSED', 'ECONNREFUSED'])
  const failed = await new Promise<Error>((resolve) => daemon.connect().once('error', resolve))
  expect(failed).toMatchObject({ code: 'ECONNREFUSED' })
  await daemon.restart()
  expect(await both()).toEqual([200, 200])
})

test('the door is open after a restart, and closes again', async () => {
  await using daemon = await started({ auth: 'internal' })
  const anybody = daemon.clientWith({})
  for (const keeps of ['items', 'queues', 'nothing'] as const) {
    const admin = await daemon.closeDoor()
    expect(await messageOf(anybody.queuesList({}))).not.toBe('')
    await daemon.restart({ keeps })
    await anybody.queuesList({})
    await daemon.client.queuesList({})
    expect(await messageOf(admin.queuesList({}))).toBe(keeps === 'nothing' ? 'api key does not exist' : '')
  }
  await daemon.closeDoor()
  expect(await messageOf(anybody.queuesList({}))).not.toBe('')
  await daemon.createQueue()
})

test('who waits while it is down reads why nothing happens', async () => {
  await using daemon = await started({ keeps: 'nothing' })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await daemon.crash()
  const down = 'the daemon is down: it crashed (test/api/crash.test.ts:'
  expect(await messageOf(queue.waitFor({ event: 'completed', within: 100 }))).toContain(down)
  expect(await messageOf(queue.drained({ within: 100 }))).toContain(down)
  expect(await messageOf(daemon.clock.advanceUntil({ event: 'completed' }, { within: 300, settle: 10 }))).toContain(
    down,
  )
  expect(await messageOf(daemon.quiet({ within: 100, settle: 10 }))).toContain(down)
  expect(await messageOf(daemon.recovered({ within: 300, settle: 10 }))).toContain(down)
  expect(await messageOf(daemon.track(async () => {}, { within: 300, settle: 10 }))).toContain(down)
  expect(() => queue.explain()).toThrow(/the daemon has crashed \(test\S+\); await daemon\.restart\(\) first/)
  await daemon.restart()
  expect(await messageOf(queue.drained({ within: 100 }))).toContain(
    "the queue 'orders' was lost in the crash (test/api/crash.test.ts:",
  )
})

test('a wait goes on through a restart', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const completed = queue.waitFor({ event: 'completed' })
  const drained = queue.drained()
  await daemon.crash()
  await daemon.restart()
  const { items } = await queue.lease()
  await items[0]?.complete()
  await Promise.all([completed, drained])
})

test('an empty queue says that its items were lost in the crash', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  await daemon.crash({ keeps: 'queues' })
  await daemon.restart()
  expect(queue.explain()).toMatch(
    /the queue is empty\n3 items were lost in the crash \(test\/api\/crash\.test\.ts:\d+\)/,
  )
})

test('drain and work go on after a restart, and finish what they hold', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  const seen: string[] = []
  const worker = queue.work(async ({ reference }) => {
    seen.push(reference)
    if (reference === 'b') await daemon.restart()
  })
  await queue.drained()
  expect(seen).toEqual(['a', 'b', 'c'])
  await daemon.crash()
  await daemon.restart()
  await queue.produce({ reference: 'd' })
  await queue.drained()
  const { completed, lost } = await worker.stop()
  expect(completed.map(({ reference }) => reference)).toEqual(['a', 'b', 'c', 'd'])
  expect(lost).toEqual([])
})

test('an item whose handler ends while the daemon is down is lost to it, and comes again', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  let isFirst = true
  let end = () => {}
  const crashed = new Promise<void>((resolve) => {
    end = resolve
  })
  const draining = queue.drain(
    async ({ reference }) => {
      if (reference === 'a' && isFirst) await crashed
      isFirst = false
    },
    { until: '2m' },
  )
  await queue.waitFor({ event: 'leased' })
  await daemon.crash()
  end()
  // By then, the handler has ended.
  await messageOf(daemon.client.queuesList({}))
  await daemon.restart()
  const { handled } = await draining
  expect(handled.map(({ reference, outcome }) => [reference, outcome])).toEqual([
    ['a', 'lost'],
    ['b', 'completed'],
    ['a', 'completed'],
  ])
})

test('a drain that nobody restarts the daemon for says so, and so does a stopped worker not', async () => {
  await using daemon = await started({ keeps: 'items' })
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  const worker = queue.work(() => {})
  await queue.drained()
  await daemon.crash()
  expect(await messageOf(queue.drain(() => {}, { within: 100 }))).toContain('the daemon is down: it crashed')
  expect((await worker.stop()).completed).toHaveLength(1)
})

test('a server elsewhere neither crashes nor restarts', async () => {
  await using daemon = await started()
  await using attached = await startTestDaemon({ endpoint: await daemon.listen() })
  expect(await messageOf(attached.crash())).toContain('crash works only on a daemon inside the test process')
  expect(await messageOf(attached.restart())).toContain('restart works only on a daemon inside the test process')
})

test('matchers say that the daemon is down, and compare what happened before when it is up', async () => {
  await using daemon = await started({ keeps: 'queues' })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  await (await queue.lease()).items[0]?.complete()
  await daemon.crash()
  const claims = assertQueue(queue)
  const down = 'the daemon has crashed (test/api/crash.test.ts:'
  expect(await messageOf(claims.toHaveItems(['b']))).toContain(down)
  expect(await messageOf(claims.toBeDrained())).toContain(down)
  expect(await messageOf(claims.toHaveProduced(['a', 'b']))).toContain(down)
  expect(await messageOf(claims.toHaveCompleted([]))).toContain(down)
  expect(await messageOf(claims.toHaveDeadLettered([]))).toContain(down)
  await daemon.restart()
  await claims.toHaveCompleted(['a'])
  await claims.toHaveItems([])
  expect(await messageOf(claims.toHaveItems(['b']))).toMatch(/item-lost \(test\/api\/crash\.test\.ts:\d+\)/)
})

test('recovered and track count no item that the crash took, and wait for the restart', async () => {
  await using daemon = await started({ keeps: 'queues' })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const tracked = daemon.track(async () => {
    await daemon.crash()
    await daemon.restart()
    await queue.produce({ reference: 'b' })
    await queue.drain(() => {})
  })
  expect((await tracked).completed.map(({ reference }) => reference)).toEqual(['b'])
  await daemon.recovered()
})
