/**
 * The log: its three formats, its levels, and what it writes for internal errors (docs/protocol/admin.md §1.1, §13.1).
 */
import { expect, test } from 'vitest'
import { createLog, type LogHandler, type LogLevel } from '../../src/daemon/log.js'
import { Handler } from '../../src/transport/handler.js'

const TIME = Date.parse('2026-01-01T00:00:00.5Z')

function linesOf(handler: LogHandler, level: LogLevel = 'info') {
  const lines: string[] = []
  return { lines, log: createLog({ now: () => TIME, handler, level, writer: (line) => lines.push(line) }) }
}

test.each([
  ['text', 'time=2026-01-01T00:00:00.500Z level=WARN msg="one two" file=a.yaml text="a \\"b\\"" empty="" count=3'],
  [
    'json',
    '{"time":"2026-01-01T00:00:00.500Z","level":"WARN","msg":"one two","file":"a.yaml","text":"a \\"b\\"","empty":"","count":3}',
  ],
  ['color', '2026-01-01T00:00:00.500Z \u001b[33mWARN \u001b[0m one two file=a.yaml text="a \\"b\\"" empty="" count=3'],
] as const)('formats a line as %s', (handler, expected) => {
  const { lines, log } = linesOf(handler)
  log.write('warn', 'one two', { file: 'a.yaml', text: 'a "b"', empty: '', count: 3 })
  expect(lines).toEqual([expected])
})

test('skips levels below the configured one', () => {
  const { lines, log } = linesOf('text', 'warn')
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log.write(level, level)
  expect(lines.map((line) => /msg=(\w+)/.exec(line)?.[1])).toEqual(['warn', 'error'])
})

test.each(['text', 'json', 'color'] as const)('%s: a failed request logs its cause and never a key', async (form) => {
  const { lines, log } = linesOf(form)
  const handler = new Handler({
    identify: () => undefined,
    call: () => {
      throw new Error('something broke', { cause: new TypeError('the reason') })
    },
    health: () => ({ healthy: true, version: '', now: 0 }),
    queueFigures: () => [],
    faultFigures: () => [],
    memoryFigures: async () => ({ used: 0, limit: 0, storages: [] }),
    refused: () => undefined,
    failed: (error, { method, path }) => log.write('error', 'request failed', { method, path, error }),
  })
  const reply = await handler.handle({
    method: 'POST',
    target: '/v1/queues.list',
    headers: { authorization: 'Bearer secret-key', cookie: 'secret=cookie' },
    body: Buffer.from('{}'),
  })
  expect([reply.status, JSON.parse(Buffer.from(reply.body).toString())]).toEqual([
    500,
    { code: 500, code_text: 'Internal Service Error', message: 'Internal Error' },
  ])
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('something broke')
  expect(lines[0]).toContain('TypeError: the reason')
  expect(lines[0]).toContain('log.test.ts')
  expect(lines[0]).not.toMatch(/secret|authorization|cookie/i)
})
