/** Jest, Vitest and node:test as a user has them: isolation, forgetting everything, failing, one daemon for a run. */
import { describe, expect, test } from 'vitest'
import { bin, projectOf, run } from './project.js'

const PRESET = '{ "private": true, "jest": { "preset": "querator-test/presets/jest" } }'
const ESM = '{ "private": true, "type": "module" }'

type Files = Record<string, string>

/** The same tests for each runner: `body` is the inside of an async test that knows the fixtures. */
const RUNNERS = {
  jest: (tests: Files, config: Files = {}) => {
    const files = Object.entries(tests).map(([file, body]) => [
      `${file}.test.js`,
      `const { client, clock, createQueue, daemon, queue } = require('querator-test/jest')
       test('${file}', async () => {\n${body}\n})`,
    ])
    return run(projectOf({ 'package.json': PRESET, ...Object.fromEntries(files), ...config }), bin('jest'))
  },
  vitest: (tests: Files, config: Files = {}) => {
    const files = Object.entries(tests).map(([file, body]) => [
      `${file}.test.js`,
      `import { expect, test } from 'querator-test/vitest'
       test('${file}', async ({ client, clock, createQueue, daemon, queue }) => {\n${body}\n})`,
    ])
    return run(projectOf({ 'package.json': ESM, ...Object.fromEntries(files), ...config }), bin('vitest'), 'run')
  },
  'node:test': (tests: Files, config: Files = {}) => {
    const files = Object.entries(tests).map(([file, body]) => [
      `${file}.test.mjs`,
      `import { test } from 'node:test'
       import assert from 'node:assert/strict'
       import { client, clock, createQueue, daemon, queue } from 'querator-test/node-test'
       const expect = (actual) => ({ toEqual: (expected) => assert.deepEqual(actual, expected) })
       test('${file}', async () => {\n${body}\n})`,
    ])
    return run(projectOf({ ...Object.fromEntries(files), ...config }), 'node', '--test')
  },
}

describe.each(Object.entries(RUNNERS))('%s', (name, runTests) => {
  test("files and tests never see each other's queues", () => {
    const body = `
      const names = async () => (await client.queuesList({})).items.map((info) => info.queueName)
      expect(await names()).toEqual([queue.name])
      const other = await createQueue({ deadQueue: true })
      await queue.produce({ text: 'a' }, { text: 'b' })
      expect((await queue.items()).map((item) => item.text())).toEqual(['a', 'b'])
      expect(await names()).toEqual([queue.name, other.deadQueue.name, other.name])`
    const { status, text } = runTests({ one: body, two: body, three: body })
    expect([status, text.includes('failed') && name === 'jest']).toEqual([0, false])
  })

  test('a suite that forgets everything ends by itself, without a warning', () => {
    const { status, text } = runTests({
      forgetful: `
        await queue.produce({ text: 'x' }, { text: 'y', enqueueAt: new Date(Date.now() + 1e6) })
        await queue.lease()
        queue.lease({ requestTimeout: '10m' }).catch(() => undefined)
        await fetch(await daemon.listen() + '/health')
        daemon.connect()
        await client.queuesCreate({ queueName: 'mine', leaseTimeout: '1m', expireTimeout: '1h', requestedPartitions: 1 })
        client.queueLease({ queueName: 'mine', clientId: 'c', batchSize: 1, requestTimeout: '10m' }).catch(() => undefined)`,
    })
    expect(status).toBe(0)
    expect(text).not.toMatch(/did not exit|open handle|failed to exit|something prevents|hanging/i)
  })

  test('a test that fails shows what the daemon said', () => {
    const { status, text } = runTests({ wrong: `await daemon.queue('order').produce({ text: 'x' })` })
    expect(status).toBe(1)
    expect(text).toContain("queue does not exist; no such queue named 'order'")
    // node:test prints no causes.
    if (name !== 'node:test') expect(text).toMatch(/there are: \S*wrong-1/)
  })

  test('a lease that waits in vain fails its test with the words of the server', () => {
    const { status, text } = runTests({ vain: `await queue.lease({ requestTimeout: '100ms' })` })
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
    const config = `{ "private": true, "jest": { "preset": "querator-test/presets/jest", "globalSetup": "querator-test/global-setup" } }`
    const { status, text } = RUNNERS.jest({ one: body, two: body }, { 'package.json': config })
    expect([status, text]).toEqual([0, expect.stringContaining('2 passed')])
    expect(text).not.toMatch(/did not exit|open handle|failed to exit/)
  })

  test('Vitest finds it through globalSetup', () => {
    const config = `export default { test: { globalSetup: 'querator-test/global-setup' } }`
    const { status, text } = RUNNERS.vitest({ one: body, two: body }, { 'vitest.config.js': config })
    expect([status, text]).toEqual([0, expect.stringContaining('2 passed')])
  })

  test('what needs the daemon in the process fails at once, and says what to do', () => {
    const config = `export default { test: { globalSetup: 'querator-test/global-setup' } }`
    const { status, text } = RUNNERS.vitest({ one: 'await clock.advance(1)' }, { 'vitest.config.js': config })
    expect(status).toBe(1)
    expect(text).toContain('unset QUERATOR_ENDPOINT')
  })
})

test('Jest: fake timers, also when they are on before anything loads, harm nothing', () => {
  const config = `{ "private": true, "jest": { "preset": "querator-test/presets/jest", "fakeTimers": { "enableGlobally": true } } }`
  const { status, text } = RUNNERS.jest(
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
    { 'package.json': config },
  )
  expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
})

test('Jest: queues made in beforeAll last as long as the file, and concurrent tests make their own', () => {
  const folder = projectOf({
    'package.json': PRESET,
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

test('Jest: what belongs to a running test says so outside of one', () => {
  const folder = projectOf({
    'package.json': PRESET,
    'a.test.js': `const { queue } = require('querator-test/jest')\nqueue.produce({ text: 'too early' })\ntest('x', () => {})`,
  })
  const { status, text } = run(folder, bin('jest'))
  expect([status, text]).toEqual([
    1,
    expect.stringContaining('queue belongs to the running test; use it inside test(…), or createQueue()'),
  ])
})

test('node:test: a test that runs others inside of it keeps its queue, and the file ends', () => {
  const { status, text } = RUNNERS['node:test']({
    outer: `
      const name = queue.name
      await queue.produce({ text: 'outer' })
      await test('inner', async () => expect((await queue.items()).length <= 1).toEqual(true))
      expect((await daemon.queue(name).items()).map((item) => item.text())).toEqual(['outer'])`,
  })
  expect([status, text]).toEqual([0, expect.stringContaining('# fail 0')])
})

test('the Jest entry outside of Jest says what to use instead', () => {
  const { status, text } = run(projectOf({}), 'node', '--eval', "require('querator-test/jest')")
  expect([status, text]).toEqual([1, expect.stringContaining('is for test files that Jest runs')])
})
