/** Mocha: all files run in one process, and each still has a daemon of its own. */
import { describe, expect, test } from 'vitest'
import { bin, projectOf, run } from './project.js'

const HEAD = `
  const assert = require('node:assert/strict')
  const { client, clock, configureDaemon, createQueue, daemon, queue } = require('querator-test/mocha')
  const namesThere = async () => (await client.queuesList({})).items.map((info) => info.queueName).sort()`

/** Runs files in Mocha. Without flags, it loads the root hooks. */
function mocha(files: Record<string, string>, ...flags: string[]) {
  const sources = Object.entries(files).map(([name, body]) => [name, name.endsWith('.js') ? `${HEAD}\n${body}` : body])
  const all = flags.length === 0 ? ['--require', 'querator-test/mocha'] : flags
  return run(projectOf(Object.fromEntries(sources)), bin('mocha'), '--posix-exit-codes', ...all, '*.test.*')
}

describe.each([[['--no-parallel']], [['--parallel']]])('%j', (flags) => {
  const all = [...flags, '--require', 'querator-test/mocha']

  test('each file has its own daemon and options, in root hooks and hooks of a describe too', () => {
    const body = (clockOption: string, moved: number) => `
      configureDaemon({ clock: ${clockOption} })
      let ofFile, ofBlock
      before(async () => { ofFile = await createQueue({ name: 'of-file' }) })
      describe('block', () => {
        before(async () => { ofBlock = await createQueue({ name: 'of-block' }) })
        it('is alone', async () => {
          const began = clock.now()
          await clock.advance('1h')
          assert.equal(Math.floor((clock.now() - began) / 60_000), ${moved})
          assert.deepEqual(await namesThere(), ['of-block', 'of-file', queue.name].sort())
        })
        after(async () => assert.deepEqual(await namesThere(), ['of-block', 'of-file']))
      })
      after(async () => assert.deepEqual(await namesThere(), ['of-block', 'of-file']))`
    const { status, text } = mocha({ 'a.test.js': body("'frozen'", 60), 'b.test.js': body("'real'", 60) }, ...all)
    expect([status, text]).toEqual([0, expect.stringContaining('2 passing')])
  })

  test('ES modules and top-level await work', () => {
    const source = (name: string) => `
      import assert from 'node:assert/strict'
      import { client, createQueue } from 'querator-test/mocha'
      const early = await createQueue({ name: '${name}' })
      it('${name}', async () => {
        await early.produce({})
        const names = (await client.queuesList({})).items.map((info) => info.queueName)
        assert.deepEqual(names.sort(), ['${name}', '${name}-1'])
      })`
    const { status, text } = mocha({ 'a.test.mjs': source('one'), 'b.test.mjs': source('two') }, ...all)
    expect([status, text]).toEqual([0, expect.stringContaining('2 passing')])
  })

  test('a file loaded with --require configures all files, and a file overrides it', () => {
    const files = {
      'setup.js': "configureDaemon({ clock: 'frozen', leaks: 'error' })",
      'a.test.js': "it('a', async () => assert.equal(clock.frozen, true))",
      'b.test.js': "configureDaemon({ clock: 'real' })\nit('b', async () => assert.equal(clock.frozen, false))",
    }
    const { status, text } = mocha(files, ...all, '--require', './setup.js')
    expect([status, text]).toEqual([0, expect.stringContaining('2 passing')])
  })

  test('a failure is followed by what happened, once, with hooks of the user', () => {
    const body = `
      describe('orders', () => {
        it('fails', async () => { await queue.produce({ reference: 'order-1' }); throw new Error('on purpose') })
        it('differs', async () => { await queue.produce({ reference: 'order-2' }); assert.deepEqual([1], [2]) })
        it('throws a text', async () => { await queue.produce({ reference: 'order-3' }); throw 'a text' })
      })
      afterEach(async () => { await queue.produce({ reference: 'of a hook' }) })
      describe('hook', () => {
        beforeEach(async () => { await queue.produce({ reference: 'order-4' }); throw new Error('in a hook') })
        it('is not reached', () => {})
      })`
    const { status, text } = mocha({ 'a.test.js': body }, ...all)
    expect(status).toBe(1)
    expect(text.match(/what happened in the queues of/g)).toHaveLength(4)
    for (const number of [1, 2, 3, 4]) expect(text).toMatch(new RegExp(`order-${number}: \\+0s produced \\(a\\.test`))
    expect(text.match(/of a hook: \+\S+ produced/g)).toHaveLength(4)
    expect(text).toMatch(/on purpose\n\s+at .*\n\s*\n {5}what happened in the queues of 'orders fails'/)
  })
})

test('a test that is tried again reports only its last attempt, and one that is skipped nothing', () => {
  const body = `
    let attempts = 0
    it('passes in the end', async function () {
      this.retries(1)
      await queue.produce({})
      await queue.lease()
      if (attempts++ === 0) throw new Error('the first time')
      await queue.clear()
    })
    it('never passes', async function () {
      this.retries(1)
      await queue.produce({ reference: 'order-' + attempts++ })
      throw new Error('each time')
    })
    it('is left', async function () {
      await queue.produce({})
      await queue.lease()
      this.skip()
    })
    it('is to be written')`
  const { status, text } = mocha({ 'a.test.js': body })
  expect([status, text]).toEqual([1, expect.stringMatching(/1 passing[\s\S]*2 pending[\s\S]*1 failing/)])
  expect(text.match(/what happened in the queues of/g)).toHaveLength(1)
  expect(text).toMatch(/order-3: \+0s produced/)
  expect(text).not.toMatch(/left open/)
})

test('a hook outside of any describe that fails ends the run, with what happened', () => {
  const body = `
    afterEach(async () => { throw new Error('in a hook') })
    it('one', async () => { await queue.produce({ reference: 'order-1' }) })`
  const { status, text } = mocha({ 'a.test.js': body })
  expect([status, text]).toEqual([1, expect.stringContaining('in a hook')])
  expect(text).toMatch(/order-1: \+0s produced/)
})

test('wrong options fail the tests of their file, and not those of others', () => {
  const files = {
    'a.test.js': `
      configureDaemon({ config: './missing.yaml' })
      it('a', async () => { await queue.produce({}) })`,
    'b.test.js': "it('b', async () => { await queue.produce({}) })",
  }
  const { status, text } = mocha(files)
  expect([status, text]).toEqual([1, expect.stringMatching(/1 passing[\s\S]*1 failing[\s\S]*missing\.yaml/)])
})

test('a test that goes on after its timeout does not get the queue of the next test, in another file either', () => {
  const files = {
    'a.test.js': `
      globalThis.gate = new Promise((resolve) => { globalThis.goOn = resolve })
      it('slow', async function () {
        this.timeout(50)
        globalThis.late = globalThis.gate.then(() => queue.produce({})).catch((error) => error.message)
        await globalThis.late
      })`,
    'b.test.js': `
      it('next', async () => {
        globalThis.goOn()
        assert.match(await globalThis.late, /the test 'slow' is over, and its queues are gone/)
        assert.equal((await queue.counts()).total, 0)
      })`,
  }
  const { status, text } = mocha(files)
  expect([status, text]).toEqual([1, expect.stringMatching(/1 passing[\s\S]*1 failing/)])
})

test('a wait gives up before the timeout that a test sets itself, and not before', () => {
  const body = `
    it('is short', async function () {
      this.timeout(400)
      await queue.waitFor({ event: 'completed' })
    })
    it('is long', async function () {
      this.timeout(20_000)
      setTimeout(() => queue.produce({}).catch(() => {}), 1200)
      await queue.waitFor({ event: 'produced' })
    })`
  const { status, text } = mocha({ 'a.test.js': body }, '--timeout', '500', '--require', 'querator-test/mocha')
  expect([status, text]).toEqual([1, expect.stringMatching(/is long[\s\S]*1 passing[\s\S]*1 failing/)])
  expect(text).toMatch(/no item was completed|completed/)
  expect(text).not.toMatch(/Timeout of 400ms|about to time out/)
})

test("fake timers do not reach the daemon, and drive it with clock: 'runner'", () => {
  const files = {
    'a.test.js': `
      const { mock } = require('node:test')
      beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() }))
      afterEach(() => mock.timers.reset())
      it('a', async () => {
        await queue.produce({})
        await queue.lease()
        assert.equal((await clock.advance('1m')).length, 1)
      })`,
    'b.test.js': `
      configureDaemon({ clock: 'runner' })
      it('b', async () => {
        const orders = await createQueue({ leaseTimeout: '10m' })
        await orders.produce({})
        await orders.lease()
        const waiting = orders.lease({ requestTimeout: '15m' })
        require('node:test').mock.timers.tick(600_000)
        await (await waiting).complete()
      })`,
  }
  const { status, text } = mocha(files)
  expect([status, text]).toEqual([0, expect.stringContaining('2 passing')])
})

test('without the root hooks, the error says what is missing', () => {
  const { status, text } = mocha({ 'a.test.js': "it('a', async () => { await queue.produce({}) })" }, '--no-color')
  expect([status, text]).toEqual([1, expect.stringContaining('start Mocha with --require querator-test/mocha')])
})

test('outside of Mocha, test says what to use instead', () => {
  const source = "require('querator-test/mocha').test('x', () => {})"
  const { status, text } = run(projectOf({}), 'node', '--eval', source)
  expect([status, text]).toEqual([1, expect.stringContaining('is for test files that Mocha runs')])
})
