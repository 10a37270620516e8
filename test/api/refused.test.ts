/** Refused calls are events: in the record, the report, explanations, waits and leaks. */
import { expect, test } from 'vitest'
import { type LogRecord, startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../src/index.js'

const JSON_TYPE = { 'content-type': 'application/json' }
const LEASE = { queue_name: 'orders', client_id: 'worker-1', batch_size: 1, request_timeout: '1s' }

async function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  const daemon = await startTestDaemon({ clock: 'frozen', callSites: true, log: 'silent', ...options })
  await daemon.createQueue({ name: 'orders' })
  return daemon
}

function post(daemon: TestDaemon, call: string, body: unknown, headers: Record<string, string> = JSON_TYPE) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return daemon.fetch(`http://queues.internal/v1/${call}`, { method: 'POST', headers, body: text })
}

const SITE = String.raw`\(test/api/refused\.test\.ts:\d+ < test/api/refused\.test\.ts:\d+ < test/api/refused\.test\.ts:\d+\)`

/** Mistakes of a user, what the report says about each before the call site, and its advice. */
const WRONG: [string, (daemon: TestDaemon) => unknown, string, string][] = [
  [
    'the wrong content type',
    (daemon) => post(daemon, 'queue.lease', LEASE, {}),
    "queue.lease by worker-1 was refused: 455 Client Content Error, Content-Type header 'text/plain;charset=UTF-8' is invalid format or unrecognized content type",
    "send 'content-type: application/json' with a body in JSON",
  ],
  [
    'an unknown field',
    (daemon) => post(daemon, 'queue.lease', { ...LEASE, batchsize: 1 }),
    'queue.lease by worker-1 was refused: 455 Client Content Error, proto: (line 1:85): unknown field "batchsize"',
    "did you mean 'batch_size'?",
  ],
  [
    'a number instead of a duration',
    (daemon) => post(daemon, 'queue.lease', { ...LEASE, request_timeout: 1000 }),
    'queue.lease by worker-1 was refused: 455 Client Content Error, proto: (line 1:80): invalid value for string type: 1000',
    "request_timeout takes a duration as text, such as '30s'",
  ],
  [
    'an epoch instead of a date',
    (daemon) =>
      post(daemon, 'queue.produce', { queue_name: 'orders', request_timeout: '1s', items: [{ enqueue_at: 17e11 }] }),
    'queue.produce was refused: 455 Client Content Error, proto: syntax error (line 1:70): unexpected token 1700000000000',
    "enqueue_at takes a time as text, such as '2026-01-31T12:00:00Z'",
  ],
  [
    'an unknown queue',
    (daemon) => post(daemon, 'queue.lease', { ...LEASE, queue_name: 'order' }),
    "queue.lease by worker-1 was refused: 400 Bad Request, queue does not exist; no such queue named 'order'",
    "did you mean 'orders'?",
  ],
  [
    'a bad id',
    (daemon) => post(daemon, 'queue.complete', { queue_name: 'orders', request_timeout: '1s', ids: ['7'] }),
    "queue.complete was refused: 400 Bad Request, invalid storage id; '7': Valid encoded KSUIDs are 27 characters",
    '',
  ],
  [
    'no request timeout',
    (daemon) => post(daemon, 'queue.lease', { ...LEASE, request_timeout: undefined }),
    "queue.lease by worker-1 was refused: 400 Bad Request, request timeout is required; '5m' is recommended, 15m is the maximum",
    '',
  ],
  [
    'a namespace that does not exist (453)',
    (daemon) => post(daemon, 'namespaces.update', { name: 'shop' }),
    "namespaces.update was refused: 453 Request Failed, namespace does not exist; 'shop' was not found",
    '',
  ],
  [
    'a key that does not exist (401)',
    (daemon) => post(daemon, 'queue.lease', LEASE, { ...JSON_TYPE, authorization: 'Bearer qtr-live-nonsense' }),
    'queue.lease by worker-1 was refused: 401 Unauthorized, api key is invalid',
    "send 'authorization: Bearer <key>' with a key that exists",
  ],
  [
    'a user without the permission (403)',
    async (daemon) => {
      const { key } = await daemon.createUser({ permissions: ['queue.complete'] })
      return post(daemon, 'queue.lease', LEASE, { ...JSON_TYPE, authorization: `Bearer ${key}` })
    },
    'queue.lease by worker-1 was refused: 403 Forbidden, ',
    'give the user of this key a role with that permission',
  ],
  [
    'a call that does not exist',
    (daemon) => post(daemon, 'queue.leese', LEASE),
    'queue.leese was refused: 501 Not Implemented, no such method; /v1/queue.leese',
    '',
  ],
  [
    'GET instead of POST',
    (daemon) => daemon.fetch('/v1/queue.lease'),
    "queue.lease was refused: 400 Bad Request, http method 'GET' not allowed; only POST",
    '',
  ],
  [
    'a body that is not JSON',
    (daemon) => post(daemon, 'queue.lease', '{"queue_name":"orders",'),
    'queue.lease was refused: 455 Client Content Error, proto: ',
    '',
  ],
  [
    'a request that the client refuses to send',
    (daemon) => daemon.client.queueLease({ ...{ queueName: 'orders', clientId: 'worker-1' }, batchSize: '1' as never }),
    "queue.lease by worker-1 was refused: by its client, and not sent, client.queueLease.batchSize takes a whole number of 32 bits; got '1'",
    '',
  ],
]

test.each(WRONG)('the report and explain() show first: %s', async (_, call, text, advice) => {
  const daemon = await started({ auth: 'internal' })
  const seen = daemon.forRunner.observe({ title: 'a test', timeout: 5000, queues: () => ['orders'] })
  await Promise.resolve(call(daemon)).catch(() => undefined)
  const [, first = ''] = (await seen?.report([]))?.text?.split('\n') ?? []
  expect(first.startsWith(`! ${text}`), first).toBe(true)
  expect(first).toMatch(/\(test\/api\/refused\.test\.ts:\d+/)
  if (advice !== '') expect(first.endsWith(`; ${advice}`), first).toBe(true)
  const [, why = ''] = daemon.queue('orders').explain().split('\n')
  expect(why).toMatch(/was refused \S+ ago: /)
  expect(
    why
      .replace(/ \S+ ago: /, ': ')
      .trim()
      .startsWith(`! ${text}`),
    why,
  ).toBe(true)
})

test('a call without a key is advised to send one', async () => {
  const daemon = await started({ auth: 'internal' })
  await daemon.closeDoor()
  await post(daemon, 'queue.lease', LEASE)
  expect(daemon.queue('orders').explain()).toMatch(
    /403 Forbidden, .*; no key was sent: send 'authorization: Bearer <key>'/,
  )
})

test('the advice says in which partition an item is', async () => {
  const daemon = await started()
  const queue = await daemon.createQueue({ name: 'two', partitions: 2 })
  await queue.produce({ reference: 'a' })
  await queue.produce({ reference: 'b' })
  await queue.lease()
  const lease = await queue.lease()
  const item = lease.items[0]
  const partition = 1 - lease.partition
  const call = { queue_name: 'two', partition, request_timeout: '1s', ids: [item?.id] }
  await post(daemon, 'queue.complete', call)
  expect(queue.explain()).toContain(
    `; ${item?.reference} is in partition ${lease.partition}, and the call said ${partition}`,
  )
})

test.each([
  ['ids', 'queue.complete', { ids: '7' }, 'ids takes a list'],
  ['bytes', 'queue.produce', { items: [{ bytes: 'no base64!' }] }, 'bytes takes base64; for a text use utf8'],
  ['batch_size', 'queue.lease', { batch_size: 'ten' }, 'batch_size takes a whole number'],
])('the advice says which type a field takes: %s', async (_, call, body, advice) => {
  const daemon = await started()
  await post(daemon, call, { queue_name: 'orders', ...body })
  expect(daemon.queue('orders').explain().split('\n')[1]?.endsWith(`; ${advice}`)).toBe(true)
})

test('refusals of clients with generated names become one event', async () => {
  const daemon = await started()
  for (let round = 0; round < 50; round++) {
    await daemon
      .queue('orders')
      .lease({ batchSize: 0 })
      .catch(() => undefined)
  }
  expect([...daemon.events].filter(({ kind }) => kind === 'refused')).toMatchObject([{ times: 50 }])
})

test('a queue that never existed still has the history of its refused calls', async () => {
  const daemon = await started()
  await post(daemon, 'queue.lease', { ...LEASE, queue_name: 'nope' })
  expect(daemon.queue('nope').history()).toMatchObject([{ kind: 'refused', queueId: 0 }])
})

test('names and messages cannot move the cursor or break a line', async () => {
  const daemon = await started()
  await post(daemon, 'queue.lease', { ...LEASE, batch_size: 0, client_id: 'a\u001b[2Jb\nc' })
  expect(daemon.queue('orders').explain()).toContain('queue.lease by a\\u{1b}[2Jb\\u{a}c was refused')
})

test('calls that the harness makes for itself are never reported as refused', async () => {
  const daemon = await started({ auth: 'internal' })
  for (let round = 0; round < 2; round++) await daemon.createQueue({ namespace: 'shop' })
  await daemon.createUser({ namespace: 'shop', roles: ['Admin'] })
  expect([...daemon.events].filter(({ kind }) => kind === 'refused')).toEqual([])
})

test('an event holds the error, the call, its call sites, and the queue if it can be read', async () => {
  const daemon = await started()
  await post(daemon, 'queue.lease', LEASE, {})
  const event = [...daemon.events].at(-1)
  expect(event).toMatchObject({
    kind: 'refused',
    call: 'queue.lease',
    queue: 'orders',
    clientId: 'worker-1',
    code: 455,
    codeText: 'Client Content Error',
    message: expect.stringContaining("'text/plain;charset=UTF-8'"),
    details: {},
    times: 1,
  })
  expect(event?.queueId).toBe([...daemon.events][0]?.queueId)
  await post(daemon, 'queue.lease', { ...LEASE, queue_name: 'order' })
  const unknown = [...daemon.events].at(-1)
  expect(unknown).toMatchObject({ queue: 'order', queueId: 0, details: { nearest: 'orders' } })
  const bytes = Uint8Array.of(0x0a, 6, ...new TextEncoder().encode('orders'))
  await daemon.fetch('/v1/queue.lease', { method: 'POST', headers: JSON_TYPE, body: bytes })
  expect([...daemon.events].at(-1)).toMatchObject({ code: 455, queue: 'orders' })
})

test('a lease that times out is not a refusal, and explain() counts it', async () => {
  const daemon = await started()
  const queue = daemon.queue('orders')
  for (let round = 0; round < 3; round++) {
    const leased = queue.lease({ clientId: 'worker-1', requestTimeout: '1s' })
    leased.catch(() => undefined)
    await daemon.clock.advance('1s')
  }
  expect([...daemon.events].some(({ kind }) => kind === 'refused')).toBe(false)
  expect(queue.explain().split('\n')[1]).toBe('  3 leases got nothing in time, by worker-1')
})

test('repeated refusals are one event until something else happens or a test begins', async () => {
  const daemon = await started({ events: 10 })
  const queue = daemon.queue('orders')
  const refuse = async (clientId: string) =>
    post(daemon, 'queue.lease', { ...LEASE, batch_size: 0, client_id: clientId })
  for (let round = 0; round < 50; round++) for (const client of ['a', 'b']) await refuse(client)
  const refused = () => [...daemon.events].filter(({ kind }) => kind === 'refused')
  expect(refused().map(({ clientId, times }) => [clientId, times])).toEqual([
    ['a', 50],
    ['b', 50],
  ])
  await queue.produce({})
  await refuse('a')
  expect(refused()).toHaveLength(3)
  const seen = daemon.forRunner.observe({ title: 'a test', timeout: 5000, queues: () => ['orders'] })
  await refuse('a')
  await refuse('a')
  expect(refused().map(({ times }) => times)).toEqual([50, 50, 1, 2])
  expect((await seen?.report([]))?.text?.split('\n')[1]).toMatch(
    /^! queue\.lease by a was refused 2 times: 400 Bad Request, invalid batch size/,
  )
  expect(await queue.waitFor({ event: 'refused', times: 52 })).toMatchObject({ clientId: 'b' })
})

test('explain() shows calls refused for an unknown queue, but not those of an earlier test', async () => {
  const daemon = await started()
  const earlier = daemon.forRunner.observe({ title: 'earlier', timeout: 5000, queues: () => [] })
  await post(daemon, 'queue.lease', { ...LEASE, queue_name: 'order' })
  expect(daemon.queue('orders').explain()).toContain("no such queue named 'order'")
  earlier?.end()
  daemon.forRunner.observe({ title: 'later', timeout: 5000, queues: () => ['orders'] })
  expect(daemon.queue('orders').explain()).not.toContain('refused')
})

test('the log shows refused calls at level debug', async () => {
  const records: LogRecord[] = []
  const daemon = await started({ log: (record) => records.push(record) })
  await post(daemon, 'queue.lease', { ...LEASE, batch_size: 0 })
  expect(records.filter(({ message }) => message === 'call refused')).toMatchObject([
    {
      level: 'debug',
      fields: {
        call: 'queue.lease',
        code: 400,
        error: 'invalid batch size; must be greater than zero',
        queue: 'orders',
        clientId: 'worker-1',
      },
    },
  ])
})

test('the timeline of an item includes refused calls that named its ids', async () => {
  const daemon = await started()
  const queue = daemon.queue('orders')
  await queue.produce({ reference: 'order-1' })
  const lease = await queue.lease({ clientId: 'slow' })
  await daemon.clock.advance('1m')
  await lease.complete().catch(() => undefined)
  const [item] = await queue.items()
  expect(item?.history().map(({ kind }) => kind)).toEqual(['produced', 'leased', 'lease-expired', 'refused'])
})

test('a leak report shows that the complete was refused', async () => {
  const daemon = await started()
  const seen = daemon.forRunner.observe({ title: 'a test', timeout: 5000, queues: () => ['orders'] })
  const queue = daemon.queue('orders')
  await queue.produce({ reference: 'order-1' })
  await queue.lease({ clientId: 'w' })
  await post(daemon, 'queue.complete', { queue_name: 'orders', ids: ['1'] })
  expect((await seen?.leaks())?.message).toMatch(/\n {2}! queue\.complete was refused: 400 Bad Request, .*/)
})

test('call sites are printed with their callers', async () => {
  const daemon = await started()
  const inner = async () => post(daemon, 'queue.lease', LEASE, {})
  const outer = async () => inner()
  await outer()
  expect(daemon.queue('orders').explain()).toMatch(new RegExp(SITE))
})

test('keeps only the beginning of a message that quotes megabytes', async () => {
  await using daemon = await started()
  const long = 'x'.repeat(1_000_000)
  await post(daemon, 'queue.produce', { queue_name: 'orders', request_timeout: long, items: [{}] })
  await post(daemon, 'queue.produce', { queue_name: long })
  const [byTimeout, byName] = [...daemon.events].filter(({ kind }) => kind === 'refused')
  expect(byTimeout?.message).toMatch(/^request timeout is invalid; time: invalid duration "x{1900,2000}…$/)
  expect(byName?.message?.length).toBeLessThan(2010)
  expect(byName?.queue.length).toBeLessThan(2010)
})
