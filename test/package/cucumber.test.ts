/** Cucumber: each scenario has its own queues, and its report is printed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bin, projectOf, run } from './project.js'

/** Runs features. Each scenario has one step, whose body is that of its name. */
function cucumber(features: Record<string, Record<string, string>>, { support = '', flags = [] as string[] } = {}) {
  const bodies = Object.values(features).flatMap((scenarios) => Object.entries(scenarios))
  const files = Object.entries(features).map(([name, scenarios]) => [
    `${name}.feature`,
    [`Feature: ${name}`, ...Object.keys(scenarios).map((title) => `  Scenario: ${title}\n    When it runs`)].join(
      '\n\n',
    ),
  ])
  const steps = `
    const { After, Before, When } = require('@cucumber/cucumber')
    const assert = require('node:assert/strict')
    const { configureDaemon, queue } = require('querator-test/cucumber')
    const bodies = { ${bodies.map(([title, body]) => `${JSON.stringify(title)}: async function () {${body}}`).join(', ')} }
    const attempts = []
    const namesThere = async (client) => (await client.queuesList({})).items.map((info) => info.queueName)
    Before(function ({ pickle }) { this.body = bodies[pickle.name] })
    When('it runs', { timeout: 300 }, function () { return this.body() })
    ${support}`
  const folder = projectOf({ ...Object.fromEntries(files), 'steps.cjs': steps })
  return { folder, ...run(folder, bin('cucumber-js'), ...flags, '--require', 'steps.cjs', '*.feature') }
}

test('scenarios have their own queues, and features their own daemons', () => {
  const alone = 'assert.deepEqual(await namesThere(this.client), [this.queue.name]); await this.createQueue()'
  const moves = `${alone}\nawait this.clock.advance('1h')\nassert.ok(this.clock.now() > Date.now() + 1e6)`
  const stays = `${alone}\nassert.ok(this.clock.now() < Date.now() + 1e6)`
  const { status, text } = cucumber({ one: { moves, same: alone }, two: { stays } })
  expect([status, text]).toEqual([0, expect.stringContaining('3 scenarios (3 passed)')])
})

test('the queue is there in hooks, and gone after them', () => {
  const support = `
    Before(async function () { await this.queue.produce({ reference: 'before' }) })
    After(async function () { assert.equal((await queue.counts()).total, 2) })`
  const { status, text } = cucumber({ one: { produces: 'await queue.produce({})' } }, { support })
  expect([status, text]).toEqual([0, expect.stringContaining('1 scenario (1 passed)')])
})

test('a failed scenario shows its report as one more error, and has it attached as a page', () => {
  const flags = ['--format', 'json:results.json']
  const fails = "await this.queue.produce({ reference: 'order-1' }); throw new Error('on purpose')"
  const { folder, status, text } = cucumber({ one: { fails, passes: 'await this.queue.produce({})' } }, { flags })
  expect(status).toBe(1)
  expect(text.match(/what happened in the queues of 'fails'/g)).toHaveLength(1)
  expect(text).toMatch(/order-1: \+0s produced \(steps\.cjs:\d+[^)]*\)/)
  const [feature] = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as [
    { elements: { steps: { embeddings?: { mime_type: string; data: string }[] }[] }[] },
  ]
  const attached = feature.elements.map(({ steps }) => steps.flatMap(({ embeddings }) => embeddings ?? []))
  expect(attached.map((all) => all.map((one) => one.mime_type))).toEqual([['text/html'], []])
  const page = attached[0]?.[0]?.data ?? ''
  expect(page + Buffer.from(page, 'base64').toString()).toMatch(/<html[\s\S]*order-1/)
})

test('a step that times out is reported with the lease that waits', () => {
  const { status, text } = cucumber({ one: { waits: "await this.queue.lease({ clientId: 'patient' })" } })
  expect([status, text]).toEqual([1, expect.stringMatching(/timed out[\s\S]*patient still waits for an item/)])
})

test('a scenario that is tried again reports only its last attempt', () => {
  const again =
    "attempts.push(1); await this.queue.produce({ reference: 'order-' + attempts.length }); throw new Error('x')"
  const { status, text } = cucumber({ one: { again } }, { flags: ['--retry', '1'] })
  expect(status).toBe(1)
  expect(text.match(/what happened in the queues of/g)).toHaveLength(1)
  expect(text).toMatch(/order-2: \+0s produced/)
})

test("what a scenario leaves open is warned about, or fails it with leaks: 'error'", () => {
  const holds = 'await this.queue.produce({}); await this.queue.lease()'
  const features = { one: { holds, allowed: `this.leaks('off'); ${holds}` } }
  const warned = cucumber(features)
  expect([warned.status, warned.text.match(/finished, but left open/g)]).toEqual([0, ['finished, but left open']])
  const failed = cucumber(features, { support: "configureDaemon({ leaks: 'error' })" })
  expect([failed.status, failed.text]).toEqual([1, expect.stringMatching(/left open[\s\S]*1 failed, 1 passed/)])
})

test('outside of a scenario, an error says so', () => {
  const { status, text } = cucumber({ one: {} }, { support: 'queue.name' })
  expect([status, text]).toEqual([1, expect.stringContaining('belong to a scenario; use them in steps')])
})
