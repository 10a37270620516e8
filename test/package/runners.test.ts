/** Jest, Vitest and node:test as users run them: isolation, open handles, failures, and one daemon for a run. */
import { describe, expect, test } from 'vitest'
import { bin, type Outcome, projectOf, run } from './project.js'
import { jestConfig, runnerKinds } from './runner-files.js'

type Files = Record<string, string>

const NAMES = ['jest', 'vitest', 'node:test', 'playwright', 'mocha', 'bun', 'deno'] as const

/** Runs one test file for each of `bodies`. */
function runTests(runner: (typeof NAMES)[number], bodies: Files, config: Files = {}): Outcome {
  const kind = runnerKinds()[runner]
  const files = Object.entries(bodies).map(([name, body]) => [`${name}.${kind.ending}`, kind.file({ [name]: body })])
  const [command, ...args] = kind.command
  return run(projectOf({ ...kind.config, ...Object.fromEntries(files), ...config }), command, ...args)
}

describe.each(NAMES)('%s', (name) => {
  test("files and tests never see each other's queues", () => {
    const body = `
      const names = async () => (await client.queuesList({})).items.map((info) => info.queueName)
      expect(await names()).toEqual([queue.name])
      const other = await createQueue({ deadQueue: true })
      await queue.produce({ text: 'a' }, { text: 'b' })
      expect((await queue.items()).map((item) => item.text())).toEqual(['a', 'b'])
      expect(await names()).toEqual([queue.name, other.deadQueue.name, other.name])`
    const { status, text } = runTests(name, { one: body, two: body, three: body })
    expect([status, text.includes('failed') && name === 'jest']).toEqual([0, false])
  })

  test('a failed test shows the message of the daemon', () => {
    const { status, text } = runTests(name, { wrong: `await daemon.queue('order').produce({ text: 'x' })` })
    expect(status).toBe(1)
    expect(text).toContain("queue does not exist; no such queue named 'order'")
    // node:test prints no causes.
    if (name !== 'node:test') expect(text).toMatch(name === 'bun' ? /there are: queue-1/ : /there are: \S*wrong-1/)
  })

  test('a lease that times out fails its test with the message of the server', () => {
    const { status, text } = runTests(name, { vain: `await queue.lease({ requestTimeout: '100ms' })` })
    expect(status).toBe(1)
    expect(text).toContain('request timeout; no items are in the queue, try again')
  })
})

describe('one daemon for a whole run', () => {
  const body = `
    expect(queue.name.startsWith('querator-test-')).toEqual(true)
    await queue.produce({ text: 'x' })
    expect((await queue.lease()).items.map((item) => item.text())).toEqual(['x'])`

  test('Jest finds it through globalSetup', () => {
    const config = jestConfig({ globalSetup: 'querator-test/global-setup' })
    const { status, text } = runTests('jest', { one: body, two: body }, config)
    expect([status, text]).toEqual([0, expect.stringContaining('2 passed')])
    expect(text).not.toMatch(/did not exit|open handle|failed to exit/)
  })

  test('Vitest finds it through globalSetup', () => {
    const config = `export default { test: { globalSetup: 'querator-test/global-setup' } }`
    const provided = `${body}
      const { inject } = await import('vitest')
      expect(inject('queratorEndpoint')).toEqual(process.env.QUERATOR_ENDPOINT)
      expect(await daemon.listen()).toEqual(inject('queratorEndpoint'))`
    const { status, text } = runTests('vitest', { one: provided, two: provided }, { 'vitest.config.js': config })
    expect([status, text]).toEqual([0, expect.stringContaining('2 passed')])
  })

  test.each([
    ['vitest', { 'vitest.config.js': `export default { test: { globalSetup: 'querator-test/global-setup' } }` }],
    ['jest', jestConfig({ globalSetup: 'querator-test/global-setup' })],
  ] as const)('%s: what needs the daemon in the process fails at once and says what to do', (runner, config) => {
    const { status, text } = runTests(runner, { one: 'daemon.connect()' }, config)
    expect(status).toBe(1)
    expect(text).toMatch(
      /connect works only .*, not on http:\S+ \(the daemon that querator-test\/global-setup started for the whole run\); set endpoint to ''/,
    )
    expect(text).not.toContain('QUERATOR_ENDPOINT')
  })

  test.each([
    ['vitest', { 'vitest.config.js': `export default { test: { globalSetup: 'querator-test/global-setup' } }` }],
    ['jest', jestConfig({ globalSetup: 'querator-test/global-setup' })],
  ] as const)('%s: the daemon of the run has a clock, and what a test froze runs again after it', (runner, config) => {
    const advances = `
      await queue.produce({ reference: 'a' })
      await queue.lease({ clientId: 'worker' })
      const fired = await clock.advance('61s')
      expect(fired.map((one) => one.kind)).toEqual(['lease-expired'])
      await queue.waitFor({ event: 'lease-expired', reference: 'a' })
      clock.freeze()
      expect((await clock.read()).frozen).toBe(true)`
    const after = 'expect((await clock.read()).frozen).toBe(false)'
    const { status, text } = runTests(runner, { advances, after }, config)
    expect([status, text]).toEqual([0, expect.stringContaining('2 passed')])
  })

  test.each([
    ['vitest', { 'vitest.config.js': `export default { test: { globalSetup: 'querator-test/global-setup' } }` }],
    ['jest', jestConfig({ globalSetup: 'querator-test/global-setup' })],
  ] as const)("%s: a file with endpoint: '' has its own daemon, as the error suggests", (runner, config) => {
    const kind = runnerKinds()[runner]
    const file = kind.file({ one: 'await clock.advance(1)' }, { endpoint: '' })
    const [command, ...args] = kind.command
    const { status, text } = run(projectOf({ ...kind.config, ...config, [`a.${kind.ending}`]: file }), command, ...args)
    expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
  })
})

test.each([
  'jest',
  'vitest',
] as const)('%s: the daemon of a file has a control plane when it is asked for', (runner) => {
  const body = `
    const url = await daemon.listen({ control: true })
    const post = (path, fields = {}) => fetch(url + '/test/' + path, { method: 'POST', body: JSON.stringify(fields) })
    await queue.produce({ reference: 'a' })
    await queue.lease({ clientId: 'worker' })
    const { fired } = await (await post('clock/advance', { by: '61s' })).json()
    expect(fired).toEqual([expect.objectContaining({ kind: 'lease-expired', reference: 'a', queue: queue.name })])
    const { events } = await (await fetch(url + '/test/events?queue=' + queue.name)).json()
    expect(events.map((event) => event.kind)).toEqual(['queue-created', 'produced', 'leased', 'lease-expired'])
    const until = { event: 'completed', queue: queue.name, within: 300, settle: 10 }
    const refused = await post('clock/advance-until', until)
    expect([refused.status, (await refused.json()).code]).toEqual([453, 453])
    expect((await (await post('reset')).json()).frozen).toBe(false)`
  const { status, text } = runTests(runner, { control: body })
  expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
})

test('Jest: works with fake timers, even if they are on before anything loads', () => {
  const config = jestConfig({ fakeTimers: { enableGlobally: true } })
  const { status, text } = runTests(
    'jest',
    {
      fake: `
        jest.advanceTimersByTime(3_600_000)
        await queue.produce({ text: 'x' })
        await queue.lease()
        expect((await clock.advance('1m')).map((fired) => fired.kind)).toEqual(['lease-expired'])
        await expect(queue.lease({ clientId: 'a' })).resolves.toBeDefined()
        await expect(queue.lease({ requestTimeout: '50ms' })).rejects.toMatchObject({ code: 454 })
        await fetch(await daemon.listen() + '/health')`,
    },
    config,
  )
  expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
})

test('Vitest: works with fake timers that are on before anything loads', () => {
  const config = {
    'vitest.config.js': `export default { test: { setupFiles: './fake.js' } }`,
    'fake.js': `import { vi } from 'vitest'\nvi.useFakeTimers()`,
  }
  const { status, text } = runTests(
    'vitest',
    {
      fake: `
        await queue.produce({ text: 'x' })
        await queue.lease()
        expect((await clock.advance('1m')).map((fired) => fired.kind)).toEqual(['lease-expired'])
        await queue.lease({ clientId: 'a' })
        await expect(queue.lease({ requestTimeout: '50ms' })).rejects.toMatchObject({ code: 454 })`,
    },
    config,
  )
  expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
})

test('Jest: works in an environment that hides what Node has, like that of a browser', () => {
  const folder = projectOf({
    ...jestConfig({ testEnvironment: './bare.js' }),
    'bare.js': `
      const { TestEnvironment } = require('jest-environment-node')
      module.exports = class extends TestEnvironment {
        async setup() {
          await super.setup()
          for (const name of ['TextDecoder', 'TextEncoder', 'fetch', 'Request', 'Response', 'structuredClone']) delete this.global[name]
        }
      }`,
    'a.test.js': `
      const { clock, daemon, queue } = require('querator-test/jest')
      test('works', async () => {
        await queue.produce({ text: 'é' }, { bytes: new Uint8Array([1, 2]) })
        expect((await queue.lease({ batchSize: 2 })).items.map((item) => item.text())).toEqual(['é', '\\u0001\\u0002'])
        expect(await clock.advance('1m')).toHaveLength(2)
        await expect(daemon.fetch('/health')).rejects.toThrow('put @jest-${'environment'} querator-test/jest-environment-jsdom at the top of the file')
      })`,
  })
  const { status, text } = run(folder, bin('jest'))
  expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
})

test('Jest: queues created in beforeAll last as long as the file, and concurrent tests create their own', () => {
  const folder = projectOf({
    ...jestConfig(),
    'a.test.js': `
      const { createQueue } = require('querator-test/jest')
      let shared
      beforeAll(async () => { shared = await createQueue({ name: 'shared' }) })
      for (const letter of ['a', 'b', 'c']) {
        test.concurrent(letter, async () => {
          const queue = await createQueue()
          await queue.produce({ text: letter })
          expect((await queue.items()).map((item) => item.text())).toEqual([letter])
        })
      }
      test('first', async () => { await shared.produce({ text: 'x' }) })
      test('second', async () => { expect((await shared.counts()).total).toBe(1) })`,
  })
  const { status, text } = run(folder, bin('jest'))
  expect([status, text]).toEqual([0, expect.stringContaining('5 passed')])
})

test('Jest: what belongs to a running test says so outside a test', () => {
  const folder = projectOf({
    ...jestConfig(),
    'a.test.js': `const { queue } = require('querator-test/jest')\nqueue.produce({ text: 'too early' })\ntest('x', () => {})`,
  })
  const { status, text } = run(folder, bin('jest'))
  expect([status, text]).toEqual([
    1,
    expect.stringContaining('queue belongs to the running test; use it inside test(…), or createQueue()'),
  ])
})

test('node:test: a test with nested tests keeps its queue, and the file ends', () => {
  const { status, text } = runTests('node:test', {
    outer: `
      const name = queue.name
      await queue.produce({ text: 'outer' })
      await test('inner', async () => expect((await queue.items()).length <= 1).toEqual(true))
      expect((await daemon.queue(name).items()).map((item) => item.text())).toEqual(['outer'])`,
  })
  expect([status, text]).toEqual([0, expect.stringContaining('# fail 0')])
})

test('the Jest entry outside Jest says what to use instead', () => {
  const { status, text } = run(projectOf({}), 'node', '--eval', "require('querator-test/jest')")
  expect([status, text]).toEqual([1, expect.stringContaining('is for test files that Jest runs')])
})
