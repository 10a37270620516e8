/** What the daemon notices about consumers: once per test, in the report, and as a warning if a test may pass for the wrong reason. */
import { Agent, request as httpRequest } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'
import { turn, until } from '../support/turns.js'

const START = { start: new Date('2026-01-01T00:00:00Z') }

afterEach(() => {
  vi.useRealTimers()
})

/** A daemon, and the warnings that it logs. */
async function noticing(options: TestDaemonOptions = {}) {
  const warnings: string[] = []
  const log: TestDaemonOptions['log'] = ({ level, message }) => void (level === 'warn' && warnings.push(message))
  const daemon = await startTestDaemon({ endpoint: '', callSites: true, log, ...options })
  return { daemon, warnings, [Symbol.asyncDispose]: () => daemon.close() }
}

function begin(daemon: TestDaemon, name = 'a test') {
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'off' })
}

/** The lines of the report that begin with `!` before the queues, and the hints. */
async function told(of: QueuesOfTest): Promise<string[]> {
  const report = await of.end({ outcome: 'failed', errors: [new Error('failed')] })
  const lines = (report?.text ?? '').replaceAll(/ \(test[^)]*\.ts:\d+\)/g, ' (here)').split('\n')
  return lines.filter((line) => /^(! (?!queue\.\w+ (by \S+ )?was refused)|hint: )/.test(line))
}

function body(queueName: string, clientId: string, requestTimeout: string) {
  return JSON.stringify({ queue_name: queueName, client_id: clientId, batch_size: 1, request_timeout: requestTimeout })
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json' }

/** Leases over HTTP, through a fetch of the user's. */
function leaseWith(fetchIt: typeof fetch, url: string, text: string, signal: AbortSignal): Promise<unknown> {
  return fetchIt(`${url}/v1/queue.lease`, { method: 'POST', headers: HEADERS, body: text, signal }).catch(
    () => undefined,
  )
}

/** A lease on a socket of its own. Returns a function that hangs up. */
function leaseOnSocket(url: string, text: string): () => void {
  const agent = new Agent()
  const sent = httpRequest(`${url}/v1/queue.lease`, { method: 'POST', headers: HEADERS, agent })
  sent.on('error', () => undefined).end(text)
  return () => sent.destroy()
}

async function waits(daemon: TestDaemon, name: string, count = 1): Promise<void> {
  await until(`${count} leases wait`, async () => (await daemon.queue(name).counts()).leasesWaiting === count)
}

/** The timeout of an HTTP client. It begins when the lease waits, so that the lease waits as long. */
async function timeout(ms: number): Promise<void> {
  await new Promise((resolve) => AbortSignal.timeout(ms).addEventListener('abort', resolve))
}

/** Leases until the HTTP timeout of the client. */
async function leaseUntilTimeout(daemon: TestDaemon, name: string, client: string, ms = 1, asked = '30s') {
  const controller = new AbortController()
  const lease = leaseWith(daemon.fetch, '', body(name, client, asked), controller.signal)
  await waits(daemon, name)
  await timeout(ms)
  controller.abort(new DOMException('it took too long', 'TimeoutError'))
  await lease
}

const LOST =
  'item that is leased at that moment is lost until its lease runs out. Let the HTTP client wait longer than that'

test('a client whose timeout ends a lease too early is warned of, with the line of its call', async () => {
  await using seen = await noticing({ clock: 'frozen' })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders' })
  await leaseWith(daemon.fetch, '', body(queue.name, 'mailer', '30s'), AbortSignal.timeout(500))
  await leaseUntilTimeout(daemon, queue.name, 'packer')
  const text =
    /^mailer gave up its lease in 'orders' after \S+s, but asked to wait 30s: its HTTP timeout is shorter than its request_timeout, and an /
  expect(warnings).toEqual([expect.stringMatching(text)])
  expect(warnings[0]?.endsWith(LOST)).toBe(true)
  const [line, ...more] = await told(one)
  expect(line).toBe(`! ${warnings[0]} (here)`)
  expect(more).toEqual([])
  // Another test is told again.
  const two = begin(daemon)
  await leaseUntilTimeout(daemon, (await two.create()).name, 'mailer')
  expect(warnings).toHaveLength(2)
  expect(await told(two)).toHaveLength(1)
})

test('a client that hangs up and leases again ran into a timeout; one that does not come back was stopped', async () => {
  await using seen = await noticing({ clock: 'frozen' })
  const { daemon, warnings } = seen
  const url = await daemon.listen()
  const one = begin(daemon)
  await one.create({ name: 'orders' })
  const hangUps = ['mailer', 'stopped'].map((client) => leaseOnSocket(url, body('orders', client, '30s')))
  await waits(daemon, 'orders', 2)
  await timeout(120)
  for (const hangUp of hangUps) hangUp()
  await waits(daemon, 'orders', 0)
  expect(warnings).toEqual([])
  const again = leaseOnSocket(url, body('orders', 'mailer', '30s'))
  await waits(daemon, 'orders')
  expect(warnings).toEqual([
    expect.stringMatching(
      /^mailer gave up its lease in 'orders' after \d+ms and leased again, but had asked to wait 30s: if its HTTP timeout is shorter than its request_timeout, an /,
    ),
  ])
  expect(await told(one)).toEqual([`! ${warnings[0]}`])
  again()
})

test('a client that gave up in one test, and comes back in another, was stopped', async () => {
  await using seen = await noticing({ clock: 'frozen' })
  const { daemon, warnings } = seen
  await daemon.createQueue({ name: 'shared' })
  const url = await daemon.listen()
  const one = begin(daemon, 'one')
  const hangUp = leaseOnSocket(url, body('shared', 'mailer', '30s'))
  await waits(daemon, 'shared')
  await timeout(120)
  hangUp()
  await waits(daemon, 'shared', 0)
  expect(await told(one)).toEqual([])
  const two = begin(daemon, 'two')
  const last = leaseOnSocket(url, body('shared', 'mailer', '30s'))
  await waits(daemon, 'shared')
  expect(warnings).toEqual([])
  expect(await told(two)).toEqual([])
  last()
})

test.each([
  'crash',
  'restart',
  'outage',
] as const)('a client whose lease ended with the daemon in a %s did not give it up', async (how) => {
  await using seen = await noticing({ clock: 'frozen', keeps: 'queues' })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  await one.create({ name: 'orders' })
  const url = await daemon.listen()
  const ways: ((client: string) => unknown)[] = [
    (client) => leaseOnSocket(url, body('orders', client, '30s')),
    (client) => leaseWith(daemon.fetch, '', body('orders', client, '30s'), new AbortController().signal),
    (client) => leaseWith(fetch, url, body('orders', client, '30s'), new AbortController().signal),
    (client) => {
      const agent = new Agent()
      agent.createConnection = () => daemon.connect() as never
      httpRequest({ path: '/v1/queue.lease', method: 'POST', headers: HEADERS, agent })
        .on('error', () => undefined)
        .end(body('orders', client, '30s'))
    },
  ]
  for (const round of [1, 2]) {
    for (const [at, way] of ways.entries()) way(`mailer-${at}`)
    await waits(daemon, 'orders', ways.length)
    if (round === 2) break
    await timeout(120)
    if (how === 'outage') daemon.outage().close()
    else if (how === 'crash') await daemon.crash()
    if (how !== 'outage') await daemon.restart()
    await turn()
  }
  expect(warnings).toEqual([])
  expect((await told(one)).filter((line) => !line.startsWith('! fault: outage'))).toEqual([])
})

test('a client that is restarted at once, or leases from a new queue of the same name, is not warned of', async () => {
  await using seen = await noticing({ clock: 'frozen' })
  const { daemon, warnings } = seen
  const url = await daemon.listen()
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders' })
  const text = body('orders', 'mailer', '30s')
  const stop = new AbortController()
  const stopped = leaseWith(daemon.fetch, '', text, stop.signal)
  await waits(daemon, 'orders')
  stop.abort()
  await stopped
  const hangUp = leaseOnSocket(url, text)
  await waits(daemon, 'orders')
  await timeout(120)
  hangUp()
  await waits(daemon, 'orders', 0)
  await queue.delete()
  await one.create({ name: 'orders' })
  const last = leaseOnSocket(url, text)
  await waits(daemon, 'orders')
  expect(warnings).toEqual([])
  expect(await told(one)).toEqual([])
  last()
})

test('leases that end otherwise are not given up: served, timed out, deleted, closed, or waited for in full', async () => {
  await using seen = await noticing({ clock: START })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders' })
  const signal = AbortSignal.timeout(60_000)
  const lease = (client: string, time = '30s') => leaseWith(daemon.fetch, '', body('orders', client, time), signal)
  const served = lease('a')
  await waits(daemon, 'orders')
  await queue.produce({})
  await served
  const late = lease('b')
  await waits(daemon, 'orders')
  await daemon.clock.advance('30s')
  await late
  // By the frozen clock, this lease would wait for ever. Its client waited as long as it asked.
  await leaseUntilTimeout(daemon, 'orders', 'c', 30, '20ms')
  const deleted = lease('d')
  await waits(daemon, 'orders')
  await queue.delete()
  await deleted
  expect(warnings).toEqual([])
  expect(await told(one)).toEqual([])
})

test.each([
  1, 3,
])('work that outlives its lease is in the report, with the item and who has it now: %i partitions', async (partitions) => {
  await using seen = await noticing({ clock: START })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders', leaseTimeout: '30s', partitions })
  await queue.produce({ reference: 'order-1' }, { reference: 'order-2' })
  const held = await queue.lease({ clientId: 'shipper', batchSize: 2 })
  await daemon.clock.advance('40s')
  await (await queue.lease({ clientId: 'other' })).complete()
  // Their first items have the same place in their partitions.
  for (const elsewhere of [queue, await one.create({ name: 'others' })]) {
    await elsewhere.produce({ reference: 'order-3' })
    while ((await elsewhere.counts()).total > 0) await (await elsewhere.lease({ clientId: 'third' })).complete()
  }
  await daemon.clock.advance('5s')
  for (let round = 0; round < 2; round++) await expect(held.complete()).rejects.toThrow('does not exist')
  await expect(held.items[1]?.retry()).rejects.toThrow('does not exist')
  expect(await told(one)).toEqual([
    "! shipper worked 45s on order-1, longer than its lease of 30s: its queue.complete came too late, and other had leased it meanwhile. Make the leaseTimeout of 'orders' longer, or the work shorter (here)",
  ])
  // The test moved the clock itself, so it knows.
  expect(warnings).toEqual([])
})

test('work that outlives its lease by itself is warned of, also when the item became a dead letter', async () => {
  await using seen = await noticing()
  const { daemon, warnings } = seen
  // A move by an earlier test does not count.
  await daemon.clock.advance('1h')
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders', leaseTimeout: '20ms', deadQueue: true, maxAttempts: 1 })
  await queue.produce({})
  const [item] = (await queue.lease({ clientId: 'shipper' })).items
  await queue.waitFor({ event: 'dead-lettered' })
  await expect(item?.retry()).rejects.toThrow('does not exist')
  expect(warnings).toEqual([
    expect.stringMatching(
      new RegExp(
        `^shipper worked \\S+ms on ${item?.id}, longer than its lease of 20ms: its queue\\.retry came too late\\. Make`,
      ),
    ),
  ])
  expect(await told(one)).toHaveLength(1)
})

test.each(['real', 'runner'] as const)('time that the test moves is its own decision: clock %s', async (clock) => {
  if (clock === 'runner') vi.useFakeTimers({ now: START.start })
  await using seen = await noticing({ clock })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders', leaseTimeout: '30s' })
  await queue.produce({ reference: 'order-1' })
  const held = await queue.lease({ clientId: 'shipper' })
  if (clock === 'runner') await vi.advanceTimersByTimeAsync(31_000)
  else await daemon.clock.advance('31s')
  await expect(held.complete()).rejects.toThrow('does not exist')
  expect(await told(one)).toEqual([
    expect.stringMatching(/^! shipper worked 31s on order-1, longer than its lease of 30s/),
  ])
  expect(warnings).toEqual([])
})

test.each(['crash', 'restart'] as const)('a lease that ran out over a %s is not the fault of the work', async (how) => {
  await using seen = await noticing({ keeps: 'items' })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  const held = await queue.lease({ clientId: 'w1' })
  if (how === 'crash') await daemon.crash()
  await daemon.restart({ after: '2m' })
  await expect(held.complete()).rejects.toThrow('does not exist')
  await expect(held.complete()).rejects.toThrow('does not exist')
  expect(warnings).toEqual([])
  expect(await told(one)).toEqual([
    `! the lease of w1 on a, which began before the ${how} (here), ran out after its 1m0s: queue.complete was refused, and the item comes again. Work that is done twice must do no harm (here)`,
  ])
})

test('a lease that ran out before the restart is not blamed on it, and one that ran out in the first of two is', async () => {
  await using seen = await noticing({ keeps: 'items', clock: 'frozen' })
  const { daemon } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  const held = await queue.lease({ clientId: 'w1' })
  await daemon.clock.advance('2m')
  await daemon.restart()
  await expect(held.complete()).rejects.toThrow('does not exist')
  expect(await told(one)).toEqual([expect.stringMatching(/^! w1 worked 2m0s on a, longer than its lease of 1m0s/)])
  const two = begin(daemon)
  const next = await two.create({ name: 'others', leaseTimeout: '1m' })
  await next.produce({ reference: 'b' })
  const over = await next.lease({ clientId: 'w1' })
  await daemon.restart({ after: '2m' })
  await daemon.crash()
  await daemon.restart()
  await expect(over.complete()).rejects.toThrow('does not exist')
  expect(await told(two)).toEqual([
    expect.stringMatching(/^! the lease of w1 on b, which began before the restart \(here\), ran out after its 1m0s/),
  ])
})

test('work that outlives a lease which began after a restart is warned of, once in a test', async () => {
  await using seen = await noticing({ keeps: 'items' })
  const { daemon, warnings } = seen
  begin(daemon)
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '20ms' })
  await queue.produce({ reference: 'a' })
  for (const times of [1, 2]) {
    await daemon.restart()
    const held = await queue.lease({ clientId: 'w1' })
    await queue.waitFor({ event: 'lease-expired', times })
    await expect(held.complete()).rejects.toThrow('does not exist')
    expect(warnings).toEqual([expect.stringMatching(/^w1 worked \S+ on a, longer than its lease of 20ms/)])
  }
})

test('a lease that the test itself takes is not warned of: it is given up, or outlived, by design', async () => {
  await using seen = await noticing()
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders', leaseTimeout: '20ms' })
  const given = new AbortController()
  const nothing = queue.lease({ requestTimeout: '30s', signal: given.signal })
  await waits(daemon, 'orders')
  given.abort(new DOMException('it took too long', 'TimeoutError'))
  await expect(nothing).rejects.toThrow('it took too long')
  await queue.produce({ reference: 'order-1' })
  const late = await queue.lease()
  await queue.waitFor({ event: 'lease-expired' })
  await expect(late.complete()).rejects.toThrow('does not exist')
  expect(warnings).toEqual([])
  expect(await told(one)).toEqual([
    expect.stringMatching(/^! client-2 worked \S+ms on order-1, longer than its lease of 20ms/),
  ])
})

test('other refused calls say nothing about leases', async () => {
  await using seen = await noticing({ clock: START })
  const { daemon } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders', partitions: 2 })
  await queue.produce({ reference: 'order-1' })
  const { items, partition } = await queue.lease({ clientId: 'shipper' })
  const ids = items.map(({ id }) => id)
  const complete = (queueName: string, where: number, which: string[]) =>
    daemon.client
      .queueComplete({ queueName, partition: where, ids: which, requestTimeout: '5s' })
      .catch(() => undefined)
  await complete('orders', 1 - partition, ids)
  await complete('orders', 9, ids)
  await complete('order', partition, ids)
  await complete('orders', partition, ['nonsense'])
  await complete('orders', partition, ids)
  // Completed twice.
  await complete('orders', partition, ids)
  expect(await told(one)).toEqual([])
})

test('two consumers with one client id are in the report, with both lines', async () => {
  await using seen = await noticing({ clock: START })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders' })
  const first = queue.lease({ clientId: 'mailer' })
  first.catch(() => undefined)
  for (let round = 0; round < 2; round++) await expect(queue.lease({ clientId: 'mailer' })).rejects.toThrow('duplicate')
  expect(await told(one)).toEqual([
    "! a lease of mailer waited in 'orders' already, so its next one was refused: give each consumer a client id of its own, and each of the leases that one worker keeps open (here); the earlier call (here)",
  ])
  expect(warnings).toEqual([])
})

test('items of a lease that are completed one by one are a hint, from the third on', async () => {
  await using seen = await noticing({ clock: START })
  const { daemon, warnings } = seen
  const works = async (batchSize: number, together: number) => {
    const one = begin(daemon)
    const queue = await one.create({ name: 'orders' })
    await queue.produce(...Array.from({ length: batchSize }, () => ({})))
    const { items, partition } = await queue.lease({ clientId: 'shipper', batchSize })
    for (let first = 0; first < batchSize; first += together) {
      const ids = items.slice(first, first + together).map(({ id }) => id)
      await daemon.client.queueComplete({ queueName: 'orders', partition, ids, requestTimeout: '5s' })
    }
    return told(one)
  }
  expect(await works(3, 1)).toEqual([
    "hint: shipper completed 3 items of one lease of 'orders' in 3 calls: one queue.complete takes up to 1,000 ids of a lease (here)",
  ])
  expect(await works(2, 1)).toEqual([])
  expect(await works(6, 2)).toEqual([])
  // Leases of one item each.
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders' })
  await queue.produce({}, {}, {}, {})
  for (let count = 0; count < 4; count++) await (await queue.lease({ clientId: 'shipper' })).complete()
  expect(await told(one)).toEqual([])
  expect(warnings).toEqual([])
})

/** Does one thing of each kind, and returns what the report says and the log warns of. */
async function everything(options: TestDaemonOptions) {
  await using seen = await noticing(options)
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create({ name: 'orders' })
  await leaseUntilTimeout(daemon, 'orders', 'mailer')
  await queue.produce({ enqueueAt: new Date(daemon.clock.now() - 60_000) }, {}, {})
  for (const item of (await queue.lease({ clientId: 'shipper', batchSize: 3 })).items) await item.complete()
  const slow = await one.create({ name: 'slow', leaseTimeout: '20ms' })
  await slow.produce({})
  const late = await slow.lease({ clientId: 'packer' })
  await slow.waitFor({ event: 'lease-expired' })
  await late.complete().catch(() => undefined)
  return { report: await told(one), warnings }
}

test('the page of a test has its notices and hints', async () => {
  await using seen = await noticing({ clock: START })
  const one = begin(seen.daemon)
  const queue = await one.create({ name: 'orders', leaseTimeout: '30s' })
  await queue.produce({ reference: '<order>' }, {}, {}, {})
  const [late, ...rest] = (await queue.lease({ clientId: 'shipper', batchSize: 4 })).items
  for (const item of rest) await item.complete()
  await seen.daemon.clock.advance('31s')
  await late?.complete().catch(() => undefined)
  const report = await one.end({ outcome: 'failed', errors: [new Error('failed')] })
  const page = await report?.page()
  expect(page).toMatch(/<p class="said">shipper worked 31s on &lt;order&gt;, longer than its lease of 30s: /)
  expect(page).toMatch(/<p class="note">hint: shipper completed 3 items of one lease/)
})

test('the option notices: nowhere, in reports only, or as warnings too', async () => {
  const { report, warnings } = await everything({})
  expect(report.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    '! mailer gave',
    '! queue.produce: enqueue_at',
    '! packer worked',
    'hint: shipper completed',
  ])
  expect(warnings.map((line) => line.split(' ')[0])).toEqual(['mailer', 'packer'])
  const quiet = await everything({ notices: 'report' })
  expect([quiet.report.length, quiet.warnings]).toEqual([4, []])
  expect(await everything({ notices: 'off' })).toEqual({ report: [], warnings: [] })
  await expect(startTestDaemon({ notices: 'warning' as never })).rejects.toThrow(
    'the option notices is one of off, report, warn; got warning',
  )
  await expect(startTestDaemon({ notice: 'off' } as never)).rejects.toThrow("did you mean 'notices'?")
})

test('without events, a late call is not explained, and nothing else breaks', async () => {
  await using seen = await noticing({ clock: START, events: 0 })
  const queue = await seen.daemon.createQueue({ leaseTimeout: '30s' })
  await queue.produce({})
  const lease = await queue.lease()
  await seen.daemon.clock.advance('31s')
  await expect(lease.complete()).rejects.toThrow('does not exist')
  expect(seen.warnings).toEqual([])
})

test('of concurrent tests, each report has the notices of its own queues', async () => {
  await using seen = await noticing({ clock: START })
  const { daemon } = seen
  const [one, two] = [begin(daemon, 'one'), begin(daemon, 'two')]
  const queue = await one.create({ leaseTimeout: '30s' })
  await (await two.create()).produce({})
  await queue.produce({ reference: 'order-1' })
  const lease = await queue.lease({ clientId: 'shipper' })
  await daemon.clock.advance('31s')
  await lease.complete().catch(() => undefined)
  expect(await told(two)).toEqual([])
  expect(await told(one)).toHaveLength(1)
})
