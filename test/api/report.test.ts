/** The report of a failed test: what happened in its queues in at most forty lines, problems first. */
import { expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'

const START = { start: new Date('2026-01-01T00:00:00Z') }

/** Observes a test whose queues `daemon.createQueue` creates with these names. */
function observed(daemon: TestDaemon, ...own: string[]) {
  const seen = daemon.forRunner.observe({ title: 'works off orders', timeout: 5000, queues: () => own })
  if (seen === undefined) throw new Error('the daemon observes nothing')
  return seen
}

/** The report line by line, without call sites. */
function lines(report: string | undefined): string[] {
  return (report ?? '').replaceAll(/ \([^)]*\.ts:\d+\)/g, '').split('\n')
}

test('shows items with their events, waiting leases, items leased again, and the item an error names', async () => {
  await using daemon = await startTestDaemon({ clock: START, callSites: true, log: 'silent' })
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders', leaseTimeout: '10s' })
  await orders.produce({ reference: 'order-1' }, { reference: 'order-2' })
  const slow = await orders.lease({ clientId: 'w1' })
  await daemon.clock.advance('11s')
  await (await orders.lease({ clientId: 'w2' })).complete()
  await orders.lease({ clientId: 'w3' })
  const waits = orders.lease({ clientId: 'w4' })
  waits.catch(() => undefined)
  const refused: unknown = await slow.complete().catch((error: unknown) => error)
  const id = slow.items[0]?.id
  const report = (await seen.report([refused]))?.text
  expect(report).toContain('  ! w4 still waits for an item, since +11s (test/api/report.test.ts:')
  const gone = `400 Bad Request, invalid storage id; '${id}' does not exist`
  expect(lines(report)).toEqual([
    "what happened in the queues of 'works off orders', with the time since the first of it:",
    "! w1 worked 11s on order-1, longer than its lease of 10s: its queue.complete came too late, and w3 had leased it meanwhile. Make the leaseTimeout of 'orders' longer, or the work shorter",
    `! '${id}' was the id of order-1 until +10s: lease-expired by w1`,
    "'orders', at the end 1 leased (leaseTimeout 10s)",
    '  ! w4 still waits for an item, since +11s',
    "  ! the clock is frozen, and nothing comes due until it is moved; for the next item: await clock.advance('10s')",
    '  ! order-1 was handed out again, to w3: the lease of w1 ran out after 10s',
    '  order-1',
    '    +0s   produced',
    '    +0s   leased by w1 for 10s, attempt 1',
    '    +10s  lease-expired by w1',
    '    +11s  leased by w3 for 10s, attempt 2',
    `    +11s  queue.complete refused: ${gone.replace(String(id), '…')}`,
    '  order-2: produced +0s, leased by w2 +11s, completed +11s',
  ])
})

test.each([
  ['a restart', (daemon: TestDaemon) => daemon.restart()],
  ['a crash', (daemon: TestDaemon) => daemon.crash().then(() => daemon.restart())],
  ['the end of its queue', (daemon: TestDaemon) => daemon.client.queuesDelete({ queueName: 'orders', force: true })],
])('a lease does not wait any more after %s', async (_what, end) => {
  await using daemon = await startTestDaemon({ clock: START, keeps: 'items', log: 'silent' })
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  const waits = orders.lease({ clientId: 'mailer' }).catch(() => undefined)
  await orders.waitFor({ event: 'lease-waiting' })
  await end(daemon)
  await waits
  const text = (await seen.report([new Error('too few')]))?.text ?? ''
  expect(text).not.toContain('still waits')
})

test('shows items that were overtaken, and why', async () => {
  await using daemon = await startTestDaemon({ clock: START, log: 'silent' })
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  await orders.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  await (await orders.lease({ clientId: 'w' })).retry()
  await (await orders.lease({ batchSize: 2, clientId: 'w' })).complete()
  await (await orders.lease({ clientId: 'w' })).complete()
  expect(lines((await seen.report([]))?.text)[2]).toBe('  ! a was completed after b, which came later: w gave it back')
})

test('counts many items leased again, and does not call a scheduled item overtaken', async () => {
  await using daemon = await startTestDaemon({ clock: START, log: 'silent' })
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders', leaseTimeout: '10s' })
  await orders.produce({ reference: 'later', enqueueAt: new Date(daemon.clock.now() + 5000) })
  await orders.produce(...Array.from({ length: 5 }, (_, at) => ({ reference: `order-${at}` })))
  await orders.lease({ batchSize: 5, clientId: 'w1' })
  await daemon.clock.advance('10s')
  await (await orders.lease({ batchSize: 10, clientId: 'w2' })).complete()
  const faults = lines((await seen.report([]))?.text).filter((line) => line.startsWith('  ! '))
  expect(faults).toEqual([
    '  ! order-0 was handed out again, to w2: the lease of w1 ran out after 10s',
    '  ! order-1 was handed out again, to w2: the lease of w1 ran out after 10s',
    '  ! order-2 was handed out again, to w2: the lease of w1 ran out after 10s',
    '  ! 2 more items were handed out again',
  ])
})

test('shows a dead letter in its original queue, and includes other queues that the test used', async () => {
  await using daemon = await startTestDaemon({ clock: START, log: 'silent' })
  const made = await daemon.createQueue({ name: 'shared' })
  const seen = observed(daemon, 'orders', 'orders-dead')
  const orders = await daemon.createQueue({ name: 'orders', maxAttempts: 1, deadQueue: true, leaseTimeout: '1m' })
  await orders.produce({ reference: 'poison' })
  await orders.lease({ clientId: 'w' })
  await daemon.clock.advance('1m')
  await made.produce({ reference: 'elsewhere' })
  await daemon.queue('shared').lease({ clientId: 'other' })
  expect(lines((await seen.report([]))?.text)).toEqual([
    "what happened in the queues of 'works off orders', with the time since the first of it:",
    "'orders', empty at the end (leaseTimeout 1m0s, maxAttempts 1, deadQueue orders-dead)",
    '  poison',
    '    +0s    produced',
    '    +0s    leased by w for 1m0s, attempt 1',
    '    +1m0s  lease-expired by w',
    '    +1m0s  dead-lettered to orders-dead',
    "'shared', at the end 1 leased (leaseTimeout 1m0s)",
    '  elsewhere',
    '    +1m0s  produced',
    '    +1m0s  leased by other for 1m0s, attempt 1',
  ])
})

test('explains that retry with dead deleted an item instead of dead-lettering it', async () => {
  await using daemon = await startTestDaemon({ clock: START, log: 'silent' })
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders', deadQueue: true })
  const plain = await daemon.createQueue({ name: 'plain' })
  for (const queue of [orders, plain]) {
    await queue.produce({ reference: `of-${queue.name}` })
    await (await queue.lease({ clientId: 'w' })).retry({ dead: true })
  }
  expect(lines((await seen.report([]))?.text).filter((line) => line.startsWith('  ! '))).toEqual([
    "  ! of-orders was deleted by retry with dead, which moves nothing to 'orders-dead', as on Querator: set maxAttempts, and let its last lease run out instead",
  ])
})

test('shows a lease that got nothing in time, even if nothing was produced', async () => {
  await using daemon = await startTestDaemon({ clock: START, log: 'silent' })
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  const refused = orders.lease({ clientId: 'w', requestTimeout: '5s' }).catch(() => undefined)
  await daemon.clock.advance('5s')
  await refused
  expect(lines((await seen.report([]))?.text).slice(1)).toEqual([
    "'orders', empty at the end (leaseTimeout 1m0s)",
    '  w got no item within 5s',
  ])
})

test('shows the leases of a worker that polls in one line, after the items', async () => {
  await using daemon = await startTestDaemon({ clock: START, log: 'silent' })
  const seen = observed(daemon, 'orders')
  const orders = await daemon.createQueue({ name: 'orders' })
  const poll = async (clientId: string) => {
    const refused = orders.lease({ clientId, requestTimeout: '1s' }).catch(() => undefined)
    await daemon.clock.advance('1s')
    await refused
  }
  for (let time = 0; time < 50; time++) await poll('w')
  for (let at = 1; at <= 6; at++) await poll(`client-${at}`)
  await orders.produce({ reference: 'a' })
  expect(lines((await seen.report([]))?.text).slice(1)).toEqual([
    "'orders', at the end 1 free (leaseTimeout 1m0s)",
    '  a: +56s produced',
    '  w got no item within 1s, 50 times',
    ...[1, 2, 3, 4].map((at) => `  client-${at} got no item within 1s`),
    '  … 2 more such leases; QUERATOR_REPORT=<folder> writes all of it as a page',
  ])
})

test('concurrent tests each see only their own queues', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const one = observed(daemon, 'one')
  const two = observed(daemon, 'two')
  await (await daemon.createQueue({ name: 'one' })).produce({ reference: 'of one' })
  await (await daemon.createQueue({ name: 'two' })).produce({ reference: 'of two' })
  expect((await one.report([]))?.text).not.toContain('of two')
  expect((await two.report([]))?.text).not.toContain('of one')
  one.end()
  two.end()
  const three = observed(daemon, 'three')
  await daemon.queue('one').produce({ reference: 'later' })
  expect((await three.report([]))?.text).toContain('later')
})

test('has at most forty lines, and the last says where the rest is', async () => {
  await using daemon = await startTestDaemon({ clock: START, log: 'silent' })
  const seen = observed(daemon, 'many')
  const many = await daemon.createQueue({ name: 'many' })
  for (let count = 0; count < 50; count++) await many.produce({ reference: `item-${count}` })
  await many.lease({ batchSize: 20, clientId: 'w' })
  const report = lines((await seen.report([]))?.text)
  expect(report).toHaveLength(40)
  expect(report[2]).toBe('  item-0')
  expect(report[39]).toBe('… 53 more lines; QUERATOR_REPORT=<folder> writes all of it as a page')
})

test('is absent if nothing happened, and does not repeat what a matcher printed', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const seen = observed(daemon, 'quiet')
  const quiet = await daemon.createQueue({ name: 'quiet' })
  expect((await seen.report([new Error('else')]))?.text).toBeUndefined()
  await quiet.produce({ reference: 'a' }, { reference: 'b' })
  const told = new Error('expected…\n\ntimeline of a:\n  +0s  produced')
  expect((await seen.report([told]))?.text).not.toContain('  a')
  expect((await seen.report([told]))?.text).toContain('  b')
  await daemon.close()
  expect((await seen.report([told]))?.text).toBeUndefined()
})

test('counts events that are no longer kept', async () => {
  await using daemon = await startTestDaemon({ events: 3, log: 'silent' })
  const seen = observed(daemon, 'few')
  const few = await daemon.createQueue({ name: 'few' })
  for (let count = 0; count < 4; count++) await few.produce({ reference: `${count}` })
  expect((await seen.report([]))?.text).toContain('(2 earlier events are not kept; the option events keeps more)')
})

test('prints a problem shared by several tests once and then refers to it', async () => {
  await using daemon = await startTestDaemon({ clock: START, callSites: true, log: 'silent' })
  const reports: string[] = []
  for (const name of ['one', 'two', 'three']) {
    const seen = daemon.forRunner.observe({ title: `works off ${name}`, timeout: 5000, queues: () => [name] })
    const queue = await daemon.createQueue({ name })
    for (let item = 0; item < 6; item++) await queue.produce({ reference: `${name}-${item}` })
    const body = JSON.stringify({ queue_name: name, client_id: 'worker' })
    await daemon.fetch('/v1/queue.lease', { method: 'POST', body })
    if (name === 'three') await (await queue.lease({ clientId: 'w' })).retry()
    reports.push((await seen?.report([]))?.text ?? '')
    seen?.end()
    await queue.delete()
  }
  const [one = '', two = '', three = ''] = reports.map((report) => report.split('\n').length)
  expect([one, two]).toEqual([9, 8])
  expect(reports[1]).toMatch(/^! queue\.lease by worker was refused: 455/m)
  expect(reports[1]?.split('\n').at(-1)).toBe("… 2 more lines; the same happened in 'works off one', reported above")
  // This test has another problem.
  expect(three).toBeGreaterThan(9)
})

test('a report that lacks what another one had is not the same', async () => {
  await using daemon = await startTestDaemon({ clock: START, callSites: true, log: 'silent' })
  const reports: string[] = []
  for (const [name, isRefused] of [
    ['one', true],
    ['two', false],
    ['three', false],
  ] as const) {
    const seen = daemon.forRunner.observe({ title: `works off ${name}`, timeout: 5000, queues: () => [name] })
    const queue = await daemon.createQueue({ name })
    for (let item = 0; item < 12; item++) await queue.produce({ reference: `${name}-${item}` })
    const held = await queue.lease({ clientId: 'w' })
    await held.retry()
    if (isRefused) await held.complete().catch(() => undefined)
    reports.push((await seen?.report([]))?.text ?? '')
    seen?.end()
    await queue.delete()
  }
  expect(reports[1]).not.toContain('reported above')
  expect(reports[2]).toContain("the same happened in 'works off two', reported above")
})

test('a report can be had as a page of its own', async () => {
  await using daemon = await startTestDaemon({ clock: START, log: 'silent' })
  const seen = observed(daemon, 'orders')
  await (await daemon.createQueue({ name: 'orders' })).produce({ reference: 'order-1' })
  const page = await (await seen.report([new Error('it <failed>')]))?.page()
  expect(page).toContain('<!doctype html>')
  expect(page).toContain('order-1')
  expect(page).toContain('it &lt;failed&gt;')
})
