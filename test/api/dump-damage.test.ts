/** Dumps that were edited by hand: refused with the field, or what a daemon from them plays is right. */
import { inspect } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { parseDuration } from '../../src/clock/parse-duration.js'
import { timeOf } from '../../src/daemon/dump/dump-time.js'
import { isQueratorError } from '../../src/errors.js'
import { seededRandom } from '../../src/ids/random.js'
import type { DaemonDump, TestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'
import { filled, started } from '../support/filled-daemon.js'
import { messageOf } from '../support/message-of.js'

type Path = readonly (string | number)[]
type Item = DaemonDump['queues'][number]['partitions'][number]['items'][number]

/** How far the clock is moved, in milliseconds. Longer than all timeouts. */
const FAR = 30 * 3_600_000

let dump: DaemonDump

beforeAll(async () => {
  await using daemon = await filled()
  daemon.clock.freeze()
  dump = copyOf(await daemon.dump())
})

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** Values that a damaged file may have. */
const DAMAGE: readonly unknown[] = [
  ...[null, undefined, '', 'x', -1, 0, 1, 1.5, 3, 3 * 2 ** 30, 2 ** 40, 1e300, true, false, [], {}, [null], ['x']],
  ...['2026-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', '2099-01-01T00:00:00.123456789Z'],
  ...['1h', '-1h', '9999999h', 'leased', 'scheduled', 'leasable', 'none', '_system', 'orders', 'gone', '\ud800'],
  ...['0000000000000000000000000zz', 'a b', 'a:b', 'a~b', 'x'.repeat(2001)],
]

/** All places of a dump, by their kind: the names of the fields, and of items the state. */
function placesOf(value: unknown, path: Path = [], kinds = new Map<string, Path[]>()): Path[][] {
  if (typeof value !== 'object' || value === null) return [...kinds.values()]
  const { state = '' } = value as { state?: string }
  for (const [key, one] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key]
    const kind = `${here.filter((part) => typeof part === 'string').join('.')} ${state}`
    kinds.set(kind, [...(kinds.get(kind) ?? []), here])
    placesOf(one, here, kinds)
  }
  return [...kinds.values()]
}

function at(of: unknown, path: Path): unknown {
  return path.reduce((value: unknown, part) => (value as Record<string | number, unknown>)[part], of)
}

/** Puts a value in its place. `undefined` takes the field away. */
function edited(of: DaemonDump, path: Path, value: unknown): DaemonDump {
  const copy = copyOf(of)
  const holder = at(copy, path.slice(0, -1)) as Record<string | number, unknown>
  const last = path.at(-1) as string | number
  if (value === undefined) delete holder[last]
  else holder[last] = copyOf(value)
  return copy
}

/** What a dump says, however it says it. */
function meaning(of: DaemonDump): unknown {
  const { time, random: _, ...rest } = copyOf(of)
  const state = JSON.parse(JSON.stringify(rest), (key, value: unknown) => {
    if (typeof value === 'string' && /Timeout$/.test(key)) return String(parseDuration(value).ns)
    // Instants are to a thousandth of a millisecond.
    if (typeof value === 'string' && timeOf(value) !== undefined && key !== 'reference' && key !== 'text') {
      return Math.round(nanosOf(value) / 1000)
    }
    if (key === 'sources') return [...(value as string[])].sort()
    return key === 'text' ? undefined : value
  })
  for (const [number, { partitions }] of of.queues.entries()) {
    for (const [n, { items, nextLook }] of partitions.entries()) {
      const partition = state.queues[number].partitions[n]
      if (nextLook === 'none' && !items.some((item) => item.state !== 'scheduled')) {
        delete partition.nextLook
      }
      for (const [i, { text, base64, until, state: how }] of items.entries()) {
        partition.items[i].base64 = base64 ?? Buffer.from(text ?? '', 'utf8').toString('base64')
        if (how === 'leasable' && until?.startsWith('0001-01-01T00:00:00')) delete partition.items[i].until
      }
    }
  }
  // A clock that stands still stands on whole milliseconds.
  return { ...state, time: of.frozen ? Math.ceil(nanosOf(time) / 1e6) : 'running' }
}

function nanosOf(time: string): number {
  const { at: ms, early } = timeOf(time) as { at: number; early: number }
  return ms * 1e6 - early
}

/** Begins with a dump. Returns the error if it is refused. */
async function begun(from: DaemonDump): Promise<TestDaemon | string> {
  try {
    return await started({ from })
  } catch (error) {
    expect(isQueratorError(error), inspect(error)).toBe(true)
    return (error as Error).message
  }
}

/** Checks that everything is as the dump says, and that time does to it what it should. */
async function checkPlays(daemon: TestDaemon, from: DaemonDump): Promise<void> {
  daemon.clock.freeze()
  expect(meaning({ ...(await daemon.dump()), frozen: from.frozen, time: from.time })).toEqual(meaning(from))
  for (const { name, paused } of from.queues) if (paused) daemon.resume(name)
  await checkCounts(daemon)
  await daemon.clock.advance(FAR)
  await checkCounts(daemon)
  checkDue(await daemon.dump(), from, daemon.clock.now())
  for (const { name, partitions } of from.queues) {
    if (partitions.length > 0) await checkWorks(daemon, name)
  }
  const last = await daemon.dump()
  await using again = await started({ from: copyOf(last) })
  expect(await again.dump()).toEqual(last)
}

async function checkCounts(daemon: TestDaemon): Promise<void> {
  const { queues } = await daemon.dump()
  for (const { name, partitions } of queues) {
    const items = partitions.flatMap((partition) => partition.items)
    const of = (state: Item['state']) => items.filter((item) => item.state === state).length
    const { total, leased, scheduled } = await daemon.queue(name).counts()
    expect({ name, total, leased, scheduled }).toEqual({
      ...{ name, total: items.length - of('scheduled') },
      ...{ leased: of('leased'), scheduled: of('scheduled') },
    })
  }
}

/** What was due has happened, unless nobody looks, or dead letters have nowhere to go. */
function checkDue(now: DaemonDump, from: DaemonDump, time: number): void {
  const isOver = (text: string | undefined) => text !== undefined && nanosOf(text) <= time * 1e6
  for (const [number, { name, deadQueue, partitions }] of now.queues.entries()) {
    for (const [n, { items }] of partitions.entries()) {
      const { nextLook, lastLook = '', items: before = [] } = from.queues[number]?.partitions[n] ?? {}
      // The look that ends a lease leaves an item that has expired meanwhile, and hides the others.
      const isSimple = before.every((one) => one.state === 'leasable' && (one.expiresAt ?? 'never') > lastLook)
      const looks = nextLook !== undefined && nextLook !== 'none' && isOver(nextLook) && deadQueue === ''
      for (const { state, until, expiresAt, reference } of items) {
        const overdue = { name, reference, until, expiresAt, state }
        if (state === 'scheduled') expect(isOver(until), inspect(overdue)).toBe(false)
        else if (looks && state === 'leased') expect(isOver(until), inspect(overdue)).toBe(false)
        else if (looks && isSimple) expect(isOver(expiresAt), inspect(overdue)).toBe(false)
      }
    }
  }
}

async function checkWorks(daemon: TestDaemon, name: string): Promise<void> {
  const queue = daemon.queue(name)
  await queue.items()
  await queue.scheduled()
  await queue.produce({ reference: 'more' }, { reference: 'more' })
  await (await queue.lease({ batchSize: 2 })).complete()
  queue.explain()
}

test('each kind of field, taken away or with another value: a path and the field, or a daemon that plays it', async () => {
  const draw = drawsOf('fields')
  const wrong: string[] = []
  const counts = { refused: 0, played: 0 }
  for (const places of placesOf(dump)) {
    for (const value of [undefined, ...Array.from({ length: 8 }, () => DAMAGE[draw(DAMAGE.length)])]) {
      const path = places[draw(places.length)] as Path
      const from = edited(dump, path, value)
      const where = `${path.join('.')} = ${inspect(value, { depth: 1, maxStringLength: 30 })}`
      const daemon = await begun(from)
      if (typeof daemon === 'string') {
        counts.refused++
        if (!/^the option from(: [a-zA-Z[\]0-9.]+(:| is )| is )/.test(daemon)) wrong.push(`${where}: ${daemon}`)
        continue
      }
      counts.played++
      await checkPlays(daemon, from).catch((error: Error) => wrong.push(`${where}: ${error.message.slice(0, 1500)}`))
      await daemon.close()
    }
  }
  expect(wrong).toEqual([])
  expect(counts.refused).toBeGreaterThan(500)
  expect(counts.played).toBeGreaterThan(100)
}, 60_000)

test('several wrong values at once are refused, or make a daemon that plays them', async () => {
  const draw = drawsOf('damage')
  let played = 0
  for (let round = 0; round < 600; round++) {
    let from = dump
    for (let edits = 1 + draw(3); edits > 0; edits--) {
      const places = placesOf(from)
      const alike = places[draw(places.length)] as Path[]
      from = edited(from, alike[draw(alike.length)] as Path, DAMAGE[draw(DAMAGE.length)])
    }
    const daemon = await begun(from)
    if (typeof daemon === 'string') continue
    played++
    await checkPlays(daemon, from)
    await daemon.close()
  }
  expect(played).toBeGreaterThan(20)
}, 60_000)

function drawsOf(seed: string): (below: number) => number {
  const random = seededRandom(seed)
  return (below) => random() % below
}

/** An item of a queue, and where it is. */
function itemOf(queue: string, state: Item['state']): Path {
  const number = dump.queues.findIndex(({ name }) => name === queue)
  const partitions = dump.queues[number]?.partitions ?? []
  for (const [n, { items }] of partitions.entries()) {
    const i = items.findIndex((item) => item.state === state)
    if (i >= 0) return ['queues', number, 'partitions', n, 'items', i]
  }
  throw new Error(`no ${state} item in '${queue}'`)
}

test.each<[string, () => Path, unknown, RegExp]>([
  [
    'no next look',
    () => [...itemOf('orders', 'leased').slice(0, 4), 'nextLook'],
    undefined,
    /nextLook: items\[\d\] expires, so it is a time, or 'none' if nobody should look; /,
  ],
  [
    'a last look to come',
    () => [...itemOf('orders', 'leased').slice(0, 4), 'lastLook'],
    '2099-01-01T00:00:00Z',
    /lastLook: it is after the time of the dump; /,
  ],
  [
    'an item without an end',
    () => [...itemOf('orders', 'leasable'), 'expiresAt'],
    undefined,
    /expiresAt is a text; it is missing; /,
  ],
  [
    'half of a character',
    () => [...itemOf('orders', 'leasable'), 'text'],
    '\ud800',
    /text: it has half of a character, which no server can send; /,
  ],
  [
    'more attempts than a message holds',
    () => [...itemOf('orders', 'leased'), 'attempts'],
    2 ** 31,
    /attempts is a whole number from -2147483648 to 2147483647; got 2147483648; /,
  ],
  [
    'ids far away',
    () => [...itemOf('orders', 'leased').slice(0, 4), 'idsGiven'],
    2 ** 40,
    /idsGiven: it is more than 2147483648 ids after that of the first item; /,
  ],
  [
    'its own dead letter queue',
    () => ['queues', 1, 'deadQueue'],
    'orders',
    /queues\[1\]\.deadQueue: it is the queue itself; /,
  ],
  [
    'a dead letter queue that no server takes',
    () => ['queues', 1, 'deadQueue'],
    'a b',
    /queues\[1\]\.deadQueue: dead queue is invalid; 'a b' cannot contain whitespace; /,
  ],
  [
    'a long reference',
    () => ['queues', 1, 'reference'],
    'x'.repeat(2001),
    /queues\[1\]\.reference: reference field is invalid; /,
  ],
  [
    'an unknown permission',
    () => ['roles', 0, 'permissions', 0],
    'queue.eat',
    /roles\[0\]\.permissions\[0\]: there is no permission 'queue\.eat'; /,
  ],
  ['a key twice', () => ['apiKeys', 1, 'hash'], 'first', /apiKeys\[1\]\.hash: '[0-9a-f]+' is there twice; /],
])('%s is refused with the field', async (_, path, value, message) => {
  const from = edited(dump, path(), value === 'first' ? dump.apiKeys[0]?.hash : value)
  expect(dump.queues[1]?.name).toBe('orders')
  expect(await messageOf(started({ from }))).toMatch(message)
})

test('what a real daemon can hold is right, though it looks wrong', async () => {
  const from = edited(dump, ['queues', 1, 'deadQueue'], 'deleted')
  for (const [path, value] of [
    [['queues', 1, 'requestedPartitions'], 3],
    [[...itemOf('orders', 'leased'), 'clientId'], undefined],
    [[...itemOf('orders', 'leasable'), 'until'], '2026-01-01T00:00:00Z'],
    [[...itemOf('orders', 'leasable'), 'createdAt'], '2099-01-01T00:00:00Z'],
  ] as const) {
    const daemon = await begun(edited(from, path, value))
    if (typeof daemon === 'string') throw new Error(daemon)
    await checkPlays(daemon, edited(from, path, value))
    await daemon.close()
  }
})

test('a dump of a later time can be loaded, and leases of it end', async () => {
  await using daemon = await started({ clock: { start: '2020-01-01' } })
  const { post, get } = await controlOf(daemon)
  expect((await post('/test/load', { dump })).status).toBe(200)
  const loaded = (await get('/test/dump')).body as DaemonDump
  await using again = await started({ from: loaded })
  expect(await again.dump()).toEqual(loaded)
  await daemon.clock.advance(Date.parse(dump.time) - daemon.clock.now() + 120_000)
  expect(await daemon.queue('orders').counts()).toMatchObject({ leased: 0 })
})
