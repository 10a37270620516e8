/** Tests that close nothing: every run ends without a warning, whatever its flags. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { projectOf, run, start, startWith } from './project.js'
import { jestConfig, runnerKinds } from './runner-files.js'

const WARNING =
  /did not exit|open handle|failed to exit|force exited|something prevents|close timed out|hanging|Unhandled/i

/** Leaves everything open: in memory, over TCP, and in a queue that lives as long as the file. */
const FORGETFUL = {
  forgetful: `
    await queue.produce({ text: 'x' }, { text: 'y', enqueueAt: new Date(Date.now() + 1e6) })
    await queue.lease()
    queue.lease({ requestTimeout: '10m' }).catch(() => undefined)
    await fetch(await daemon.listen() + '/health')
    if (!process.env.QUERATOR_ENDPOINT) daemon.connect()
    const mine = await daemon.createQueue()
    const lease = { queueName: mine.name, clientId: 'c', batchSize: 1, requestTimeout: '10m' }
    client.queueLease(lease).catch(() => undefined)
    const remote = new QueratorClient({ endpoint: await daemon.listen() })
    remote.queueLease({ ...lease, clientId: 'd' }).catch(() => undefined)
    await remote.queuesList({})
    // Has not even a connection when the test is over.
    remote.queueLease({ ...lease, clientId: 'e' }).catch(() => undefined)`,
}

const FLAGS = {
  jest: [
    [],
    ['-i'],
    ['--detectOpenHandles'],
    ['--logHeapUsage'],
    ['--shard=1/1'],
    ['--randomize'],
    ['--workerThreads'],
  ],
  vitest: [
    [],
    ['--pool=threads'],
    ['--no-isolate'],
    ['--no-file-parallelism'],
    ['--logHeapUsage'],
    ['--shard=1/1'],
    ['--reporter=hanging-process', '--reporter=default'],
  ],
  'node:test': [[], ['--test-concurrency=1']],
  playwright: [[], ['--fully-parallel', '--workers=2'], ['--shard=1/1'], ['--repeat-each=1', '--trace=on']],
  bun: [[], ['--parallel']],
  deno: [[], ['--parallel']],
  mocha: [[], ['--parallel'], ['--check-leaks']],
} as const

for (const [runner, variants] of Object.entries(FLAGS)) {
  describe(runner, () => {
    test.each(variants.map((flags) => [flags]))('ends with flags %j', (flags) => {
      const { file, ending, config, command } = runnerKinds()[runner as keyof typeof FLAGS]
      const files = { [`one.${ending}`]: file(FORGETFUL), [`two.${ending}`]: file(FORGETFUL) }
      const [program, ...args] = command
      const folder = projectOf({ ...config, ...files })
      const before = readdirSync(folder)
      const { status, text } = run(folder, program, ...args, ...flags)
      expect([status, text]).toEqual([0, expect.stringMatching(/2 passed|# pass 2|2 passing|2 pass/)])
      expect(text).not.toMatch(WARNING)
      // Where Vitest and Playwright keep their results.
      const results = ['node_modules', 'test-results']
      expect(readdirSync(folder).filter((name) => !results.includes(name))).toEqual(before)
    })

    test('on a server elsewhere, leaves only queues of the file, until the next run', async () => {
      await using server = await startTestDaemon({ endpoint: '' })
      const { file, ending, config, command } = runnerKinds()[runner as keyof typeof FLAGS]
      const folder = projectOf({ ...config, [`one.${ending}`]: file(FORGETFUL) })
      const [program, ...args] = command
      const { status, text } = await startWith({ QUERATOR_ENDPOINT: await server.listen() }, folder, program, ...args)
        .ended
      expect([status, text]).toEqual([0, expect.stringMatching(/1 passed|# pass 1|1 passing|1 pass/)])
      expect(text).not.toMatch(WARNING)
      expect((await server.client.queuesList({})).items).toEqual([])
    })
  })
}

test('node:test: hooks at the end of the file can still use TCP', () => {
  const { config } = runnerKinds()['node:test']
  const source = `
    import { after, test } from 'node:test'
    import { QueratorClient } from 'querator-test'
    import { createQueue, daemon } from 'querator-test/node-test'
    let orders, waiting
    test('leaves a lease waiting', async () => {
      orders = await daemon.createQueue()
      const remote = new QueratorClient({ endpoint: await daemon.listen() })
      const lease = { queueName: orders.name, clientId: 'c', batchSize: 1, requestTimeout: '10m' }
      waiting = remote.queueLease(lease).catch((error) => error)
    })
    after(async () => {
      await orders.delete()
      console.log('the hook got: ' + (await waiting).message)
    })`
  const { status, text } = run(projectOf({ ...config, 'a.test.mjs': source }), 'node', '--test')
  expect([status, text]).toEqual([0, expect.stringMatching(/the hook got: queue/)])
})

test('Jest: --bail ends after the first failure although tests left things open', () => {
  const { file } = runnerKinds().jest
  const folder = projectOf({
    ...jestConfig(),
    'a.test.js': file({ 'fails on purpose': `${FORGETFUL.forgetful}\nexpect(1).toBe(2)` }),
    'b.test.js': file(FORGETFUL),
  })
  const { status, text } = run(folder, runnerKinds().jest.command[0], '-i', '--bail')
  expect([status, text]).toEqual([1, expect.stringContaining('1 failed')])
  expect(text).not.toMatch(WARNING)
})

test('Vitest: --bail ends after the first failure although tests left things open', () => {
  const { file, config, command } = runnerKinds().vitest
  const folder = projectOf({
    ...config,
    'a.test.js': file({ 'fails on purpose': `${FORGETFUL.forgetful}\nexpect(1).toBe(2)` }),
    'b.test.js': file(FORGETFUL),
  })
  const { status, text } = run(folder, command[0], 'run', '--bail=1')
  expect([status, text]).toEqual([1, expect.stringContaining('1 failed')])
  expect(text).not.toMatch(WARNING)
})

describe('watch mode runs again when a file changes', () => {
  const body = (text: string) => ({ watched: `await queue.produce({ text: '${text}' })\n${FORGETFUL.forgetful}` })

  test.each([
    ['a daemon for each file', {}],
    ['one for the run', { globalSetup: 'querator-test/global-setup' }],
  ])('Jest, %s', async (_, config) => {
    const { file, command } = runnerKinds().jest
    const folder = projectOf({ ...jestConfig(config), 'a.test.js': file(body('first')) })
    const { child, ended, shows } = start(folder, command[0], '--watchAll')
    await shows(/Tests: +1 passed/)
    await shows(/Ran all test suites/)
    const change = () => writeFileSync(join(folder, 'a.test.js'), file(body('second')))
    change()
    // Jest drops a change that comes before its run is over, and that is after it has said so: the server of the run stops first.
    const again = setInterval(change, 5000)
    await shows(/Tests: +1 passed/)
    clearInterval(again)
    child.kill('SIGINT')
    const { text } = await ended
    // Jest also complains of a worker that needs half a second to exit, as on a busy machine.
    expect([text.match(/Tests: +1 passed/g)?.length, text]).toEqual([
      2,
      expect.not.stringMatching(/\d failed|did not exit/),
    ])
  })

  test.each([
    ['a daemon for each file', '{}'],
    ['one for the run', `{ test: { globalSetup: 'querator-test/global-setup' } }`],
  ])('Vitest, %s', async (_, config) => {
    const { file, config: files, command } = runnerKinds().vitest
    const folder = projectOf({
      ...files,
      'vitest.config.js': `export default ${config}`,
      'a.test.js': file(body('first')),
    })
    const { child, ended, shows } = start(folder, command[0], 'watch')
    await shows(/Waiting for file changes/)
    writeFileSync(join(folder, 'a.test.js'), file(body('second')))
    await shows(/Tests +1 passed/)
    await shows(/Waiting for file changes/)
    child.kill('SIGINT')
    const { text } = await ended
    expect([text.match(/Tests +1 passed/g)?.length, text]).toEqual([2, expect.not.stringMatching(/failed|timed out/)])
  })
})
