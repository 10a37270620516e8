/** The JSON schema for editors agrees with the parser and with the configurations that users copy. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CONFIG } from '../../src/daemon/config/keys.js'
import { readTree } from '../../src/daemon/config/read-tree.js'
import { configSchema } from '../../src/daemon/config/schema.js'
import { type LogRecord, startTestDaemon } from '../../src/index.js'

const EXAMPLES = fileURLToPath(new URL('../../examples/config/', import.meta.url))
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(configSchema())

describe.each(readdirSync(EXAMPLES))('examples/config/%s', (name) => {
  test('matches the schema and starts without a warning', async () => {
    expect([validate(parse(readFileSync(EXAMPLES + name, 'utf8'))), validate.errors]).toEqual([true, null])
    const records: LogRecord[] = []
    await using daemon = await startTestDaemon({ config: EXAMPLES + name, log: (record) => records.push(record) })
    expect(records.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
    expect((await daemon.fetch('/health')).status).toBe(200)
  })
})

test.each([
  {},
  { logging: null, queues: null },
  { logging: { handler: '', level: 'warn' } },
  { 'partition-storage': [{ driver: 'MeMory' }], 'auth-backend': { driver: 'INTERNAL' } },
])('%j matches the schema', (tree) => {
  expect([validate(tree), validate.errors]).toEqual([true, null])
})

test.each([
  ['text'],
  { adress: 'x' },
  { logging: { handler: 'blue' } },
  { 'partition-storage': [{ name: 'x' }] },
  { 'partition-storage': [{ driver: 'redis' }] },
  { 'queue-storage': { driver: 'memory', config: { dir: 'x' } } },
  { queues: [{ name: 'q', 'lease-timeout': '1 day', 'expire-timeout': '1h', 'requested-partitions': 1 }] },
  { queues: [{ name: 'q', 'lease-timeout': '1m', 'expire-timeout': '1h' }] },
  { queues: [{ name: 'q', 'lease-timeout': 60, 'expire-timeout': '1h', 'requested-partitions': 1 }] },
])('%j does not match the schema', (tree) => {
  expect(validate(tree)).toBe(false)
})

test('whatever matches the schema has no unknown keys or wrong types for the parser', () => {
  const words = Object.keys(CONFIG.keys).concat(
    'name',
    'driver',
    'affinity',
    'config',
    'storage-dir',
    'handler',
    'level',
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('memory', 'badger', 'internal', 'json', '1m', 'x', ''),
      fc.integer({ min: 0, max: 5 }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom(...words), tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))
  let fitting = 0
  fc.assert(
    fc.property(tree, (value) => {
      const fits = validate(value)
      fitting += Number(fits)
      const { wrong, unknown } = readTree(value, CONFIG)
      if (fits) expect([wrong, unknown]).toEqual([[], []])
    }),
    { numRuns: 3000 },
  )
  expect(fitting).toBeGreaterThan(20)
})
