/** `daemon.dump()` and the option `from`: nothing is lost on the way, and nothing wrong gets in. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { filled, started } from '../support/filled-daemon.js'
import { messageOf } from '../support/message-of.js'

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

test('dump and fork take no options', async () => {
  await using daemon = await started()
  const { dump, fork } = daemon as unknown as Record<string, (options: unknown) => Promise<unknown>>
  expect(await messageOf(dump?.call(daemon, {}) as Promise<unknown>)).toContain('dump takes no options; got {}')
  const forked = fork?.call(daemon, { clock: 'real' }) as Promise<unknown>
  expect(await messageOf(forked)).toContain("fork takes no options; got { clock: 'real' }")
})

test('a dump of a queue whose update made what a new queue may not have', async () => {
  await using daemon = await started({ clock: 'frozen' })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  for (const expireTimeout of ['1ms', '500ns']) {
    await daemon.client.queuesUpdate({ queueName: 'orders', expireTimeout, requestedPartitions: 2_000_000 })
    const dump = await daemon.dump()
    await using again = await started({ from: copyOf(dump) })
    expect(await again.dump()).toEqual(dump)
    await again.queue('orders').produce({ reference: 'b' })
    expect((await again.clock.advance('1ms')).map(({ kind, reference }) => [kind, reference])).toEqual([
      ['item-expired', 'b'],
    ])
  }
})

test("with clock: 'runner', a dump after the time went back behind the last look of the lifecycle", async () => {
  const start = Date.UTC(2026, 0)
  vi.useFakeTimers({ now: start })
  try {
    await using daemon = await started({ clock: 'runner' })
    const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
    await queue.produce({ reference: 'a' }, { reference: 'b' })
    await queue.lease()
    await vi.advanceTimersByTimeAsync(120_000)
    expect((await queue.history()).at(-1)).toMatchObject({ kind: 'lease-expired' })
    vi.setSystemTime(start + 30_000)
    const dump = copyOf(await daemon.dump())
    await using again = await started({ from: dump })
    expect(await again.queue('orders').counts()).toMatchObject({ total: 2, leased: 0 })
    expect(Date.parse(dump.time)).toBe(start + 30_000)
  } finally {
    vi.useRealTimers()
  }
})
