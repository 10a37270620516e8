/** The configuration: a file or a tree, its defaults, its errors (contract: admin.md §13). */
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

test('a file and the same tree as an object give the same partitions', async () => {
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
    // 3/4 and 1/4 of ten, each cut to whole partitions.
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
  [{ 'queue-storage': { driver: 'postgres' } }, "invalid driver; 'postgres' is not one of (Memory, Badger)"],
  [{ 'queue-storage': { driver: 'badger' } }, /^invalid driver; 'badger' .*keeps everything in memory/],
  [{ logging: { handler: 'Color' } }, "invalid handler; 'Color' is not one of (color, text, json)"],
  [{ 'partition-storage': {} }, 'partition-storage must be a list of storages'],
  [
    { 'partition-storage': [{ driver: 'memory', affinity: 'x' }] },
    'partition-storage[0].affinity must be a number; got "x"',
  ],
  [{ address: 5 }, 'address must be a text; got 5'],
  [[], 'the configuration must be a map with keys such as address and partition-storage'],
])('%j is refused', async (config, message) => {
  await expect(startTestDaemon({ config: config as never })).rejects.toThrow(message)
})

test('what is wrong with a file is said with its line and its path', async () => {
  const broken = file('address: x\nlogging: [\n')
  await expect(startTestDaemon({ config: broken })).rejects.toThrow(
    /^while reading config file: .*line 3.* in .*\.yaml$/,
  )
  await expect(startTestDaemon({ config: file('') })).rejects.toThrow(/^while reading config file: EOF/)
  await expect(startTestDaemon({ config: '/does/not/exist.yaml' })).rejects.toThrow(
    /^while opening config file: ENOENT/,
  )
})

test('only the first document counts, and keys without effect are named', async () => {
  const records: LogRecord[] = []
  const config = file('logging: { level: debug }\nqueues: []\n---\nlogging: { handler: nonsense }\n')
  await using _ = await startTestDaemon({ config, log: (record) => records.push(record) })
  expect(records.map((record) => record.message)).toEqual([
    "the configuration key 'queues' has no effect here; read are address, logging, partition-storage, queue-storage",
  ])
})
