/**
 * The runner's timeout ends a test that never stops calling, and a loop that goes on afterwards does not keep the run
 * alive.
 */
import { expect, test } from 'vitest'
import { projectOf, run } from './project.js'
import { jestConfig, runnerKinds } from './runner-files.js'

/** Endless loops. Those that catch every error outlive their queue and the file. */
const LOOPS = {
  'lease and retry times out': `
    await queue.produce({ reference: 'a' })
    for (;;) await (await queue.lease()).retry()`,
  'waits for a count times out': 'while ((await queue.counts()).leasesWaiting === 0);',
  'moves the clock by nothing times out': 'for (;;) await clock.advance(0)',
  'a worker that catches everything times out': 'for (;;) try { await queue.lease() } catch {}',
  'a worker with an aborted signal times out': `
    const signal = AbortSignal.abort()
    for (;;) try { await client.queueLease({ queueName: queue.name }, { signal }) } catch {}`,
  'looks at the items times out': 'while ((await queue.items()).length === 0);',
  'events that make events times out': `
    for await (const _ of daemon.events) {
      queue.pause()
      queue.resume()
    }`,
  'fetch that catches everything times out':
    "for (;;) try { await daemon.fetch('/v1/queue.lease', { method: 'POST' }) } catch {}",
  'a wait that catches everything times out':
    "for (;;) try { await queue.waitFor({ event: 'produced', nonsense: 1 }) } catch {}",
}

const CONFIG: Record<string, Record<string, string>> = {
  jest: jestConfig({ testTimeout: 300 }),
  vitest: {
    'package.json': '{ "private": true, "type": "module" }',
    'vitest.config.js': 'export default { test: { testTimeout: 300 } }',
  },
  playwright: {
    'package.json': '{ "private": true, "type": "module" }',
    'playwright.config.js': 'export default { timeout: 300 }',
  },
}

test.each([
  ['jest', ['--runInBand']],
  ['vitest', []],
  ['vitest', ['--pool=threads', '--no-isolate']],
  ['node:test', []],
  ['playwright', []],
  ['mocha', ['--timeout=300']],
  ['bun', ['--timeout=300']],
] as const)('the timeout ends endless loops: %s %j', (runner, flags) => {
  const { file, ending, config, command } = runnerKinds()[runner]
  const [program, ...args] = command
  const quick = { 'is quick': "await queue.produce({ reference: 'a' })" }
  const files = { [`a.${ending}`]: file(LOOPS, { leaks: 'off' }), [`b.${ending}`]: file(quick) }
  const folder = projectOf({ ...config, ...CONFIG[runner], ...files })
  const { status, text } = run(folder, program, ...args, ...flags)
  expect(status).toBe(1)
  for (const name of Object.keys(LOOPS)) expect(text).toContain(name)
  expect(text).toMatch(
    /Tests: +9 failed, 1 passed|Tests {2}9 failed \| 1 passed|# (fail|cancelled) 9| 9 failed\n[\s\S]* 1 passed|1 passing [\s\S]*9 failing| 1 pass\n 9 fail/,
  )
})
