/** A daemon that fails to start also reports unknown configuration keys, since a misspelt key is often the reason. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'querator-test-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  [
    'queues: [{ leese-timeout: 1m, name: q, expire-timeout: 1h, requested-partitions: 1 }]',
    "invalid queue 'q' in the configuration; lease timeout is invalid; cannot be empty",
  ],
  ['partition-storage: [{ drivr: memory }]', "invalid driver; '' is not one of (Memory, Badger)"],
  ['queue-storage: { driver: tape, nam: q }', "invalid driver; 'tape' is not one of (Memory, Badger)"],
  [
    '{ adress: x, auth-backend: { driver: ldap } }',
    "invalid auth-backend driver; 'ldap' is not one of (none, internal)",
  ],
  ['logging: { handler: blue, levl: x }', "invalid handler; 'blue' is not one of (color, text, json)"],
  [
    'queues: [{ name: q, partitions: [{ partition: 0, storage_name: mem-0 }] }]',
    "invalid partition storage; queue 'q' references '' which is undefined",
  ],
  ['{ adress: x, queues: 1 }', 'while reading config file: yaml: unmarshal errors:'],
])('reports the unknown key and its line below the error of the server: %s', async (text, first) => {
  const config = join(folder, 'c.yaml')
  writeFileSync(config, text)
  const failed = (await startTestDaemon({ config }).catch((error: unknown) => error)) as Error
  const [line, ...more] = failed.message.split('\n')
  expect(line).toBe(first)
  expect(more.filter((one) => one.startsWith('unknown'))).toEqual([
    expect.stringMatching(/^unknown configuration key '.*' \(.*\.yaml, line 1\) has no effect; did you mean '.*'\?$/),
  ])
})

test('reports unknown keys of an object without lines', async () => {
  const queue = { name: 'q', 'leese-timeout': '1m', 'expire-timeout': '1h', 'requested-partitions': 1 }
  const failed = startTestDaemon({ config: { adress: 'x', queues: [queue] } as never }).catch((error: unknown) => error)
  expect(((await failed) as Error).message.split('\n')).toEqual([
    "invalid queue 'q' in the configuration; lease timeout is invalid; cannot be empty",
    "unknown configuration key 'adress' has no effect; did you mean 'address'?",
    "unknown configuration key 'queues[0] 'q': leese-timeout' has no effect; did you mean 'lease-timeout'?",
  ])
})

const MISSPELT = { logging: { levle: 'debug' } } as object

test('unknownKeys refuses a configuration with unknown keys', async () => {
  await expect(startTestDaemon({ config: MISSPELT, unknownKeys: 'error' })).rejects.toThrow(
    "unknown configuration key 'logging.levle'; did you mean 'level'?\ncorrect or remove them, or set unknownKeys: 'warn'",
  )
  await using daemon = await startTestDaemon({
    config: { logging: { level: 'debug' } },
    unknownKeys: 'error',
    log: 'silent',
  })
  expect(daemon.closed).toBe(false)
})

test('unknownKeys warns by default', async () => {
  const lines: string[] = []
  for (const options of [{}, { unknownKeys: 'warn' }] as const) {
    await using _ = await startTestDaemon({ config: MISSPELT, log: ({ message }) => lines.push(message), ...options })
  }
  expect(lines).toEqual(Array(2).fill("unknown configuration key 'logging.levle' has no effect; did you mean 'level'?"))
})

test('unknownKeys refuses another value', async () => {
  await expect(startTestDaemon({ unknownKeys: 'fail' as never })).rejects.toThrow(
    'the option unknownKeys is one of warn, error; got fail',
  )
})
