/** Invalid input: for any body, the daemon sends a documented reply at once and changes nothing. */
import { create, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { METHODS, type Method, type MethodName } from '../../src/protocol/methods.js'
import { DOORS, type Door, type RawReply } from '../support/doors.js'
import { schemaOf } from '../support/library.js'

const NAMES = Object.keys(METHODS) as MethodName[]
const RUNS = Number(process.env.QUERATOR_FUZZ ?? 1500)
const method = fc.constantFrom(...NAMES)

const evilKey = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '$typeName', '')
const fieldName = fc.oneof(
  fc.constantFrom(...NAMES.flatMap((name) => METHODS[name].request.fields.flatMap((f) => [f.name, f.json]))),
  evilKey,
)
const leaf = fc.oneof(
  fc.constantFrom(1e308, -0, 2 ** 31, -(2 ** 31) - 1, 0.5, 1e21, Number.MAX_SAFE_INTEGER),
  fc.constantFrom('1e400', '0x10', '٣', '1m', '-1m', '9223372036854775808ns', '\u0000', 'q', ' q', '~'),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.boolean(),
  fc.constant(null),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    { weight: 3, arbitrary: leaf },
    { weight: 2, arbitrary: fc.dictionary(fieldName, tie('tree'), { maxKeys: 5 }) },
    { weight: 1, arbitrary: fc.array(tie('tree'), { maxLength: 4 }) },
  ),
}))

/** A valid body, as a start for mutations. */
function goodBody(name: MethodName): Uint8Array {
  const schema = (METHODS[name] as Method).request
  const values: Record<string, unknown> = { queueName: 'q', requestTimeout: '1m', clientId: 'c', batchSize: 1 }
  const fields = schema.fields.filter((field) => field.local in values)
  const init = Object.fromEntries(fields.map((field) => [field.local, values[field.local]]))
  return toBinary(schemaOf(schema), create(schemaOf(schema), init as never))
}

async function state(daemon: TestDaemon): Promise<unknown> {
  const queue = daemon.queue('q')
  const { client } = daemon
  const { items } = await client.queuesList({})
  const access = await Promise.all([
    client.namespacesList({}),
    client.usersList({}),
    client.apiKeysList({}),
    client.rolesList({}),
    client.roleBindingsList({}),
  ])
  return {
    items,
    access,
    stored: await queue.items(),
    scheduled: await queue.scheduled(),
    counts: await queue.counts(),
  }
}

async function withQueue(use: (daemon: TestDaemon, door: Door) => Promise<void>): Promise<void> {
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  const queue = await daemon.createQueue({ name: 'q', partitions: 2 })
  await queue.produce({ reference: 'a', text: 'a' }, { reference: 'b', enqueueAt: new Date(daemon.clock.now() + 1e6) })
  await use(daemon, await (DOORS['in memory'] as (daemon: TestDaemon) => Promise<Door>)(daemon))
}

/** Sends a body to a fresh daemon. A body that cannot be read must not change anything. */
async function check(name: MethodName, type: string, body: Uint8Array): Promise<void> {
  await withQueue(async (daemon, door) => {
    const before = await state(daemon)
    // A valid lease would wait for ever on a frozen clock.
    const patience = new AbortController()
    const answer = door({ path: METHODS[name].path, headers: { 'content-type': type }, body, signal: patience.signal })
    answer.catch(() => undefined)
    const reply = await Promise.race([answer, daemon.clock.advance(0).then(() => undefined)])
    patience.abort()
    if (reply === undefined) return
    // Deleting an unknown key returns 401.
    const unknownKey = name === 'apiKeysDelete' ? [401] : []
    expect([200, 400, 453, 454, 455, ...unknownKey]).toContain(isUnsayable(reply) ? 455 : reply.status)
    const changes = /complete|retry|delete/i.test(name) && reply.status !== 455 && reply.status !== 500
    // Complete, retry and delete keep what they did before the first bad id. Any other refused call changes nothing.
    if (reply.status !== 200 && !changes) expect(await state(daemon)).toEqual(before)
  })
}

/** A 455 whose message would have to quote bytes of the body that are not UTF-8. */
function isUnsayable({ status, body }: RawReply): boolean {
  return status === 500 && body.includes('"proto: field duh.v1.Reply.message contains invalid UTF-8"')
}

test('survives random bytes', async () => {
  await fc.assert(
    fc.asyncProperty(method, fc.uint8Array({ maxLength: 200 }), fc.boolean(), (name, body, json) =>
      check(name, json ? 'application/json' : 'application/protobuf', body),
    ),
    { numRuns: RUNS },
  )
})

test('survives JSON of odd shapes, huge numbers and prototype keys', async () => {
  await fc.assert(
    fc.asyncProperty(method, fc.dictionary(fieldName, tree, { maxKeys: 6 }), (name, body) =>
      check(name, 'application/json', Buffer.from(JSON.stringify(body))),
    ),
    { numRuns: RUNS },
  )
  expect(({} as Record<string, unknown>).queueName).toBeUndefined()
})

test('survives protobuf with bytes changed, cut off and repeated', async () => {
  const change = fc.record({ at: fc.nat(60), byte: fc.nat(255), cut: fc.nat(60), twice: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(method, change, async (name, { at, byte, cut, twice }) => {
      const good = goodBody(name)
      const body = Buffer.concat(twice ? [good, good] : [good])
      if (body.length > 0) body[at % body.length] = byte
      const end = cut % 3 === 0 ? cut % (body.length + 1) : body.length
      await check(name, 'application/protobuf', body.subarray(0, end))
    }),
    { numRuns: RUNS },
  )
})

test('refuses endless nesting at once', async () => {
  await withQueue(async (daemon, door) => {
    const before = await state(daemon)
    const groups = Buffer.alloc(200_000, 0x53)
    for (const [type, body] of [
      ['application/json', Buffer.from('['.repeat(100_000))],
      ['application/json', Buffer.from(`{"items":${'['.repeat(100_000)}`)],
      ['application/json', Buffer.from('{"items":'.repeat(20_000))],
      ['application/protobuf', groups],
    ] as const) {
      const reply = await door({ path: '/v1/queue.produce', headers: { 'content-type': type }, body })
      expect(reply.status).toBe(455)
    }
    expect(await state(daemon)).toEqual(before)
  })
})

test('a timestamp beyond any calendar is kept as the nearest Date, and cannot be sent as JSON', async () => {
  await withQueue(async (daemon, door) => {
    const seconds = 2n ** 62n
    const items = [
      { reference: 'x', leaseDeadline: { seconds, nanos: 5 }, expireDeadline: { seconds: -seconds, nanos: -1 } },
    ]
    await daemon.client.storageItemsImport({ queueName: 'q', items })
    const listed = await daemon.client.storageItemsList({ queueName: 'q' })
    expect(listed.items.at(-1)).toMatchObject({
      leaseDeadline: { seconds: 8_640_000_000_000n, nanos: 0 },
      expireDeadline: { seconds: -8_640_000_000_000n, nanos: 0 },
    })
    const reply = await door({ path: '/v1/storage/items.list', body: '{"queueName":"q"}' })
    expect(reply.status).toBe(500)
    expect(JSON.parse(reply.body.toString())).toMatchObject({
      message: 'proto: google.protobuf.Timestamp: seconds out of range 8640000000000',
    })
  })
})
