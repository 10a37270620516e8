/** Jest environments with the daemon outside of the realm of the tests. */
import { expect, test } from 'vitest'
import { bin, projectOf, run } from './project.js'

/** Split, because Vitest obeys such a docblock too, wherever it stands in a file. */
const PRAGMA = `@jest-${'environment'}`
const BLOCK = `/** ${PRAGMA} querator-test/jest-environment */`
const DOCBLOCK = `/**
 * ${PRAGMA} querator-test/jest-environment
 * ${PRAGMA}-options {"querator": {"clock": {"start": "2026-01-01T00:00:00Z"}}}
 */
`
const IMPORTS = `
const { clock, configureDaemon, createQueue, daemon, queue } = require('querator-test/jest')
const { QueratorError, startTestDaemon } = require('querator-test')
`

function jest(files: Record<string, string>, jestOptions: object = {}) {
  const project = projectOf({ 'package.json': JSON.stringify({ private: true, jest: jestOptions }), ...files })
  return run(project, bin('jest'))
}

test('a docblock gives one file the environment and its options', () => {
  const { status, text } = jest({
    'a.test.js': `${DOCBLOCK}${IMPORTS}
      test('starts at the time of the docblock', async () => {
        expect(clock.now()).toBe(Date.parse('2026-01-01T00:00:00Z'))
        expect(clock.frozen).toBe(true)
      })`,
    'b.test.js': `${IMPORTS}
      test('is not concerned', () => {
        expect(clock.frozen).toBe(false)
        expect(globalThis[Symbol.for('querator-test.daemon-host')]).toBeUndefined()
      })`,
  })
  expect(text).toContain('Tests:       2 passed')
  expect(status).toBe(0)
})

test('errors, dates and objects belong to the realm of the tests', () => {
  const { text } = jest({
    'a.test.js': `${DOCBLOCK}${IMPORTS}
      test('realm', async () => {
        await queue.produce({ reference: 'a', json: { x: 1 } })
        const lease = await queue.lease()
        expect(lease.items[0].json()).toStrictEqual({ x: 1 })
        expect(await clock.advance('1m')).toStrictEqual([
          { kind: 'lease-expired', time: new Date('2026-01-01T00:01:00Z'), queue: queue.name, partition: 0, id: expect.any(String), reference: 'a' },
        ])
        for (const wrong of [() => daemon.pause('nope'), () => daemon.resume('nope'), () => daemon.queue('nope').explain()]) {
          expect(wrong).toThrow(Error)
          expect(wrong).toThrow(QueratorError)
        }
        await expect(clock.advance(-1)).rejects.toThrow(Error)
        await expect(daemon.queue('nope').produce({})).rejects.toThrow(Error)
        expect(() => daemon.queue('nope').explain()).toThrow(/nope/)
        const [event] = queue.history()
        expect(event.time).toBeInstanceOf(Date)
        await daemon.client.queuesInfo({ queueName: 'nope' }).catch(() => undefined)
        const refused = [...daemon.events].find(({ kind }) => kind === 'refused')
        expect(refused.details).toStrictEqual(expect.any(Object))
        expect(Object.getPrototypeOf(refused.details)).toBe(Object.prototype)
      })
      test('of a recording', async () => {
        await expect(daemon.recording(() => undefined, { queues: 1 })).rejects.toThrow(Error)
        const own = new RangeError('own')
        await expect(daemon.recording(() => { throw own })).rejects.toBe(own)
        const seen = await daemon.recording(async () => {
          await queue.produce({ reference: 'a', json: { x: 1 } }, { bytes: new Uint8Array([255]), enqueueAt: new Date(clock.now() + 60000) })
          await daemon.client.queuesInfo({ queueName: 'nope' }).catch(() => undefined)
          return [1]
        })
        expect(seen.value).toStrictEqual([1])
        expect(seen.produced).toBeInstanceOf(Array)
        expect(seen.produced[0].json()).toStrictEqual({ x: 1 })
        expect(seen.produced[1].bytes).toStrictEqual(new Uint8Array([255]))
        expect(seen.produced[1].bytes).toBeInstanceOf(Uint8Array)
        expect(seen.produced[1].time).toBeInstanceOf(Date)
        expect(seen.produced[1].due).toStrictEqual(new Date(clock.now() + 60000))
        expect(Object.getPrototypeOf(seen.refused[0].details)).toBe(Object.prototype)
        expect(() => seen.in('nope')).toThrow(Error)
        await expect(seen).toHaveProduced(queue, ['a', { in: '1m', at: new Date(clock.now() + 60000) }])
        await expect(queue).toHaveScheduled([{ in: '1m', at: new Date(clock.now() + 60000) }])
      })
      test('of a daemon that the test starts', async () => {
        const records = []
        await expect(startTestDaemon({ clock: 'nope' })).rejects.toThrow(Error)
        const own = await startTestDaemon({ log: (record) => records.push(record), clock: 'frozen' })
        await own.createQueue({ name: 'q', deadQueue: 'missing', expireTimeout: '1m' }).catch(() => undefined)
        await own.close()
        await expect(own.createQueue()).rejects.toThrow(Error)
        for (const record of records) {
          expect(Object.getPrototypeOf(record)).toBe(Object.prototype)
          expect(Object.getPrototypeOf(record.fields)).toBe(Object.prototype)
        }
      })`,
  })
  expect(text).toContain('Tests:       3 passed')
})

test.each([
  ['with the environment, the sandbox loads neither the daemon nor the large files', DOCBLOCK, []],
  ['without it, it loads them before the first test', '', ['daemon.js', 'harness-code.js', 'shared-code.js']],
])('%s', (_, docblock, expected) => {
  const { status, text } = jest({
    'a.test.js': `${docblock}${IMPORTS}
      const { basename } = require('node:path')
      const loaded = () => Object.keys(require.cache).map((file) => basename(file)).filter((name) => /daemon|-code/.test(name)).sort()
      const before = loaded()
      test('a test and its end', async () => {
        await queue.produce({ reference: 'a' })
        await (await queue.lease()).complete()
        expect(() => daemon.queue('nope').explain()).toThrow(Error)
        const other = await startTestDaemon()
        await other.createQueue()
        await other.close()
      })
      test('the files', () => expect([before, loaded()]).toEqual(${JSON.stringify([expected, expected])}))`,
  })
  expect(text).toContain('Tests:       2 passed')
  expect(status).toBe(0)
})

test('what the environment compiled is new after jest.resetModules', () => {
  const { status, text } = jest({
    'a.test.js': `${DOCBLOCK}
      test('two copies', () => {
        const first = require('querator-test')
        jest.resetModules()
        const second = require('querator-test')
        expect(second.QueratorError).not.toBe(first.QueratorError)
        expect(second.isQueratorError(new first.QueratorError(409, 'x'))).toBe(true)
      })`,
  })
  expect(text).toContain('Tests:       1 passed')
  expect(status).toBe(0)
})

test('reports what happened after the hooks of the user, and fails a test that leaks', () => {
  const { status, text } = jest({
    'a.test.js': `${DOCBLOCK}${IMPORTS}
      configureDaemon({ leaks: 'error' })
      beforeEach(() => queue.produce({ reference: 'from-a-hook' }))
      afterEach(() => queue.clear())
      describe('a block', () => {
        test('fails', async () => {
          await queue.lease({ clientId: 'worker' })
          expect(1).toBe(2)
        })
        test('is cleaned up by its hook', () => queue.lease())
        test('leaks', async () => {
          const other = await createQueue({ name: 'other' })
          await other.produce({ reference: 'left' })
          await other.lease({ clientId: 'holder' })
        })
        test.failing('is expected to fail', async () => expect(1).toBe(2))
        test.skip('is skipped', () => undefined)
        test.concurrent('is concurrent', () => queue.produce({}))
      })`,
  })
  expect(status).toBe(1)
  expect(text).toContain('Tests:       2 failed, 1 skipped, 3 passed')
  expect(text.match(/what happened in the queues of/g)).toHaveLength(1)
  expect(text).toMatch(/what happened in the queues of 'a block fails'[\s\S]*\+0s +cleared \(a\.test\.js:\d+\)/)
  expect(text).toMatch(
    /'a block leaks' finished, but left open:\n\s+left of 'other', leased by holder \(a\.test\.js:\d+\)/,
  )
})

test("fake timers do not reach the daemon, and clock: 'runner' follows those of the test", () => {
  const { text } = jest({
    'a.test.js': `${BLOCK}${IMPORTS}
      jest.useFakeTimers()
      test('real time', async () => {
        await expect(queue.lease({ requestTimeout: '20ms' })).rejects.toMatchObject({ code: 454 })
        expect(await daemon.fetch('/health').then(({ status }) => status)).toBe(200)
      })`,
    'b.test.js': `${BLOCK}${IMPORTS}
      configureDaemon({ clock: 'runner' })
      jest.useFakeTimers({ now: new Date('2001-01-01') })
      test('the time of the test', async () => {
        await queue.produce({ reference: 'a' })
        const lease = await queue.lease()
        expect(lease.items[0].leaseDeadline).toEqual(new Date('2001-01-01T00:01:00Z'))
        jest.advanceTimersByTime(60_000)
        expect(await queue.counts()).toMatchObject({ leased: 0, total: 1 })
      })`,
  })
  expect(text).toContain('Tests:       2 passed')
})

test('the daemon survives jest.resetModules, and each file has its own', () => {
  const file = `${BLOCK}
    test('one daemon', async () => {
      const first = require('querator-test/jest')
      await first.createQueue({ name: 'orders' })
      jest.resetModules()
      const second = require('querator-test/jest')
      expect((await second.client.queuesList({})).items.map(({ queueName }) => queueName)).toContain('orders')
    })`
  const { text } = jest({ 'a.test.js': file, 'b.test.js': file })
  expect(text).toContain('Tests:       2 passed')
})

test('says what to install if jsdom is missing', () => {
  const { status, text } = jest({
    'a.test.js': `/** ${PRAGMA} querator-test/jest-environment-jsdom */
      test('x', () => undefined)`,
  })
  expect(status).toBe(1)
  expect(text).toContain(
    'this Jest environment needs jest-environment-jsdom: npm install --save-dev jest-environment-jsdom',
  )
})

test.each([
  [
    'a misspelt key',
    '{"queratr": {}}',
    'testEnvironmentOptions has no \'queratr\' for querator-test; write { "querator": … }',
  ],
  ['an option beside the key', '{"clock": "frozen"}', 'write { "querator": { "clock": … } }'],
  [
    'a misspelt option',
    '{"querator": {"clok": "frozen"}}',
    "testEnvironmentOptions.querator has no option 'clok'; did you mean 'clock'?",
  ],
  ['no object', '{"querator": "frozen"}', "testEnvironmentOptions.querator takes an object with options; got 'frozen'"],
])('refuses %s in the options of the environment', (_, options, message) => {
  const { status, text } = jest({
    'a.test.js': `/**
 * ${PRAGMA} querator-test/jest-environment
 * ${PRAGMA}-options ${options}
 */
      test('x', () => undefined)`,
  })
  expect(status).toBe(1)
  expect(text).toContain(message)
})

test('withQuerator takes the package of an environment, and refuses anything else', () => {
  const suite = { 'a.test.js': `${IMPORTS}\ntest('x', () => queue.produce({}))` }
  const environment = (given: string) =>
    `const { withQuerator } = require('querator-test/jest-environment')\nmodule.exports = withQuerator(${given})`
  const right = jest(
    { ...suite, 'environment.js': environment("require('jest-environment-node')") },
    { testEnvironment: './environment.js' },
  )
  expect(right.text).toContain('Tests:       1 passed')
  const wrong = jest({ ...suite, 'environment.js': environment("'node'") }, { testEnvironment: './environment.js' })
  expect(wrong.text).toContain('withQuerator takes the class of a Jest environment, or its package')
})

test('a docblock wins over the options of the run', () => {
  const files = { 'a.test.js': `${DOCBLOCK}${IMPORTS}\ntest('x', () => expect(clock.frozen).toBe(true))` }
  expect(jest(files, { globals: { queratorOptions: { clock: 'real' } } }).text).toContain('Tests:       1 passed')
})

test('an environment whose handler is a field still passes on what happens', () => {
  const environment = `
    const { TestEnvironment } = require('jest-environment-node')
    const { withQuerator } = require('querator-test/jest-environment')
    class WithField extends TestEnvironment {
      handleTestEvent = async ({ name }) => void (this.global.lastEvent = name)
    }
    module.exports = withQuerator(WithField)`
  const files = {
    'environment.js': environment,
    'a.test.js': `${IMPORTS}\ntest('x', async () => {
      await queue.produce({})
      expect(lastEvent).toBe('test_fn_start')
    })`,
  }
  expect(jest(files, { testEnvironment: './environment.js' }).text).toContain('Tests:       1 passed')
})

test('a handler that a base class only declares changes nothing', () => {
  const environment = `
    const { TestEnvironment } = require('jest-environment-node')
    const { withQuerator } = require('querator-test/jest-environment')
    module.exports = withQuerator(class extends TestEnvironment { handleTestEvent })`
  const files = { 'environment.js': environment, 'a.test.js': `${IMPORTS}\ntest('x', () => queue.produce({}))` }
  expect(jest(files, { testEnvironment: './environment.js' }).text).toContain('Tests:       1 passed')
})

test('options of other environments are left alone, also if their names look like ours', () => {
  const testEnvironmentOptions = { querator: {}, iterator: 1, operator: 2, clock: 'theirs', limits: 3, seed: 4 }
  const files = { 'a.test.js': `${BLOCK}${IMPORTS}\ntest('x', () => queue.produce({}))` }
  expect(jest(files, { testEnvironmentOptions }).text).toContain('Tests:       1 passed')
})

test.each([
  ['with the environment', BLOCK],
  ['without it', ''],
])('a matcher after the last test fails that hook, and not the run (%s)', (_, block) => {
  const { status, text } = jest({
    'a.test.js': `${block}${IMPORTS}
      afterAll(() => expect(queue).toBeDrained())
      test('passes', () => queue.produce({}))`,
    'b.test.js': `${block}${IMPORTS}\ntest('passes too', () => queue.produce({}))`,
  })
  expect(status).toBe(1)
  expect(text).toContain('queue belongs to the running test')
  expect(text).toContain('Test Suites: 1 failed, 1 passed, 2 total')
})

test('hooks that fail, retries and timeouts of one test leave the next one alone', () => {
  const { text } = jest({
    'a.test.js': `${BLOCK}${IMPORTS}
      let tries = 0
      jest.retryTimes(2)
      test('is retried with a new queue', async () => {
        expect(await queue.counts()).toMatchObject({ total: 0 })
        await queue.produce({})
        if (++tries < 3) throw new Error('not yet')
      })`,
    'b.test.js': `${BLOCK}${IMPORTS}
      describe('a block with a hook that fails', () => {
        beforeEach(() => Promise.reject(new Error('hook')))
        test('fails', () => queue.produce({}))
      })
      test('waits for ever', () => queue.lease({ requestTimeout: '5m' }), 300)
      test('is clean', async () => {
        expect(await queue.counts()).toMatchObject({ total: 0, leasesWaiting: 0 })
      })
      test.todo('is to be written')`,
  })
  expect(text).toContain('Tests:       2 failed, 1 todo, 2 passed')
})

test('a server that does not answer fails the test by its timeout', () => {
  const project = projectOf({
    'package.json': JSON.stringify({ private: true, jest: { testTimeout: 500 } }),
    'silent.js': `
      const server = require('node:net').createServer(() => undefined).listen(0, '127.0.0.1', () => {
        process.env.QUERATOR_ENDPOINT = 'http://127.0.0.1:' + server.address().port
        const jest = require('node:child_process').spawn(process.execPath, [process.argv[2]], { stdio: 'inherit' })
        jest.on('exit', (status) => process.exit(status))
      })`,
    'a.test.js': `${BLOCK}${IMPORTS}\ntest('x', () => undefined)`,
  })
  const { status, text } = run(project, process.execPath, 'silent.js', bin('jest'))
  expect(status).toBe(1)
  expect(text).toMatch(
    /the server at http:\S+ \(QUERATOR_ENDPOINT\) did not create the queue of the test within 500 ms, the testTimeout of Jest/,
  )
})

test('Jest in one process: its own timers do not make the end of all work a guess', () => {
  const files = {
    'a.test.js': `${BLOCK}${IMPORTS}
      test('x', async () => {
        await queue.produce({})
        await queue.lease()
        const { message } = await clock.advanceUntil(() => false, { limit: '1m' }).catch((error) => error)
        expect(message).toContain('beyond the limit of 1m0s')
        expect(message).not.toContain('each step waits until nothing has happened')
      })`,
  }
  const { status, text } = jest(files)
  expect(status, text).toBe(0)
})

test('faults act across realms, and their errors belong to that of the tests', () => {
  const { text } = jest({
    'a.test.js': `${DOCBLOCK}${IMPORTS}
      test('faults', async () => {
        await queue.produce({ reference: 'a' })
        const lease = await queue.lease()
        const fault = queue.fault('complete', { do: 'lose-reply', times: 1 })
        const error = await lease.complete().catch((failed) => failed)
        expect(error).toBeInstanceOf(Error)
        expect(error).toMatchObject({ codeText: 'No Answer', cause: { code: 'ECONNRESET' } })
        expect([fault.fired, fault.isOpen]).toStrictEqual([1, false])
        const outage = daemon.outage()
        expect(() => daemon.outage()).toThrow(Error)
        const failed = await daemon.fetch('/health').catch((thrown) => thrown)
        expect(failed).toBeInstanceOf(TypeError)
        outage.close()
        expect(queue.history().find(({ kind }) => kind === 'fault').items).toStrictEqual([1])
        expect(queue.explain()).not.toContain('fault is open')
      })
      test('a fault that never acted', async () => {
        queue.fault('complete', { do: 'hang' }).close()
        await queue.produce({ reference: 'b' })
      })`,
  })
  expect(text).toMatch(/a fault never acted: hang on queue\.complete of '[^']+' \(a\.test\.js:\d+\)/)
  expect(text).toContain('Tests:       1 failed, 1 passed')
})

test('a daemon that one test closes says so to the next, in both realms', () => {
  const source = `${IMPORTS}
    test('closes it', async () => {
      await queue.produce({})
      await daemon.close()
    })
    test('is told where', () => undefined)`
  const { text } = jest({ 'inside.test.js': source, 'outside.test.js': `${BLOCK}${source}` })
  for (const file of ['inside', 'outside']) {
    expect(text).toContain(
      `the daemon is closed (${file}.test.js:7); start a new one with startTestDaemon(), or close it later`,
    )
  }
})

test('a daemon crashes, is copied and dumped across realms', () => {
  const { status, text } = jest({
    'a.test.js': `${DOCBLOCK}${IMPORTS}
      test('crash and restart', async () => {
        await queue.produce({ reference: 'a', json: { id: 1 } })
        const dump = await daemon.dump()
        expect(dump.queues.find(({ name }) => name === queue.name).partitions[0].items).toStrictEqual([
          expect.objectContaining({ reference: 'a', text: '{"id":1}' }),
        ])
        const copy = await daemon.fork()
        expect(await copy.dump()).toStrictEqual({ ...dump, time: expect.any(String) })
        expect(await copy.clock.advance('1h')).toStrictEqual([])
        await daemon.crash({ keeps: 'items' })
        expect(await daemon.crash().catch((error) => error)).toBeInstanceOf(Error)
        await daemon.restart()
        expect(await queue.counts()).toMatchObject({ total: 1 })
        expect(await startTestDaemon({ from: {} }).catch((error) => error)).toBeInstanceOf(Error)
        const again = await startTestDaemon({ from: dump })
        expect(await again.queue(queue.name).counts()).toMatchObject({ total: 1 })
        await again.close()
        await daemon.crash()
      })
      test('the next test', async () => {
        await queue.produce({ reference: 'b' })
      })`,
  })
  expect(status, text).toBe(0)
})
