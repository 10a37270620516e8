/** The configuration as a file or an object: its defaults and its errors (docs/protocol/admin.md §13). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type LogRecord, startTestDaemon } from '../../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'querator-test-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(text: string): string {
  const path = join(folder, `${text.length}-${Buffer.from(text).toString('hex').slice(0, 40)}.yaml`)
  writeFileSync(path, text)
  return path
}

test('a file and the same configuration as an object give the same partitions', async () => {
  const path = file(
    'partition-storage:\n  - { name: a, driver: Memory, affinity: 3 }\n  - { name: b, driver: memory, affinity: 1 }\n',
  )
  const tree = {
    'partition-storage': [
      { name: 'a', driver: 'MEMORY', affinity: 3.9 },
      { name: 'b', driver: 'memory', affinity: 1 },
    ],
  }
  for (const config of [path, tree]) {
    await using daemon = await startTestDaemon({ config })
    await daemon.client.queuesCreate({
      queueName: 'q',
      leaseTimeout: '1m',
      expireTimeout: '1h',
      requestedPartitions: 10,
    })
    const { logicalQueues } = await daemon.client.queueStats({ queueName: 'q' })
    // 3/4 and 1/4 of ten, each rounded down to whole partitions.
    expect(logicalQueues[0]?.partitions).toHaveLength(9)
  }
})

test('a storage without affinity gets no partition', async () => {
  await using daemon = await startTestDaemon({ config: { 'partition-storage': [{ name: 'a', driver: 'memory' }] } })
  const queue = await daemon.createQueue()
  await expect(queue.produce({})).rejects.toMatchObject({ message: 'queue has no available partitions' })
})

test.each([
  [{ 'partition-storage': [{ driver: 'redis' }] }, "invalid driver; 'redis' is not one of (Memory, Badger)"],
  [{ 'partition-storage': [{ name: 'x' }] }, "invalid driver; '' is not one of (Memory, Badger)"],
  [{ 'queue-storage': { driver: 'redis' } }, "invalid driver; 'redis' is not one of (Memory, Badger)"],
  [{ 'auth-backend': { driver: 'ldap' } }, "invalid auth-backend driver; 'ldap' is not one of (none, internal)"],
  [{ logging: { handler: 'Color' } }, "invalid handler; 'Color' is not one of (color, text, json)"],
  [{ 'partition-storage': {} }, 'partition-storage must be a list; got {}'],
  [
    { 'partition-storage': [{ driver: 'memory', affinity: 'x' }] },
    'partition-storage[0].affinity must be a whole number; got "x"',
  ],
  [{ address: {} }, 'address must be a text; got {}'],
  [[], 'the configuration must be a map with keys such as address and partition-storage'],
])('refuses %j', async (config, message) => {
  await expect(startTestDaemon({ config: config as never })).rejects.toThrow(message)
})

test('the error for a broken file names its line and path', async () => {
  const broken = file('address: x\nlogging: [\n')
  await expect(startTestDaemon({ config: broken })).rejects.toThrow(
    /^while reading config file: .*line 3.* in .*\.yaml$/,
  )
  await expect(startTestDaemon({ config: file('') })).rejects.toThrow(/^while reading config file: EOF/)
  await expect(startTestDaemon({ config: '/does/not/exist.yaml' })).rejects.toThrow(
    /^while opening config file: ENOENT/,
  )
})

/** The warnings that a daemon with this file prints when it starts. */
async function told(text: string): Promise<string[]> {
  const records: LogRecord[] = []
  const log = (record: LogRecord) => records.push(record)
  await using _ = await startTestDaemon({ config: file(text), storage: 'memory', log })
  return records.filter((record) => record.level === 'warn').map((record) => record.message)
}

test('uses only the first document', async () => {
  expect(await told('logging: { level: debug }\n---\nlogging: { handler: nonsense }\n')).toEqual([])
})

test('the warning for an unknown key names its line and the key that was probably meant', async () => {
  const text = `
loging: { level: debug }
telemetry: { driver: otlp }
partition-storage:
  - name: mem-0
    driver: memory
    afinity: 1
queues:
  - { name: q, lease-timeout: 1m, expire-timeout: 1h, requested-partitions: 1, lease_timeout: 2m }
`
  expect(await told(text)).toEqual([
    expect.stringMatching(
      /^unknown configuration key 'loging' \(.*\.yaml, line 2\) has no effect; did you mean 'logging'\?$/,
    ),
    expect.stringMatching(
      /'telemetry' \(.*, line 3\) has no effect; known here are address, logging, partition-storage,/,
    ),
    expect.stringMatching(/'partition-storage\[0\] 'mem-0': afinity' \(.*, line 7\) .* did you mean 'affinity'\?$/),
    expect.stringMatching(/'queues\[0\] 'q': lease_timeout' \(.*, line 9\) .* did you mean 'lease-timeout'\?$/),
  ])
})

test('accepts a file of the real server, and an unknown log level becomes info', async () => {
  const text = `
logging: { level: verbose }
queue-storage: { driver: Badger, config: { storage-dir: /var/lib/querator } }
partition-storage: [{ name: disk, driver: BADGER, affinity: 1, config: { storage-dir: /var/lib/querator } }]
`
  expect(await told(text)).toEqual([
    "logging.level 'verbose' is not one of (debug, info, warn, error); info is used, as on the server",
  ])
})

test('reports all values of the wrong type at once with their lines, as the server does', async () => {
  const text = `
address: [localhost]
partition-storage:
  - driver: memory
    affinity: a lot of it
queues:
  - name: q
    lease-timeout: 60
    expire-timeout:
      1 day
    max-attempts: true
    partitions: { partition: 0 }
`
  const failed = await startTestDaemon({ config: file(text) }).catch((error: unknown) => error)
  expect((failed as Error).message.split('\n').slice(0, -1)).toEqual([
    'while reading config file: yaml: unmarshal errors:',
    '  line 2: cannot unmarshal !!seq into string (address takes a text)',
    '  line 5: cannot unmarshal !!str `a lot o...` into int (partition-storage[0].affinity takes a whole number)',
    "  line 8: cannot unmarshal !!int `60` into time.Duration (queues[0] 'q': lease-timeout takes a duration such as 1m or 1h30m)",
    `  line 9: cannot unmarshal !!str \`1 day\` into time.Duration (queues[0] 'q': expire-timeout takes a duration such as 1m or 1h30m: time: unknown unit " day" in duration "1 day")`,
    "  line 11: cannot unmarshal !!bool `true` into int (queues[0] 'q': max-attempts takes a whole number)",
    "  line 12: cannot unmarshal !!map into list (queues[0] 'q': partitions takes a list)",
  ])
  expect((failed as Error).message).toMatch(/\nin .*\.yaml$/)
  await expect(startTestDaemon({ config: file('just a text') })).rejects.toThrow(
    /line 1: cannot unmarshal !!str `just a \.\.\.` into map \(the file takes a map\)/,
  )
})

test('keeps strings as they are written, and supports anchors and merges', async () => {
  const text = `
queues:
  - &usual { name: 007, lease-timeout: 1m, expire-timeout: 1h, requested-partitions: 1, reference: 1e3 }
  - { <<: *usual, name: true }
`
  await using daemon = await startTestDaemon({ config: file(text) })
  expect((await daemon.client.queuesList({})).items).toMatchObject([
    { queueName: '007', reference: '1e3' },
    { queueName: 'true', requestedPartitions: 1 },
  ])
})

test('auth-backend: internal checks keys, and the option auth overrides the file', async () => {
  const config = file('auth-backend: { driver: Internal }\n')
  await using daemon = await startTestDaemon({ config })
  await daemon.closeDoor()
  await expect(daemon.clientWith({}).queuesList({})).rejects.toMatchObject({ code: 403 })
  await using open = await startTestDaemon({ config, auth: 'none' })
  await expect(open.closeDoor()).rejects.toThrow(/start it with auth: 'internal'/)
})

const DECLARED = `
partition-storage:
  - { name: mem-0, driver: memory, affinity: 1 }
queues:
  - name: orders-dead
    lease-timeout: 1m
    expire-timeout: 24h
    requested-partitions: 1
  - name: orders
    dead-queue: orders-dead
    lease-timeout: 1m
    expire-timeout: 10m
    max-attempts: 1
    reference: shop
    requested-partitions: 20
    partitions:
      - { partition: 0, read-only: false, storage-name: mem-0 }
  - name: placed
    lease-timeout: 1m
    expire-timeout: 10m
    requested-partitions: 3
`

test('D10: creates declared queues, lists them, and places those without a list of partitions', async () => {
  await using daemon = await startTestDaemon({ config: file(DECLARED), clock: 'frozen' })
  const { items } = await daemon.client.queuesList({})
  expect(items).toMatchObject([
    { queueName: 'orders-dead', namespace: '_system' },
    { queueName: 'orders', deadQueue: 'orders-dead', maxAttempts: 1, reference: 'shop', requestedPartitions: 20 },
    { queueName: 'placed', requestedPartitions: 3 },
  ])
  expect(items.every((info) => info.createdAt?.seconds === BigInt(Math.floor(daemon.clock.now() / 1000)))).toBe(true)
  const partitionsOf = async (queueName: string) =>
    (await daemon.client.queueStats({ queueName })).logicalQueues[0]?.partitions.length
  expect([await partitionsOf('orders'), await partitionsOf('placed')]).toEqual([1, 3])
  const orders = daemon.queue('orders')
  await orders.produce({ reference: 'a' })
  expect((await daemon.queue('placed').counts()).total).toBe(0)
  await orders.lease()
  await daemon.clock.advance('1m')
  expect((await daemon.queue('orders-dead').items()).map((item) => item.reference)).toEqual(['a'])
})

test.each([
  [{ name: 'a b' }, "invalid queue 'a b' in the configuration; queue name is invalid; 'a b' cannot contain whitespace"],
  [
    { 'lease-timeout': '2h' },
    "invalid queue 'q' in the configuration; lease timeout is too long; 2h0m0s cannot be greater than the expire timeout 1h0m0s",
  ],
  [
    { 'lease-timeout': '1 m' },
    `queues[0] 'q': lease-timeout must be a duration such as 1m or 1h30m; got "1 m"; time: unknown unit " m" in duration "1 m"`,
  ],
  [{ 'lease-timeout': 60 }, "queues[0] 'q': lease-timeout must be a duration such as 1m or 1h30m; got 60"],
  [
    { 'max-attempts': -1 },
    "invalid queue 'q' in the configuration; max attempts is invalid; cannot be negative number",
  ],
  [
    { 'requested-partitions': 0 },
    "invalid queue 'q' in the configuration; partitions is invalid; cannot be less than 1",
  ],
  [
    { partitions: [{ partition: 0, 'storage-name': 'x' }] },
    "invalid partition storage; queue 'q' references 'x' which is undefined",
  ],
  [
    { partitions: [{ partition: 1, 'storage-name': 'mem-0' }] },
    "queue 'q': partitions must be numbered from 0 on, in order; got 1 for 0",
  ],
])('D10: an invalid declared queue stops the daemon from starting (%j)', async (wrong, message) => {
  const queue = { name: 'q', 'lease-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 1, ...wrong }
  await expect(startTestDaemon({ config: { queues: [queue as never] } })).rejects.toThrow(message)
})

test('D10: two declared queues with the same name stop the daemon from starting', async () => {
  const queue = { name: 'q', 'lease-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 1 }
  await expect(startTestDaemon({ config: { queues: [queue, queue] } })).rejects.toThrow(/'q' already exists/)
})
