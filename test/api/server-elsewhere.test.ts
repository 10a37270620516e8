/**
 * Errors on a server elsewhere say where it comes from and what to do. Once, they list what needs a daemon in the
 * process.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'

afterEach(() => vi.unstubAllEnvs())

/** Where a server can come from: the options and variables, what the error says about it, and what to do. */
const SOURCES = [
  ['the option', {}, 'from the option endpoint', 'leave out the option endpoint to run this test', ''],
  [
    'the option, beside another variable',
    { QUERATOR_ENDPOINT: 'http://127.0.0.1:9' },
    'from the option endpoint',
    "set the option endpoint to '' to run this test",
    '',
  ],
  [
    'the variable',
    { QUERATOR_ENDPOINT: 'URL' },
    'from QUERATOR_ENDPOINT',
    'unset QUERATOR_ENDPOINT to run this test',
    '\nQUERATOR_ENDPOINT names it: start it, or unset the variable to use a daemon inside the test process',
  ],
  [
    'globalSetup',
    { QUERATOR_ENDPOINT: 'URL', QUERATOR_TEST_STARTED: 'daemon URL' },
    'the daemon that querator-test/global-setup started for the whole run',
    "set endpoint to '' in testWith, configureDaemon, queratorOptions or startTestDaemon to give this file a daemon of its own",
    '\nquerator-test/global-setup started it, and it ends with the run: await what a test starts before the test ends, or run the tests again',
  ],
  [
    'globalSetup with a binary',
    { QUERATOR_ENDPOINT: 'URL', QUERATOR_TEST_STARTED: 'binary URL' },
    'the Querator that querator-test/global-setup started from QUERATOR_BINARY',
    "set endpoint to '' in testWith, configureDaemon, queratorOptions or startTestDaemon to give this file a daemon of its own",
    '\nquerator-test/global-setup started it from QUERATOR_BINARY, and it has ended: to see what it prints, start it by hand and set QUERATOR_ENDPOINT to its URL',
  ],
  [
    'the variable, with what another run started',
    { QUERATOR_ENDPOINT: 'URL', QUERATOR_TEST_STARTED: 'daemon http://127.0.0.1:9' },
    'from QUERATOR_ENDPOINT',
    'unset QUERATOR_ENDPOINT to run this test',
    '\nQUERATOR_ENDPOINT names it: start it, or unset the variable to use a daemon inside the test process',
  ],
] as const

test.each(
  SOURCES,
)('an error says where the server comes from and what to do: %s', async (_, variables, whose, todo, gone) => {
  const server = await startTestDaemon({ endpoint: '', log: 'silent' })
  const endpoint = await server.listen()
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value.replace('URL', endpoint))
  const attached = await startTestDaemon({ endpoint })
  const head = `works only on a daemon inside the test process, not on ${endpoint} (${whose}); ${todo}, or write test.embedded(…) to skip it`
  const [first, list, ...more] = messageOf(() => attached.clock).split('\n')
  expect([first, list, more]).toEqual([`the clock ${head}`, expect.stringMatching(/^these need a daemon inside/), []])
  // The list is printed only once per daemon.
  expect(messageOf(() => attached.pause('q'))).toBe(`pause ${head}`)
  expect(messageOf(() => attached.queue('q').explain())).toBe(`explain ${head}`)
  const other = await startTestDaemon({ endpoint })
  expect(messageOf(() => other.connect())).toContain('\nthese need a daemon inside')
  await server.close()
  const lost = await attached.client.queuesList({}).catch((error: unknown) => error)
  expect(lost).toMatchObject({
    code: 0,
    codeText: 'No Answer',
    message: `no answer from ${endpoint}: nothing listens there; is the daemon running?${gone}`,
    cause: { code: 'ECONNREFUSED' },
  })
})

test('the list matches what the code requires an embedded daemon for', async () => {
  await using server = await startTestDaemon({ endpoint: '', log: 'silent' })
  const attached = await startTestDaemon({ endpoint: await server.listen() })
  const list = messageOf(() => attached.clock).split('\n')[1] ?? ''
  const harness = fileURLToPath(new URL('../../src/harness', import.meta.url))
  const files = readdirSync(harness, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const source = files.map((name) => readFileSync(join(harness, name), 'utf8')).join('\n')
  const asked = [...source.matchAll(/(?:\.embedded|#place|#check)\('(?:the )?(\w+)'\)/g)].map(
    ([, what]) => what as string,
  )
  expect(asked.length).toBeGreaterThan(10)
  // Fixtures check first whether the daemon is embedded.
  for (const what of asked.filter((one) => one !== 'observe')) expect(list).toMatch(new RegExp(`[ ,]${what}\\b`))
})

/** The message of the error that `use` throws. */
function messageOf(use: () => unknown): string {
  try {
    use()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('it threw nothing')
}

test('what is on the list fails on a server elsewhere, and everything else works', async () => {
  await using server = await startTestDaemon({ endpoint: '', log: 'silent' })
  await using attached: TestDaemon = await startTestDaemon({ endpoint: await server.listen() })
  const queue = await attached.createQueue()
  await queue.produce({ text: 'x' })
  for (const use of [
    () => attached.clock,
    () => attached.events,
    () => queue.history(),
    () => queue.waitFor({ event: 'leased' }),
    () => queue.explain(),
    () => queue.snapshot(),
    () => queue.pause(),
    () => queue.resume(),
    () => attached.pause(queue.name),
    () => attached.resume(queue.name),
    () => attached.connect(),
    () => attached.createUser(),
    () => attached.closeDoor(),
    () => attached.recording(() => undefined),
  ]) {
    await expect(async () => use()).rejects.toThrow('works only on a daemon inside the test process')
  }
  await (await queue.lease()).complete()
  expect([await queue.counts(), await queue.items(), await queue.scheduled()]).toMatchObject([{ total: 0 }, [], []])
  await Promise.all([queue.drained(), queue.idle()])
  await queue.clear()
  attached.intercept('http://queues.internal')()
  expect((await attached.clientWith({}).queuesList({})).items).toHaveLength(1)
})
