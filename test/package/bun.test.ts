/** Bun: what its own runner does not tell, and what the entry makes of it. */
import { expect, test } from 'vitest'
import { bin, projectOf, run } from './project.js'

/** Runs files in Bun with the preload. */
function bun(files: Record<string, string>, ...flags: string[]) {
  const head = `
    import assert from 'node:assert/strict'
    import { beforeEach, describe, expect, test as own } from 'bun:test'
    import { client, clock, configureDaemon, createQueue, queue, test } from 'querator-test/bun'\n`
  const sources = Object.entries(files).map(([name, body]) => [name, head + body])
  const config = { 'bunfig.toml': '[test]\npreload = ["querator-test/bun"]\n' }
  return run(projectOf({ ...config, ...Object.fromEntries(sources) }), bin('bun'), 'test', ...flags)
}

test.each([[[]], [['--isolate']], [['--parallel']]])('each file has its own daemon and options: %j', (flags) => {
  const body = (frozen: boolean) => `
    configureDaemon({ clock: ${frozen ? "'frozen'" : "'real'"} })
    test('is alone', async () => {
      expect(clock.frozen).toBe(${frozen})
      expect((await client.queuesList({})).items.map((info) => info.queueName)).toEqual([queue.name])
    })`
  const { status, text } = bun({ 'a.test.js': body(true), 'b.test.js': body(false) }, ...flags)
  expect([status, text]).toEqual([0, expect.stringContaining(' 2 pass\n')])
})

test('a test that times out is reported once, without an error of its late calls', () => {
  const body = "test('waits', async () => { await queue.lease({ clientId: 'patient' }) }, 200)"
  const { status, text } = bun({ 'a.test.js': body })
  expect([status, text]).toEqual([1, expect.stringMatching(/patient still waits[\s\S]*\(fail\) waits/)])
  expect(text).not.toMatch(/Unhandled|error:/)
})

test('concurrent tests have their own queues, and reports', () => {
  const body = `
    for (const letter of ['a', 'b', 'c']) test.concurrent(letter, async () => {
      await queue.produce({ reference: letter })
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect((await queue.items()).map((item) => item.reference)).toEqual([letter])
      if (letter === 'b') throw new Error('on purpose')
    })`
  const { status, text } = bun({ 'a.test.js': body })
  expect([status, text]).toEqual([1, expect.stringMatching(/ 2 pass\n 1 fail/)])
  expect(text.match(/what happened in the queues of/g)).toHaveLength(1)
  expect(text).toContain("what happened in the queues of 'b'")
})

test("tests of Bun's own test have queues and no report, and those that must fail have none", () => {
  const body = `
    const fails = async () => { await queue.produce({}); await queue.lease(); throw new Error('on purpose') }
    own('own', fails)
    test.failing('failing', fails)
    test('ours', fails)`
  const { status, text } = bun({ 'a.test.js': body })
  expect([status, text]).toEqual([1, expect.stringMatching(/ 1 pass\n 2 fail/)])
  expect(text.match(/what happened in the queues of/g)).toEqual(['what happened in the queues of'])
  expect(text).toContain("what happened in the queues of 'ours'")
  expect(text).not.toContain('left open')
})

test('each attempt has its own queue', () => {
  const body = `
    let attempts = 0
    test('again', async () => {
      await queue.produce({})
      expect((await queue.counts()).total).toBe(1)
      if (attempts++ < 1) throw new Error('the first time')
    }, { retry: 2 })`
  const { status, text } = bun({ 'a.test.js': body })
  expect([status, text]).toEqual([0, expect.stringContaining(' 1 pass\n')])
})

test('a wait lasts while a timer of the test runs, which Bun does not list', () => {
  const body = `
    test('waits', async () => {
      setTimeout(() => queue.produce({}).catch(() => {}), 2500)
      await queue.waitFor({ event: 'produced' })
    })`
  const { status, text } = bun({ 'a.test.js': body })
  expect([status, text]).toEqual([0, expect.stringContaining(' 1 pass\n')])
})

test('an error of the daemon shows the line of the user', () => {
  const body = `
    test('fails', async () => {
      await client.queueProduce({ queueName: 'nowhere', items: [] })
    })`
  const { status, text } = bun({ 'a.test.js': body })
  expect([status, text]).toEqual([
    1,
    expect.stringMatching(/\d+ \| +await client\.queueProduce.*\n +\^\nQueratorError/),
  ])
})

test('outside of Bun, the entry says what to use instead', () => {
  const { status, text } = run(projectOf({}), 'node', '--eval', "require('querator-test/bun')")
  expect([status, text]).toEqual([1, expect.stringContaining('is for `bun test`; elsewhere use startTestDaemon()')])
})
