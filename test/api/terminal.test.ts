/**
 * Names that would move a terminal's cursor, passed to every output meant for people: no control character gets
 * through.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createLog, LOG_HANDLERS, type LogHandler } from '../../src/daemon/log.js'
import {
  type QueratorError,
  type QueueAssertions,
  queueMatchers,
  removeLeftOvers,
  snapshotSerializer,
  startTestDaemon,
  type TestDaemon,
  type TestQueue,
} from '../../src/index.js'
import { HOSTILE, HOSTILE_NAME, marksIn } from '../support/hostile.js'

/** A test with a hostile title and a hostile queue name, in whose queue everything has happened. */
interface Scene {
  readonly daemon: TestDaemon
  readonly queue: TestQueue
  readonly seen: NonNullable<ReturnType<TestDaemon['observe']>>
  /** The error of a refused call. */
  readonly refused: QueratorError
}

const NOTHING = () => undefined

async function scene(): Promise<Scene> {
  const daemon = await startTestDaemon({ clock: 'frozen', callSites: true, log: 'silent' })
  onTestFinished(() => daemon.close())
  const queue = await daemon.createQueue({ name: HOSTILE_NAME, maxAttempts: 1, deadQueue: true, leaseTimeout: '10s' })
  const own = [queue.name, queue.deadQueue.name]
  const file = join(process.cwd(), `${HOSTILE_NAME.replaceAll('\0', '')}.test.ts`)
  const seen = daemon.observe({ title: HOSTILE, file, timeout: 5000, queues: () => own })
  if (seen === undefined) throw new Error('the daemon observes nothing')
  const item = { reference: HOSTILE, kind: HOSTILE, encoding: HOSTILE }
  await queue.produce({ ...item, text: 'bidi \u202e payload' }, { ...item, text: HOSTILE })
  await queue.lease({ clientId: HOSTILE })
  await daemon.clock.advance('10s')
  await (await queue.lease({ clientId: HOSTILE })).retry()
  await queue.produce({ ...item, enqueueAt: new Date(daemon.clock.now() + 60_000) })
  await queue.lease({ clientId: HOSTILE })
  daemon.client
    .queueLease({ queueName: queue.name, clientId: HOSTILE, batchSize: 1, requestTimeout: '1m' })
    .catch(NOTHING)
  const nowhere = { queueName: `${HOSTILE_NAME}x`, clientId: HOSTILE, batchSize: 1, requestTimeout: '1m' }
  const refused = await daemon.client.queueLease(nowhere).catch((error: unknown) => error)
  return { daemon, queue, seen, refused: refused as QueratorError }
}

/** The message of a matcher on the queue. */
async function said<N extends keyof QueueAssertions>(
  queue: TestQueue,
  name: N,
  ...claim: Parameters<QueueAssertions[N]>
) {
  const matcher = queueMatchers[name] as (received: unknown, ...claim: unknown[]) => Promise<{ message(): string }>
  return (await matcher(queue, ...claim)).message()
}

async function errorOf(work: () => unknown): Promise<Error> {
  try {
    await work()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

/** What `work` prints. */
async function printed(where: 'warn' | 'error', work: () => unknown): Promise<string> {
  const lines: string[] = []
  const spy = vi.spyOn(console, where).mockImplementation((line: string) => void lines.push(line))
  try {
    await work()
    return lines.join('\n')
  } finally {
    spy.mockRestore()
  }
}

/** Runs `work` with a folder for reports. */
async function withReports<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'terminal-'))
  vi.stubEnv('QUERATOR_REPORT', folder)
  try {
    return await work(folder)
  } finally {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  }
}

/** Each output, by name. */
const OUTPUTS: Record<string, (scene: Scene) => string | Promise<string>> = {
  'explain()': ({ queue }) => queue.explain(),
  'explain() of the dead letter queue': ({ queue }) => queue.deadQueue.explain(),
  'snapshot()': ({ queue }) => queue.snapshot(),
  'an item in a snapshot': async ({ queue }) =>
    (await queue.items()).map((item) => snapshotSerializer.serialize(item)).join('\n'),
  'a lease in a snapshot': async ({ queue }) => {
    await queue.deadQueue.produce({ reference: HOSTILE, text: HOSTILE })
    return snapshotSerializer.serialize(await queue.deadQueue.lease({ clientId: HOSTILE, batchSize: 5 }))
  },
  toBeDrained: ({ queue }) => said(queue, 'toBeDrained'),
  'toHaveItems, of which some are missing': ({ queue }) => {
    return said(queue, 'toHaveItems', [
      `${HOSTILE}1`,
      { kind: HOSTILE, text: HOSTILE },
      { json: { [HOSTILE]: '\ud83d' } },
    ])
  },
  'toHaveItems, as they are': ({ queue }) => said(queue, 'toHaveItems', [{ reference: HOSTILE }]),
  toHaveDepth: ({ queue }) => said(queue, 'toHaveDepth', 7),
  'toHaveLeased by': ({ queue }) => said(queue, 'toHaveLeased', 7, { by: HOSTILE }),
  toHaveScheduled: ({ queue }) => said(queue, 'toHaveScheduled', 7),
  'toHaveScheduled in': ({ queue }) => said(queue, 'toHaveScheduled', [{ reference: HOSTILE, in: '1s' }]),
  toHaveProduced: ({ queue }) => said(queue, 'toHaveProduced', [HOSTILE]),
  'toHaveProduced on a recording': async ({ daemon, queue }) => {
    const seen = await daemon.recording(async () => {
      await queue.produce({ reference: HOSTILE, kind: HOSTILE, text: HOSTILE })
      await daemon.client.queueLease({ queueName: queue.name, clientId: HOSTILE, batchSize: -1 }).catch(() => undefined)
    })
    const outcomes = [
      await queueMatchers.toHaveProduced(seen, queue, [{ kind: HOSTILE, json: HOSTILE }]),
      await queueMatchers.toHaveProduced(seen, queue.deadQueue, [HOSTILE]),
    ]
    return outcomes.map(({ message }) => message()).join('\n')
  },
  toHaveCompleted: ({ queue }) => said(queue, 'toHaveCompleted', [HOSTILE]),
  toHaveDeadLettered: ({ queue }) => said(queue, 'toHaveDeadLettered', ['other']),
  toHaveAttempts: ({ queue }) => said(queue, 'toHaveAttempts', 7),
  'a matcher of something else': async ({ queue }) => {
    const field = { [HOSTILE]: 1 } as never
    const errors = [
      await errorOf(() => queueMatchers.toHaveItems(HOSTILE, [])),
      await errorOf(() => queueMatchers.toHaveItems(queue, HOSTILE as never)),
      await errorOf(() => queueMatchers.toHaveItems(queue, [field])),
    ]
    return errors.map(String).join('\n')
  },
  'a wait for an event that nearly came': async ({ queue }) => {
    const awaited = { event: 'completed', reference: HOSTILE, clientId: HOSTILE, within: '10ms' } as const
    return (await errorOf(() => queue.waitFor(awaited))).stack ?? ''
  },
  'a wait until it is drained': async ({ queue }) => String(await errorOf(() => queue.drained({ within: '10ms' }))),
  'a wait for something that is no event': async ({ queue }) => {
    return String(await errorOf(() => queue.waitFor({ event: HOSTILE as never })))
  },
  'the report of a test that failed': async ({ seen, refused }) =>
    (await seen.report([refused, new Error(HOSTILE)]))?.text ?? '',
  'the report with a page': ({ seen }) => withReports(async () => (await seen.report([new Error('x')]))?.text ?? ''),
  'the page of a report': ({ seen }) => {
    return withReports(async (folder) => {
      await seen.report([new Error(HOSTILE)])
      const text = readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8')
      // HTML uses these for layout.
      return text.replace(/[\t\r]/g, '')
    })
  },
  'a page that cannot be written': ({ seen }) => {
    vi.stubEnv('QUERATOR_REPORT', `/dev/null/${HOSTILE_NAME.replaceAll('\0', '')}`)
    onTestFinished(() => void vi.unstubAllEnvs())
    return printed('warn', () => seen.report([new Error('x')]))
  },
  'what a test left open': async ({ seen }) => (await seen.leaks())?.stack ?? '',
  'a test that is about to run out of time': async ({ daemon, queue }) => {
    let tell = NOTHING as (text: string) => void
    const text = new Promise<string>((resolve) => {
      tell = resolve
    })
    const spy = vi.spyOn(console, 'error').mockImplementation((line: string) => tell(line))
    onTestFinished(() => spy.mockRestore())
    const other = daemon.observe({ title: HOSTILE, timeout: 5, queues: () => [queue.name] })
    const told = await text
    other?.end()
    return told
  },
  'who moved the clock before': async ({ daemon, seen }) => {
    seen.end()
    const later = daemon.observe({ title: 'later', timeout: 5000, queues: () => ['q'] })
    await (await daemon.createQueue({ name: 'q' })).produce({})
    return (await later?.report([new Error('x')]))?.text ?? ''
  },
  'an error of a call': ({ refused }) =>
    [refused.stack, (refused.cause as Error).stack, String(refused.cause)].join('\n'),
  'errors of the harness': async ({ daemon, queue }) => {
    const unknown = { [HOSTILE]: 1 } as never
    const errors = [
      await errorOf(() => daemon.pause(`${HOSTILE_NAME}x`)),
      await errorOf(() => queue.deadQueue.deadQueue),
      await errorOf(() => queue.produce(unknown)),
      await errorOf(() => queue.produce({ reference: 5, [HOSTILE]: 1 } as never)),
      await errorOf(() => daemon.client.queueLease(unknown)),
      await errorOf(() => daemon.client.queuesList({ limit: HOSTILE as never })),
      await errorOf(() => daemon.intercept(HOSTILE)),
      await errorOf(() => startTestDaemon(unknown)),
      await errorOf(() => startTestDaemon({ endpoint: HOSTILE })),
      await errorOf(() => startTestDaemon({ clock: HOSTILE as never })),
      await errorOf(() => startTestDaemon({ config: { address: [HOSTILE] } as never })),
      await errorOf(() =>
        startTestDaemon({ config: { logging: { handler: HOSTILE as never }, [HOSTILE]: 1 } as never }),
      ),
      await errorOf(() => removeLeftOvers({ endpoint: `http://127.0.0.1:1/${HOSTILE_NAME}` })),
    ]
    return errors.map((error) => error.stack).join('\n')
  },
}

describe('a hostile name is escaped in', () => {
  test.each(Object.entries(OUTPUTS))('%s', async (_, output) => {
    const text = await output(await scene())
    expect(text).not.toBe('')
    expect(marksIn(text)).toEqual([])
  })
})

test('an item, a client and a queue take one line each, whatever their names contain', async () => {
  const { queue } = await scene()
  for (const text of [queue.explain(), await queue.snapshot()]) {
    expect(text).toContain('a\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{0}')
    expect(text).toContain('\\u{a}')
  }
})

describe.each(LOG_HANDLERS)('the log, %s', (handler: LogHandler) => {
  const lines = (message: string, fields: Record<string, unknown>) => {
    const written: string[] = []
    createLog({ now: () => 0, handler, writer: (line) => written.push(line) }).write('warn', message, fields)
    // The colours of the level are intended.
    return written.join('\n').replaceAll('\u001b[33mWARN \u001b[0m', 'WARN')
  }

  test('contains no control characters from messages, strings and errors', () => {
    const text = lines(HOSTILE, {
      text: HOSTILE,
      half: '\ud83d',
      error: new Error(HOSTILE),
      object: { [HOSTILE]: HOSTILE },
    })
    expect(marksIn(text)).toEqual([])
  })

  test('writes a string of several lines on one line', () => {
    expect(lines('a\nb', { text: `c\nWARN d` }).split('\n')).toHaveLength(1)
  })
})

test('does not repeat what an error already says, whatever it contains', async () => {
  const { daemon, seen, queue } = await scene()
  const wrongName = await errorOf(() => daemon.client.queueReload({ queueName: `${HOSTILE_NAME}~` }))
  const told = await said(queue, 'toHaveCompleted', [HOSTILE])
  const [first = '', second = ''] = [
    (await seen.report([new Error('x')]))?.text,
    (await seen.report([new Error(told), wrongName]))?.text,
  ]
  for (const part of ["cannot contain '~' character", ' produced']) {
    expect([first.includes(part), second.includes(part)]).toEqual([true, false])
  }
})

test('names an unknown configuration key once', async () => {
  const config = { logging: { handler: 'blue' as never }, [HOSTILE]: 1 } as never
  const error = await errorOf(() => startTestDaemon({ config }))
  expect(error.message.match(/unknown configuration key/g)).toHaveLength(1)
})

test('data stays unescaped', async () => {
  const { daemon, queue, refused } = await scene()
  expect(queue.name).toBe(HOSTILE_NAME)
  const [produced] = queue.history().filter(({ kind }) => kind === 'produced')
  expect(produced).toMatchObject({ queue: HOSTILE_NAME, reference: HOSTILE })
  const [event] = [...daemon.events].filter(({ kind }) => kind === 'refused')
  expect(event).toMatchObject({ clientId: HOSTILE, message: refused.message, details: { nearest: HOSTILE_NAME } })
  expect(refused.message).toBe(`queue does not exist; no such queue named '${HOSTILE_NAME}x'`)
  expect(refused.details.nearest).toBe(HOSTILE_NAME)
  // Prometheus has its own escaping.
  expect(await (await daemon.fetch('/metrics')).text()).toContain(`{queue="${HOSTILE_NAME}",namespace="_system"}`)
  const items = await queue.deadQueue.items()
  expect(items[0]).toMatchObject({ reference: HOSTILE, kind: HOSTILE, encoding: HOSTILE })
})
