/** In each runner, a test that waits for a lease that never comes is told why, shortly before its timeout. */
import { expect, test } from 'vitest'
import { projectOf, run } from './project.js'
import { jestConfig, runnerKinds } from './runner-files.js'

const WAITS = `
  await (await createQueue({ name: 'order' })).produce({ reference: 'a' })
  const orders = await createQueue({ name: 'orders' })
  await client.queueLease({ queueName: 'orders', clientId: 'worker', batchSize: 1, requestTimeout: '6s' })`

/** Each runner with a short timeout, if it can be configured. */
const CONFIG: Record<string, Record<string, string>> = {
  jest: jestConfig({ testTimeout: 900 }),
  vitest: {
    'package.json': '{ "private": true, "type": "module" }',
    'vitest.config.js': 'export default { test: { testTimeout: 900 } }',
  },
}

test.each([
  'jest',
  'vitest',
  'node:test',
] as const)('%s: explains the waiting lease shortly before the timeout', (runner) => {
  const { file, ending, config, command } = runnerKinds()[runner]
  const [program, ...args] = command
  const folder = projectOf({ ...config, ...CONFIG[runner], [`a.${ending}`]: file({ 'works off orders': WAITS }) })
  const { status, text } = run(folder, program, ...args)
  expect(status).toBe(1)
  expect(text.match(/is about to time out, and still waits for a lease:/g)).toHaveLength(1)
  expect(text).toContain("'works off orders' is about to time out")
  expect(text).toContain("'orders': 1 lease waits; the queue is empty")
  expect(text).toMatch(/worker waits for an item, in \S+ at most \(\S*a\.test\.m?js:\d+\)/)
  expect(text).toContain("'order' holds 1 item that could be leased; was 'order' meant?")
})

test.each(['jest', 'vitest'] as const)('%s: prints nothing if no lease waits, and nothing after the test', (runner) => {
  const { file, ending, config, command } = runnerKinds()[runner]
  const [program, ...args] = command
  const slow = 'await new Promise((resolve) => setTimeout(resolve, 850))'
  const left =
    "void client.queueLease({ queueName: queue.name, clientId: 'c', batchSize: 1, requestTimeout: '6s' }).catch(() => {})"
  const bodies = { 'leaves a lease waiting': left, 'is slow': slow }
  const folder = projectOf({ ...config, ...CONFIG[runner], [`a.${ending}`]: file(bodies) })
  const { status, text } = run(folder, program, ...args)
  expect(status).toBe(0)
  expect(text).not.toContain('out of time')
})

test('node:test, which has no timeout: cancels a test that waits for ever on a frozen clock', () => {
  const { file, ending, command } = runnerKinds()['node:test']
  const [program, ...args] = command
  const bodies = { 'waits for ever': 'await queue.lease()' }
  const folder = projectOf({ [`a.${ending}`]: file(bodies, { clock: 'frozen' }) })
  const { status, text } = run(folder, program, ...args)
  expect(status).toBe(1)
  expect(text).toContain("'waits for ever' waits for something that cannot happen any more")
  expect(text).toContain('the clock is frozen, and nothing comes due until it is moved')
})
