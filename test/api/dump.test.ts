/** `daemon.dump()` and the option `from`: nothing is lost on the way, and nothing wrong gets in. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isQueratorError } from '../../src/errors.js'
import { seededRandom } from '../../src/ids/random.js'
import { type DaemonDump, startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'
import { messageOf } from '../support/message-of.js'

async function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', log: 'silent', ...options })
}

/** A daemon in which there is something of everything. Its clock runs, so that times have parts of a millisecond. */
async function filled(): Promise<TestDaemon> {
  const daemon = await started({ auth: 'internal', seed: 'dump' })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 3, deadQueue: true })
  await queue.produce(
    { reference: 'text', text: 'Grüße \u0000 \ufeff' },
    { reference: 'json', json: { id: 1 }, kind: 'order', encoding: 'json' },
    { reference: 'bytes', bytes: new Uint8Array([0xff, 0xfe, 0, 1]) },
    { reference: 'empty' },
    { reference: 'later', enqueueAt: new Date(daemon.clock.now() + 3_600_000) },
  )
  const { items } = await queue.lease({ batchSize: 3, clientId: 'w1' })
  await items[0]?.retry()
  await items[1]?.retry({ at: new Date(daemon.clock.now() + 60_000) })
  const many = await daemon.createQueue({ name: 'many', partitions: 3 })
  await many.produce({}, {})
  const user = await daemon.createUser({
    permissions: ['queue.lease'],
    namespace: 'shop',
    expiresAt: new Date('2040-01-01'),
  })
  await user.queuesList({}).catch(() => undefined)
  await daemon.createQueue({ name: 'of-shop', namespace: 'shop' })
  daemon.pause('of-shop')
  return daemon
}

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

test('a dump, a daemon from it, and its dump again', async () => {
  await using daemon = await filled()
  daemon.clock.freeze()
  const dump = await daemon.dump()
  expect(copyOf(dump)).toEqual(dump)
  await using again = await started({ from: copyOf(dump), auth: 'internal' })
  expect(await again.dump()).toEqual(dump)
  expect(JSON.stringify(await again.dump())).toBe(JSON.stringify(dump))
  await using copy = await daemon.fork()
  expect(await copy.dump()).toEqual(dump)
  expect(again.clock.now()).toBe(daemon.clock.now())
  for (const one of [daemon, again, copy]) await one.clock.advance('2h')
  expect(await again.queue('orders').items()).toEqual(await daemon.queue('orders').items())
  const next = async (of: TestDaemon) => {
    const queue = await of.createQueue({ name: 'next' })
    await queue.produce({})
    return (await queue.items()).map(({ id }) => id)
  }
  expect(await next(again)).toEqual(await next(daemon))
})

test('a dump is text and time as people write them, and has no keys', async () => {
  await using daemon = await started({ clock: { start: '2026-01-01T00:00:00Z' }, auth: 'internal' })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '90s' })
  const user = await daemon.createUser()
  await queue.produce({ reference: 'order-1', json: { id: 1 } }, { bytes: new Uint8Array([0xff]) })
  const dump = await daemon.dump()
  expect(dump).toMatchObject({
    format: 'querator-test dump',
    version: 1,
    time: '2026-01-01T00:00:00.000Z',
    frozen: true,
  })
  expect(dump.queues[0]).toMatchObject({ name: 'orders', leaseTimeout: '1m30s', paused: false })
  expect(dump.queues[0]?.partitions[0]?.items).toMatchObject([
    { reference: 'order-1', text: '{"id":1}', state: 'leasable', createdAt: '2026-01-01T00:00:00.000Z' },
    { base64: '/w==' },
  ])
  expect(JSON.stringify(dump)).not.toContain(user.key)
})

test('keys work on, and a door that was closed is open again, as at each start', async () => {
  await using daemon = await started({ clock: 'frozen', auth: 'internal' })
  const user = await daemon.createUser({ roles: ['Admin'] })
  await daemon.closeDoor()
  await using again = await started({ from: await daemon.dump(), auth: 'internal' })
  await again.clientWith({ apiKey: user.key }).queuesList({})
  await again.client.queuesList({})
  await again.createUser()
})

test('the clock goes on from then, unless it is given', async () => {
  await using daemon = await started({ clock: { start: '2030-01-01T00:00:00Z' } })
  const frozen = await daemon.dump()
  daemon.clock.resume()
  const running = await daemon.dump()
  await using one = await started({ from: frozen })
  expect([one.clock.frozen, one.clock.now()]).toEqual([true, Date.UTC(2030, 0)])
  await using two = await started({ from: running })
  expect(two.clock.frozen).toBe(false)
  expect(two.clock.now() - Date.UTC(2030, 0)).toBeLessThan(60_000)
  await using three = await started({ from: frozen, clock: { start: '2031-01-01' } })
  expect(three.clock.now()).toBe(Date.UTC(2031, 0))
  expect(await messageOf(started({ from: frozen, clock: { start: '2029-01-01' } }))).toContain(
    'the option clock begins at 2029-01-01T00:00:00.000Z, before the time of the dump, 2030-01-01T00:00:00.000Z',
  )
})

test('declared queues that a dump lacks are added', async () => {
  await using daemon = await started({ clock: 'frozen' })
  await (await daemon.createQueue({ name: 'orders' })).produce({})
  const declared = (name: string) => {
    return { name, 'lease-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 1 }
  }
  const config = { queues: [declared('orders'), declared('invoices')] }
  await using again = await started({ from: await daemon.dump(), config })
  expect((await again.client.queuesList({})).items.map(({ queueName }) => queueName)).toEqual(['orders', 'invoices'])
  expect(await again.queue('orders').counts()).toMatchObject({ total: 1 })
})

test('a file is read, and what is no dump is refused with its path', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'querator-dump-'))
  try {
    await using daemon = await started({ clock: 'frozen' })
    await daemon.createQueue({ name: 'orders' })
    const dump = await daemon.dump()
    const written = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    await using again = await started({ from: written('good.json', JSON.stringify(dump)) })
    expect(await again.dump()).toEqual(dump)
    const refused = async (text: string) => messageOf(started({ from: written('bad.json', text) }))
    expect(await refused('{')).toContain('bad.json cannot be read')
    expect(await refused('[]')).toContain('bad.json is no dump of a daemon')
    expect(await refused(JSON.stringify({ ...dump, version: 2 }))).toContain(
      'is of version 2, and this package reads version 1; update querator-test',
    )
    expect(await refused(JSON.stringify({ ...dump, queues: [{}] }))).toMatch(
      /bad\.json: queues\[0\]\.name is a text; it is missing; correct it, or make the dump again/,
    )
    expect(await messageOf(started({ from: join(folder, 'none.json') }))).toContain('none.json cannot be read: ENOENT')
    expect(await messageOf(started({ from: 7 as never }))).toContain('the option from is no dump of a daemon')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a storage that the configuration lacks is refused', async () => {
  await using daemon = await started({ clock: 'frozen' })
  await daemon.createQueue({ name: 'orders' })
  const dump = copyOf(await daemon.dump()) as unknown as { queues: { partitions: { storage: string }[] }[] }
  const [partition] = dump.queues[0]?.partitions ?? []
  if (partition !== undefined) partition.storage = 'disk-1'
  expect(await messageOf(started({ from: dump as never }))).toContain(
    "queues[0].partitions[0].storage: the configuration has no storage 'disk-1'",
  )
})

test('a down daemon has no dump, and a server elsewhere neither dump nor from', async () => {
  await using daemon = await started()
  const endpoint = await daemon.listen()
  const dump = await daemon.dump()
  await using attached = await startTestDaemon({ endpoint })
  expect(await messageOf(attached.dump())).toContain('dump works only on a daemon inside the test process')
  expect(await messageOf(startTestDaemon({ endpoint, from: dump }))).toContain('the option from works only on')
  expect(await messageOf(startTestDaemon({ endpoint, keeps: 'items' }))).toContain('the option keeps works only on')
  await daemon.crash()
  expect(await messageOf(daemon.dump())).toContain('the daemon has crashed')
})

/** Values that a damaged file may have. */
const DAMAGE: readonly unknown[] = [
  null,
  undefined,
  '',
  'x',
  -1,
  0,
  1.5,
  2 ** 40,
  1e300,
  true,
  [],
  {},
  [null],
  '2026-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  '1h',
  '-1h',
  '9999999h',
  'leased',
  'scheduled',
  'leasable',
  '0000000000000000000000000zz',
]

/** Puts a wrong value somewhere. */
function damage(dump: unknown, draw: (below: number) => number): void {
  let at = dump as Record<string, unknown>
  for (;;) {
    const names = Object.keys(at)
    const name = names[draw(names.length)] as string
    const value = at[name]
    const isDeep = typeof value === 'object' && value !== null && Object.keys(value).length > 0
    if (isDeep && draw(8) !== 0) at = value as Record<string, unknown>
    else {
      const how = draw(10)
      if (how === 0) delete at[name]
      else if (how === 1 && Array.isArray(at)) at.push(value)
      else at[name] = DAMAGE[draw(DAMAGE.length)]
      return
    }
  }
}

test('a damaged dump is refused, or makes a daemon that works', async () => {
  await using daemon = await filled()
  daemon.clock.freeze()
  const dump = await daemon.dump()
  const random = seededRandom('damage')
  const draw = (below: number) => random() % below
  let refused = 0
  for (let round = 0; round < 1500; round++) {
    const from = copyOf(dump)
    damage(from, draw)
    let again: TestDaemon
    try {
      again = await started({ from: from as DaemonDump, auth: 'internal' })
    } catch (error) {
      refused++
      expect(isQueratorError(error), String(error)).toBe(true)
      expect((error as Error).message).toMatch(/^the option from/)
      continue
    }
    await checkWorks(again)
    await again.close()
  }
  expect(refused).toBeGreaterThan(800)
  expect(refused).toBeLessThan(1500)
}, 60_000)

/** Works with every queue, lets time pass, and dumps what is left. */
async function checkWorks(daemon: TestDaemon): Promise<void> {
  const { items } = await daemon.client.queuesList({ limit: 100 })
  for (const { queueName } of items) {
    const queue = daemon.queue(queueName)
    queue.resume()
    const counts = await queue.counts()
    expect((await queue.items()).length + (await queue.scheduled()).length).toBe(counts.total + counts.scheduled)
    await queue.produce({ reference: 'more' }, { reference: 'more' })
    const lease = await queue.lease({ batchSize: 2 })
    await lease.complete()
    queue.explain()
  }
  await daemon.clock.advance('30h')
  const dump = await daemon.dump()
  await using again = await started({ from: copyOf(dump), auth: 'internal' })
  expect(await again.dump()).toEqual(dump)
}

test('dump and fork take no options', async () => {
  await using daemon = await started()
  const { dump, fork } = daemon as unknown as Record<string, (options: unknown) => Promise<unknown>>
  expect(await messageOf(dump?.call(daemon, {}) as Promise<unknown>)).toContain('dump takes no options; got {}')
  const forked = fork?.call(daemon, { clock: 'real' }) as Promise<unknown>
  expect(await messageOf(forked)).toContain("fork takes no options; got { clock: 'real' }")
})
