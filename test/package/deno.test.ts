/** Deno: tests with queues, which wait although nothing keeps the process alive. */
import { expect, test } from 'vitest'
import { bin, projectOf, run } from './project.js'

/** Runs a file in Deno. */
function deno(body: string) {
  const head = `
    import assert from 'node:assert/strict'
    import { clock, configureDaemon, createQueue, queue, test } from 'querator-test/deno'\n`
  return run(projectOf({ 'a.test.mjs': head + body }), bin('deno'), 'test', '--allow-all', '--no-check')
}

test('a lease may wait', () => {
  const body = `
    test('waits', async () => {
      await assert.rejects(queue.lease({ requestTimeout: '200ms' }), /no items are in the queue/)
    })`
  const { status, text } = deno(body)
  expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
})

test('a test that waits for what cannot happen fails, and says why', () => {
  const { status, text } = deno(`
    configureDaemon({ clock: 'frozen' })
    test('waits for ever', async () => { await queue.lease({ clientId: 'patient' }) })`)
  expect([status, text]).toEqual([1, expect.stringContaining("'waits for ever' is about to time out, and still waits")])
  expect(text).toContain('the clock is frozen, and nothing comes due until it is moved')
})

test('knows every form of Deno.test', () => {
  const body = `
    const alone = async (t) => { await queue.produce({}); assert.equal((await queue.counts()).total, 1) }
    test('name and body', alone)
    test('name, options and body', { sanitizeOps: false }, alone)
    test({ name: 'options', fn: alone })
    test({ name: 'options first' }, alone)
    test(async function named() { await alone() })
    test.ignore('left out', alone)
    test.embedded('embedded', async () => { await clock.advance('1m') })`
  const { status, text } = deno(body)
  expect([status, text]).toEqual([0, expect.stringMatching(/named \.\.\. ok[\s\S]*6 passed \| 0 failed \| 1 ignored/)])
})

test('anything may be thrown', () => {
  const { status, text } = deno("test('throws', async () => { await queue.produce({}); throw 'a text' })")
  expect([status, text]).toEqual([1, expect.stringMatching(/what happened in the queues of 'throws'[\s\S]*a text/)])
})

test('outside of Deno, the entry says what to use instead', () => {
  const { status, text } = run(projectOf({}), 'node', '--eval', "require('querator-test/deno')")
  expect([status, text]).toEqual([1, expect.stringContaining('is for `deno test`')])
})
