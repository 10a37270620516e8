/**
 * A configuration file that is too large, too deep or expands too far fails at once with an error that says what to do.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type LogRecord, startTestDaemon } from '../../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'querator-test-limits-'))
const path = join(folder, 'config.yaml')
afterAll(() => rmSync(folder, { recursive: true }))

/** The error of a file with which the daemon does not start. */
async function refusal(text: string): Promise<string> {
  writeFileSync(path, text)
  const failed: unknown = await startTestDaemon({ config: path, log: 'silent' }).catch((error: unknown) => error)
  return (failed as Error).message.replace(path, 'the file')
}

/** The queue names of a file with which the daemon starts, and its warnings. */
async function started(text: string): Promise<{ queues: string[]; warnings: string[] }> {
  writeFileSync(path, text)
  const records: LogRecord[] = []
  await using daemon = await startTestDaemon({ config: path, log: (record) => records.push(record) })
  const { items } = await daemon.client.queuesList({ limit: 20_000 })
  const warnings = records.filter(({ level }) => level === 'warn').map(({ message }) => message)
  return { queues: items.map(({ queueName }) => queueName), warnings }
}

/** Joins `text(0)`, `text(1)` and so on. */
function times(count: number, text: (at: number) => string, between = ''): string {
  return Array.from({ length: count }, (_, at) => text(at)).join(between)
}

const TIMEOUTS = 'lease-timeout: 1m, expire-timeout: 1h, requested-partitions: 1'

describe('size', () => {
  const large = `# ${'x'.repeat(1_000_000)}`

  test('refuses more than 1 MB', async () => {
    expect(await refusal(large)).toBe(
      'while reading config file: more than 1 MB; is it the right file? Create that many queues with queues.create in the file',
    )
  })

  test('reads exactly 1 MB', async () => {
    expect(await started(`queues: [{ name: q, ${TIMEOUTS} }]\n`.padEnd(1_000_000, '#'))).toMatchObject({
      queues: ['q'],
    })
  })

  test.skipIf(process.platform === 'win32')('does not read an endless file to its end', async () => {
    const failed: unknown = await startTestDaemon({ config: '/dev/zero' }).catch((error: unknown) => error)
    expect((failed as Error).message).toContain('more than 1 MB; is it the right file?')
  })

  test.skipIf(process.platform === 'win32')('reads a pipe to its end', async () => {
    const pipe = join(folder, 'pipe')
    // In another process, because opening a pipe waits for its other end.
    const writer = `mkfifo '${pipe}'; (printf 'queues:\\n'; printf '  - { name: q, ${TIMEOUTS} }\\n') > '${pipe}' &`
    expect(spawnSync('sh', ['-c', writer], { stdio: 'ignore' }).status).toBe(0)
    await using daemon = await startTestDaemon({ config: pipe, log: 'silent' })
    expect((await daemon.client.queuesList({})).items).toMatchObject([{ queueName: 'q' }])
  })
})

describe('depth', () => {
  const DEEP =
    /^while reading config file: more than 100 levels at line \d+; write it flatter: keys of Querator .* in the file$/

  test.each([
    ['lists in brackets', `a: ${'['.repeat(900)}${']'.repeat(900)}`],
    ['maps in braces', `${'{ a: '.repeat(900)}1${' }'.repeat(900)}`],
    ['brackets that are never closed', '['.repeat(900_000)],
    ['indented maps', times(900, (at) => `${' '.repeat(at)}a:\n`)],
    ['lists on one line', `a:\n${'- '.repeat(900)}x`],
    ['keys that are lists', `${'? - '.repeat(900)}x`],
  ])('refuses deep nesting: %s', async (_, text) => {
    expect(await refusal(text)).toMatch(DEEP)
  })

  test('names the line of an indented map that is too deep', async () => {
    expect(await refusal(times(900, (at) => `${' '.repeat(at)}a:\n`))).toContain('more than 100 levels at line 100;')
  })

  test('reads less nesting, and warns about the unknown key', async () => {
    const { warnings } = await started(`a: ${'['.repeat(90)}${']'.repeat(90)}`)
    expect(warnings).toEqual([expect.stringContaining("unknown configuration key 'a'")])
  })

  test('shortens a deep, circular or non-JSON object in the error', async () => {
    let deep: unknown = 'x'
    for (let level = 0; level < 20_000; level++) deep = [deep]
    const circle: { self?: unknown } = {}
    circle.self = circle
    for (const [address, told] of [
      [deep, '[ [ [ [Array] ] ] ]'],
      [circle, '<ref *1> { self: [Circular *1] }'],
      [{ big: 1n }, '{ big: 1n }'],
    ] as const) {
      const config = { address } as never
      await expect(startTestDaemon({ config })).rejects.toThrow(`address must be a text; got ${told}`)
    }
  })
})

describe('aliases', () => {
  const lists = [
    'a0: &a0 [x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 8 }, (_, at) => `a${at + 1}: &a${at + 1} [${times(9, () => `*a${at}`, ', ')}]`),
  ]
  const merges = [
    'a0: &a0 { x: 1 }',
    ...Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} { <<: [*a${at}, *a${at}, *a${at}] }`),
  ]

  test.each([
    ['lists of lists', lists],
    ['merges of merges', merges],
  ])('refuses %s that expand to too many values', async (_, lines) => {
    expect(await refusal(lines.join('\n'))).toBe(
      'while reading config file: more than 1000000 values with all that aliases repeat; use fewer of them in the file',
    )
  })

  test('refuses too many aliases', async () => {
    expect(await refusal(`a: &a 1\nb: [${times(20_001, () => '*a', ',')}]`)).toBe(
      'while reading config file: more than 20000 aliases; write some of them out in the file',
    )
  })

  test.each([
    'a: &a [*a]',
    'a: &a { <<: *a }',
    'a: &a { b: [{ c: *a }] }',
  ])('refuses %s, which contains itself', async (text) => {
    expect(await refusal(text)).toBe("while reading config file: yaml: anchor 'a' value contains itself in the file")
  })

  test('hundreds of queues may share their timeouts through aliases', async () => {
    const one = times(
      300,
      (at) => `  - { name: q${at}, lease-timeout: *l, expire-timeout: 1h, requested-partitions: 1 }\n`,
    )
    expect((await started(`x: &l 1m\nqueues:\n${one}`)).queues).toHaveLength(300)
    const merged = times(300, (at) => `  - { <<: *usual, name: q${at} }\n`)
    expect((await started(`x: &usual { ${TIMEOUTS} }\nqueues:\n${merged}`)).queues).toHaveLength(300)
  })
})

describe('many mistakes', () => {
  test('finds a duplicate key among many others', async () => {
    const keys = times(20_000, (at) => `key-${at}: 1\n`)
    expect(await refusal(`${keys}a:\n  b: 1\n  b: 2\n`)).toBe(
      'while reading config file: Map keys must be unique at line 20003, column 3 in the file',
    )
  })

  test('names twenty unknown keys and counts the rest', async () => {
    const { warnings } = await started(times(20_000, (at) => `key-${at}: 1\n`))
    expect(warnings).toHaveLength(21)
    expect(warnings.at(-1)).toBe('19980 more configuration keys are unknown and have no effect')
  })

  test('names a hundred wrong values and counts the rest', async () => {
    const lines = (await refusal(`queues:\n${times(150, () => '  - { lease-timeout: 5 }\n')}`)).split('\n')
    expect(lines).toHaveLength(1 + 100 + 2)
    expect(lines.at(-2)).toBe('  and 50 more')
  })
})
