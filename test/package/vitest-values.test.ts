/** Vitest suites that keep Vitest's own `test`: plugin, setup file, values, environments. */
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { bin, projectOf, run, startWith } from './project.js'

const PLUGIN = (options = '{}', testOptions = '{}') => `
  import { querator } from 'querator-test/vitest/plugin'
  export default { plugins: [querator(${options})], test: ${testOptions} }`
const IMPORTS = `
  import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
  import { clock, configureDaemon, createQueue, daemon, isEmbedded, leaks, queue } from 'querator-test/vitest/values'`

function files(suites: Record<string, string>, config = PLUGIN()) {
  return { 'package.json': '{ "private": true, "type": "module" }', 'vitest.config.js': config, ...suites }
}

function vitest(suites: Record<string, string>, config?: string) {
  return run(projectOf(files(suites, config)), bin('vitest'), 'run')
}

const WHOLE = `${IMPORTS}
  beforeAll(async () => { await (await createQueue({ name: 'of-the-file' })).produce({}) })
  beforeEach(() => queue.produce({ reference: 'from-a-hook' }))
  afterEach(async () => expect((await queue.items()).length).toBeGreaterThan(0))
  afterAll(async () => {
    const { items } = await daemon.client.queuesList({})
    expect(items.map(({ queueName }) => queueName)).toEqual(['of-the-file'])
  })
  test('has a queue in hooks and body', () => expect(queue).toHaveItems(['from-a-hook']))
  let tries = 0
  test('gets a new queue for each retry', { retry: 2 }, async () => {
    await expect(queue).toHaveDepth(1)
    if (++tries < 3) throw new Error('again')
  })
  describe.concurrent('concurrent tests', () => {
    for (const letter of ['a', 'b', 'c']) {
      test('have their own queues: ' + letter, async () => {
        await queue.produce({ reference: letter })
        await expect(queue).toHaveItems(['from-a-hook', letter])
      })
    }
  })
  test('can freeze the clock', () => clock.freeze())
  test('finds it running again', () => expect(clock.frozen).toBe(false))`

test.each([
  ['isolated', '{}'],
  ['in one worker without isolation', '{ isolate: false, fileParallelism: false }'],
  ['in threads', "{ pool: 'threads' }"],
])('each file has a daemon, and each test a queue (%s)', (_, options) => {
  const { status, text } = vitest({ 'a.test.js': WHOLE, 'b.test.js': WHOLE }, PLUGIN('{}', options))
  expect(text).toMatch(/Tests +14 passed/)
  expect(status).toBe(0)
})

test('the setup file alone is enough, and options of one file stay there', () => {
  const config = `export default { test: { setupFiles: ['querator-test/vitest/setup'], isolate: false, fileParallelism: false } }`
  const suites = {
    'a.test.js': `${IMPORTS}
      configureDaemon({ clock: 'frozen' })
      test('stands still', () => expect(clock.frozen).toBe(true))`,
    'b.test.js': `${IMPORTS}
      test('runs', () => expect(clock.frozen).toBe(false))`,
  }
  expect(vitest(suites, config).text).toMatch(/Tests +2 passed/)
})

test('a failing test prints the report once, and a leaking one fails', () => {
  const suite = `${IMPORTS}
    test('fails', async () => {
      await queue.produce({ reference: 'order-1' })
      await queue.lease({ clientId: 'packer' })
      expect(1).toBe(2)
    })
    test('leaks', async () => {
      await queue.produce({ reference: 'order-2' })
      await queue.lease({ clientId: 'holder' })
    })
    test('may leak', async () => {
      leaks('off')
      await queue.produce({})
      await queue.lease()
    })
    test.fails('is expected to fail', () => expect(1).toBe(2))
    test.skip('is skipped', () => undefined)
    test.todo('is to be written')
    test('waits for ever', () => queue.lease({ requestTimeout: '5m' }), 300)
    test('is clean', async () => expect(await queue.counts()).toMatchObject({ total: 0, leasesWaiting: 0 }))`
  const { status, text } = vitest({ 'a.test.js': suite }, PLUGIN("{ leaks: 'error' }"))
  expect(status).toBe(1)
  expect(text).toMatch(/Tests +3 failed \| 2 passed \| 1 expected fail \| 1 skipped \| 1 todo/)
  expect(text.match(/what happened in the queues of 'fails'/g)).toHaveLength(1)
  expect(text).toMatch(/leased by packer for 1m0s, attempt 1 \(a\.test\.js:\d+\)/)
  expect(text).toMatch(/'leaks' finished, but left open:\n\s+order-2 of 'leaks-\d+', leased by holder/)
})

test('without the setup file, importing the values says what to add', () => {
  const { status, text } = vitest({ 'a.test.js': `${IMPORTS}\ntest('x', () => undefined)` }, 'export default {}')
  expect(status).toBe(1)
  expect(text).toContain("needs its setup file: add setupFiles: ['querator-test/vitest/setup'] or the plugin")
})

test('a docblock gives one file an environment and options', () => {
  const suites = {
    'a.test.js': `// @vitest-${'environment'} querator
      // @vitest-${'environment'}-options {"clock": {"start": "2026-01-01T00:00:00Z"}}
      ${IMPORTS}
      test('starts at the time of the docblock', () => expect(clock.now()).toBe(Date.parse('2026-01-01T00:00:00Z')))`,
    'b.test.js': `${IMPORTS}
      test('is not concerned', () => expect(clock.frozen).toBe(false))`,
    'c.test.js': `// @vitest-${'environment'} querator
      // @vitest-${'environment'}-options {"clok": "frozen"}
      ${IMPORTS}
      test('is never run', () => undefined)`,
  }
  const { text } = vitest(suites, PLUGIN('{}', '{ isolate: false, fileParallelism: false }'))
  expect(text).toMatch(/Tests +2 passed/)
  expect(text).toContain("environmentOptions.querator has no option 'clok'; did you mean 'clock'?")
})

test('environmentOptions give every file options, and configureDaemon comes last', () => {
  const suites = {
    'a.test.js': `${IMPORTS}
      test('stands still', () => expect(clock.frozen).toBe(true))`,
    'b.test.js': `${IMPORTS}
      configureDaemon({ clock: 'real' })
      test('runs', () => expect(clock.frozen).toBe(false))`,
  }
  const environment = "{ environmentOptions: { querator: { clock: 'frozen' } } }"
  expect(vitest(suites, PLUGIN("{ environment: 'node', clock: 'real' }", environment)).text).toMatch(/Tests +2 passed/)
})

test('one daemon for the run: its queues are gone after the run, and clock tests are skipped', () => {
  const suite = `${IMPORTS}
    test('shares the server', async () => { await queue.produce({}) })
    test.runIf(isEmbedded())('needs the clock', () => clock.freeze())`
  const { text } = vitest({ 'a.test.js': suite, 'b.test.js': suite }, PLUGIN('{ oneDaemon: true }'))
  expect(text).toMatch(/Tests +2 passed \| 2 skipped/)
})

test('a server elsewhere is left clean', async () => {
  await using server = await startTestDaemon({ endpoint: '' })
  const folder = projectOf(files({ 'a.test.js': `${IMPORTS}\ntest('x', () => queue.produce({}))` }))
  const { status } = await startWith({ QUERATOR_ENDPOINT: await server.listen() }, folder, bin('vitest'), 'run').ended
  expect(status).toBe(0)
  expect((await server.client.queuesList({})).items).toEqual([])
})

test('projects inherit the plugin, or have their own', () => {
  const config = `
    import { querator } from 'querator-test/vitest/plugin'
    export default {
      plugins: [querator({ clock: 'frozen' })],
      test: {
        projects: [
          { extends: true, test: { name: 'inherits', include: ['a.test.js'] } },
          { plugins: [querator()], test: { name: 'own', include: ['b.test.js'] } },
        ],
      },
    }`
  const suites = {
    'a.test.js': `${IMPORTS}\ntest('x', () => expect(clock.frozen).toBe(true))`,
    'b.test.js': `${IMPORTS}\ntest('x', () => expect(clock.frozen).toBe(false))`,
  }
  expect(vitest(suites, config).text).toMatch(/Tests +2 passed/)
})

test.each([
  ["{ clok: 'frozen' }", "querator has no option 'clok'; did you mean 'clock'?"],
  ['{ onedaemon: true }', "querator has no option 'onedaemon'; did you mean 'oneDaemon'?"],
  ["{ oneDaemon: 'yes' }", 'the option oneDaemon is true or false; got yes'],
  ["{ environment: 'jsdm' }", 'the option environment is one of node, jsdom, happy-dom; got jsdm'],
  ['{ log: () => undefined }', 'the plugin cannot hand a function to the test files'],
])('the plugin refuses %s', (options, message) => {
  const { status, text } = vitest({ 'a.test.js': '' }, PLUGIN(options))
  expect(status).toBe(1)
  expect(text).toContain(message)
})

test("QUERATOR_REPORT attaches the page to the test, where Vitest's own reports show it", async () => {
  const reporter = `
    import { readFileSync } from 'node:fs'
    export default class {
      onTestCaseResult(test) {
        for (const { message, attachment } of test.annotations()) {
          console.log('ATTACHED', test.name, message, attachment.contentType, String(attachment.path ?? attachment.body).length > 0, test.result().state)
        }
      }
    }`
  const own = `
    import { expect, test } from 'querator-test/vitest'
    test('with fixtures', async ({ queue }) => { await queue.produce({}); expect(1).toBe(2) })`
  const values = `${IMPORTS}\ntest('with values', async () => { await queue.produce({}); expect(1).toBe(2) })`
  const config = PLUGIN('{}', "{ reporters: ['./reporter.js', 'default'] }")
  const folder = projectOf(files({ 'reporter.js': reporter, 'a.test.js': own, 'b.test.js': values }, config))
  const { stdout } = await startWith({ QUERATOR_REPORT: 'report' }, folder, bin('vitest'), 'run').ended
  expect(stdout).toContain('ATTACHED with fixtures what happened in the queues text/html true failed')
  expect(stdout).toContain('ATTACHED with values what happened in the queues text/html true failed')
  const { stdout: without } = await startWith({}, folder, bin('vitest'), 'run').ended
  expect(without).not.toContain('ATTACHED')
})

test("what a test's own aroundEach does after it still belongs to the test", () => {
  const suite = `${IMPORTS}
    import { aroundEach } from 'vitest'
    aroundEach(async (run) => {
      await queue.produce({ reference: 'before' })
      await run()
      await queue.clear()
    })
    test('leaves an item leased', async () => {
      await expect(queue).toHaveItems(['before'])
      await queue.lease()
    })`
  const { text } = vitest({ 'a.test.js': suite }, PLUGIN("{ leaks: 'error' }"))
  expect(text).toMatch(/Tests +1 passed/)
})

test('the setup file counts once, however often it is named', () => {
  const config = `
    import { querator } from 'querator-test/vitest/plugin'
    export default { plugins: [querator(), querator()], test: { setupFiles: ['querator-test/vitest/setup'] } }`
  const suite = `${IMPORTS}
    test('one queue', async () => {
      expect((await daemon.client.queuesList({})).items).toHaveLength(1)
    })`
  expect(vitest({ 'a.test.js': suite }, config).text).toMatch(/Tests +1 passed/)
})

test("a docblock's options count beside the environment of the plugin, and reports have the names of blocks", () => {
  const suite = `// @vitest-${'environment'}-options {"clock": "frozen"}
    ${IMPORTS}
    describe('a block', () => {
      test('works', async () => {
        expect(clock.frozen).toBe(true)
        await queue.produce({})
        expect(1).toBe(2)
      })
    })`
  const { text } = vitest({ 'a.test.js': suite }, PLUGIN("{ environment: 'node' }"))
  expect(text).toContain("what happened in the queues of 'a block > works'")
})

test('an environment says what to install', () => {
  const { text } = vitest({ 'a.test.js': '' }, PLUGIN("{ environment: 'happy-dom' }"))
  expect(text).toContain('this Vitest environment needs happy-dom: npm install --save-dev happy-dom')
})

test('a queue that comes too late has no part in the next test', () => {
  const slow = `
    import { createServer, request } from 'node:http'
    let first = true
    export default function setup() {
      const server = createServer((from, to) => {
        const isSlow = from.url === '/v1/queues.create' && first
        if (isSlow) first = false
        const pass = () => from.pipe(request(process.env.REAL + from.url, { method: from.method, headers: from.headers }, (reply) => {
          to.writeHead(reply.statusCode, reply.headers)
          reply.pipe(to)
        }))
        if (isSlow) setTimeout(pass, 1000)
        else pass()
      })
      return new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
        process.env.QUERATOR_ENDPOINT = 'http://127.0.0.1:' + server.address().port
        resolve(() => { server.closeAllConnections(); server.close() })
      }))
    }`
  const suite = `${IMPORTS}
    test('is given up', () => undefined)
    test('has its own queue', async () => {
      // Not in the async context of the test.
      const asked = await new Promise((resolve) => process.nextTick(() => resolve(queue.name)))
      expect(asked).toMatch(/has-its-own-queue/)
    })
    test('waits until the late queue is there', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1200))
      expect(queue.name).toMatch(/waits-until/)
    })
    test('is alone', () => expect(queue.name).toMatch(/is-alone/))`
  const real = `
    import { startTestDaemon } from 'querator-test'
    import { spawn } from 'node:child_process'
    const daemon = await startTestDaemon({ endpoint: '' })
    const child = spawn(process.argv[2], ['run'], { env: { ...process.env, REAL: await daemon.listen() }, stdio: 'inherit' })
    child.on('exit', (status) => process.exit(status))`
  const config = PLUGIN('{}', "{ globalSetup: ['./slow.js'], hookTimeout: 400 }")
  const folder = projectOf(files({ 'a.test.js': suite, 'slow.js': slow, 'run.mjs': real }, config))
  const { text } = run(folder, process.execPath, 'run.mjs', bin('vitest'))
  expect(text).toMatch(/Tests +1 failed \| 3 passed/)
  expect(text).not.toContain('several concurrent tests')
})
